"""Archives for the tests of `modgap data`, into a folder: whole ones, and ones that must not be unpacked.

    python3 archives.py FOLDER
"""

import io
import os
import sys
import tarfile
import zipfile

FOLDER = sys.argv[1]


def zipped(name, members, **options):
    with zipfile.ZipFile(os.path.join(FOLDER, name), "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data, **options)


def tarred(name, members):
    with tarfile.open(os.path.join(FOLDER, name), "w:gz") as archive:
        for member, data, options in members:
            info = tarfile.TarInfo(member)
            info.size = len(data)
            for key, value in options.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))


def link(path, target):
    info = zipfile.ZipInfo(path)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info, target


zipped("good.zip", [("pics/a.txt", b"A" * 1000), ("pics/sub/b.txt", b"b"), ("naïve.txt", b"t"), ("empty/", b"")])
zipped("inner.zip", [("val/1.txt", b"1"), ("val/deep/2.txt", b"2")])
zipped("dots.zip", [("good.txt", b"1"), ("../escaped.txt", b"2")])
zipped("deep-dots.zip", [("a/b/../../../escaped.txt", b"2")])
zipped("absolute.zip", [("good.txt", b"1"), ("/tmp/modgap-escaped.txt", b"2")])
zipped("backslash.zip", [("good.txt", b"1"), ("..\\escaped.txt", b"2")])
zipped("link.zip", [("good.txt", b"1"), link("l", "/etc")])
zipped("through.zip", [link("l", "/tmp"), ("l/modgap-escaped.txt", b"2")])
zipped("twice.zip", [("a", b"1"), ("a", b"2")])
zipped("both.zip", [("a", b"1"), ("a/b", b"2")])
zipped("own.zip", [("good.txt", b"1"), (".Modgap/x.json", b"2")])
zipped("control.zip", [("a\x1b[31m.txt", b"1")])
zipped("nothing.zip", [])
zipped("folders.zip", [("empty/", b"")])
zipped("bomb.zip", [("zeros", bytes(200 << 20))])
with open(os.path.join(FOLDER, "good.zip"), "rb") as file:
    whole = file.read()
with open(os.path.join(FOLDER, "cut.zip"), "wb") as file:
    file.write(whole[: len(whole) // 2])
# One byte of a stored member: its checksum does not fit.
with zipfile.ZipFile(os.path.join(FOLDER, "checksum.zip"), "w") as archive:
    archive.writestr("a.txt", b"content")
with open(os.path.join(FOLDER, "checksum.zip"), "rb") as file:
    stored = file.read()
with open(os.path.join(FOLDER, "checksum.zip"), "wb") as file:
    file.write(stored.replace(b"content", b"Content"))

tarred("good.tar.gz", [("./", b"", {"type": tarfile.DIRTYPE}), ("./x/one.bin", b"12", {}), ("./x/naïve.txt", b"3", {})])
tarred("dots.tar.gz", [("good", b"1", {}), ("../escaped.txt", b"2", {})])
tarred("absolute.tar.gz", [("/tmp/modgap-escaped.txt", b"2", {})])
tarred("symlink.tar.gz", [("good", b"1", {}), ("l", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"})])
tarred("hardlink.tar.gz", [("good", b"1", {}), ("l", b"", {"type": tarfile.LNKTYPE, "linkname": "good"})])
tarred("pipe.tar.gz", [("good", b"1", {}), ("p", b"", {"type": tarfile.FIFOTYPE})])
tarred("device.tar.gz", [("d", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3})])
tarred("bomb.tar.gz", [("zeros", bytes(200 << 20), {})])
