"""Small pictures and what Pillow makes of them: how they are turned, WebP, what is black under transparency.

    python Tests/oracles/pictures.py > Tests/oracles/pictures.json     (Pillow 11.3 to 12)

Each entry: a name, the file in base64, and width, height and the bytes of `ImageOps.exif_transpose(picture)`
in RGB, what is transparent being laid over white.
"""
import base64
import io
import json
import struct
import sys
import warnings
import zlib

import PIL
from PIL import Image, ImageOps

assert (11, 3) <= tuple(map(int, PIL.__version__.split(".")[:2])) < (13,), "the cases of Pillow 11.3 and 12"
warnings.simplefilter("ignore")

W, H = 6, 4
cases = []


def picture(mode="RGB", w=W, h=H):
    image = Image.new(mode, (w, h))
    for y in range(h):
        for x in range(w):
            pixel = (40 * x + 7, 60 * y + 3, (x * y * 37) % 256, (x * 50 + y * 31) % 256)
            image.putpixel((x, y), pixel[: len(mode)])
    return image


def add(name, data):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode in ("LA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    cases.append({
        "name": name, "file": base64.b64encode(data).decode(), "width": image.size[0], "height": image.size[1],
        "rgb": base64.b64encode(image.tobytes()).decode(),
    })


# MARK: - Files around a block of EXIF or XMP

def save(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


PLAIN_JPEG = save(picture(), "JPEG", quality=90, subsampling=0)
PLAIN_PNG = save(picture(), "PNG")
PLAIN_WEBP = save(picture(), "WEBP", lossless=True)


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(*segments):
    return PLAIN_JPEG[:2] + b"".join(segments) + PLAIN_JPEG[2:]


def app1(block, preamble=b"Exif\0\0"):
    return segment(0xE1, preamble + block)


def app1_xmp(packet):
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*chunks, late=False):
    place = PLAIN_PNG.index(b"IEND") - 4 if late else PLAIN_PNG.index(b"IDAT") - 4
    return PLAIN_PNG[:place] + b"".join(chunks) + PLAIN_PNG[place:]


def riff(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def webp(exif=None, xmp=None, inner=None, w=W, h=H, flags=0):
    flags |= (8 if exif is not None else 0) | (4 if xmp is not None else 0)
    body = riff(b"VP8X", bytes([flags, 0, 0, 0]) + (w - 1).to_bytes(3, "little") + (h - 1).to_bytes(3, "little"))
    body += inner if inner is not None else PLAIN_WEBP[12:]
    if exif is not None:
        body += riff(b"EXIF", exif)
    if xmp is not None:
        body += riff(b"XMP ", xmp)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def tiff(turn, kind=3, big=False, count=1, magic=None, before=b"", after=b"", entries=1, tag=274):
    """A block with the tag 274 in its first directory."""
    order = ">" if big else "<"
    letters = {1: "B", 2: "s", 3: "H", 4: "L", 5: "LL", 6: "b", 7: "B", 8: "h", 9: "l", 10: "ll", 11: "f",
               12: "d", 13: "L", 16: "Q", 17: "q"}[kind]
    if kind == 2:
        value = str(turn).encode() + b"\0"
        count = len(value)
    elif kind in (5, 10):
        value = struct.pack(order + letters, 2 * turn, 2) * max(1, count)
    else:
        value = struct.pack(order + letters, turn) * max(1, count)
    head = magic or (b"MM\0*" if big else b"II*\0")
    size = 8 + 2 + 12 * entries + 4
    place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "L", size)
    entry = struct.pack(order + "HHL", tag, kind, count) + place
    directory = struct.pack(order + "H", entries) + before + entry + after + b"\0\0\0\0"
    return head + struct.pack(order + "L", 8) + directory + (value if len(value) > 4 else b"")


def profile(block, lines=b"\nexif\n%8d\n"):
    digits = block.hex()
    wrapped = "\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
    return lines % len(block) + wrapped.encode() + b"\n"


def packet(text):
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description ' + text + b"</rdf:RDF></x:xmpmeta>"


XMP6 = packet(b'tiff:Orientation="6"/>')
XMP8 = packet(b"><tiff:Orientation>8</tiff:Orientation></rdf:Description>")
OTHER = tiff(72, tag=282)

# MARK: - Every turn in every format

for turn in range(0, 10):
    add(f"jpeg turn {turn}", jpeg(app1(tiff(turn))))
    add(f"png turn {turn}", png(chunk(b"eXIf", tiff(turn))))
    add(f"webp turn {turn}", webp(exif=tiff(turn)))

# MARK: - Every type of number

for kind in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17):
    for big in (False, True):
        add(f"type {kind} {'big' if big else 'little'}", png(chunk(b"eXIf", tiff(6, kind, big))))
for kind in (6, 8, 9, 10):
    add(f"negative, type {kind}", png(chunk(b"eXIf", tiff(-6, kind))))
add("float 6.5", png(chunk(b"eXIf", tiff(6.5, 11))))
for count in (0, 2, 3):
    add(f"count {count}", png(chunk(b"eXIf", tiff(6, 3, count=count))))
add("count 2 of longs", png(chunk(b"eXIf", tiff(6, 4, big=True, count=2))))

# MARK: - Blocks

for magic in (b"MM*\0", b"II\0*", b"MM\0+"):
    add(f"signature {magic!r}", png(chunk(b"eXIf", tiff(6, 3, magic[:1] == b"M", magic=magic))))
make = struct.pack("<HHL4s", 271, 2, 4, b"Cam\0")
outside = struct.pack("<HHLL", 271, 2, 400, 5000)
strange = struct.pack("<HHLL", 271, 99, 400, 5000)
add("behind another tag", png(chunk(b"eXIf", tiff(6, before=make, entries=2))))
add("behind a tag that lies outside", png(chunk(b"eXIf", tiff(6, before=outside, entries=2))))
add("before a tag that lies outside", png(chunk(b"eXIf", tiff(6, after=outside, entries=2))))
add("behind a tag of no known type", png(chunk(b"eXIf", tiff(6, before=strange, entries=2))))
again = struct.pack("<HHLHH", 274, 3, 1, 3, 0)
add("the tag twice", png(chunk(b"eXIf", tiff(6, after=again, entries=2))))
add("more entries than there are", png(chunk(b"eXIf", tiff(6, entries=1).replace(b"\1\0\x12\1", b"\7\0\x12\1", 1))))
add("cut in the directory", png(chunk(b"eXIf", tiff(6)[:14])))

# MARK: - JPEG

add("jpeg preamble twice", jpeg(app1(b"Exif\0\0" + tiff(6))))
add("jpeg big", jpeg(app1(tiff(8, 4, True))))
add("jpeg block in two segments", jpeg(app1(tiff(6)[:12]), app1(tiff(6)[12:])))
add("jpeg xmp", jpeg(app1_xmp(XMP6)))
add("jpeg xmp as element", jpeg(app1_xmp(XMP8)))
add("jpeg xmp twice", jpeg(app1_xmp(XMP6), app1_xmp(XMP8)))
add("jpeg exif without the tag, and xmp", jpeg(app1(OTHER), app1_xmp(XMP6)))
add("jpeg exif upright, and xmp", jpeg(app1(tiff(1)), app1_xmp(XMP6)))
add("jpeg exif as byte, and xmp", jpeg(app1(tiff(6, 1)), app1_xmp(XMP6)))
add("jpeg exif behind xmp", jpeg(app1_xmp(XMP6), app1(tiff(3))))
add("jpeg other APP1", jpeg(segment(0xE1, b"Other\0" + tiff(6))))
add("jpeg padded markers", jpeg(segment(0xFE, b"comment"), b"\xff\xff\xff" + app1(tiff(6))))
add("jpeg xmp of no digit, then one", jpeg(app1_xmp(packet(b'tiff:Orientation="x" tiff:Orientation="6"/>'))))

# MARK: - PNG

add("png preamble", png(chunk(b"eXIf", b"Exif\0\0" + tiff(6))))
add("png behind the pixels", png(chunk(b"eXIf", tiff(6)), late=True))
add("png twice", png(chunk(b"eXIf", tiff(6)), chunk(b"eXIf", tiff(3))))
KEY = b"Raw profile type exif\0"
for preamble in (b"", b"Exif\0\0"):
    text = profile(preamble + tiff(6))
    name = "with preamble" if preamble else "bare"
    add(f"png profile in tEXt, {name}", png(chunk(b"tEXt", KEY + text)))
    add(f"png profile in zTXt, {name}", png(chunk(b"zTXt", KEY + b"\0" + zlib.compress(text))))
    add(f"png profile in iTXt, {name}", png(chunk(b"iTXt", KEY + b"\0\0\0\0" + text)))
    add(f"png profile in packed iTXt, {name}", png(chunk(b"iTXt", KEY + b"\1\0en\0key\0" + zlib.compress(text))))
add("png profile behind the pixels", png(chunk(b"zTXt", KEY + b"\0" + zlib.compress(profile(tiff(8)))), late=True))
add("png eXIf and profile", png(chunk(b"eXIf", tiff(3)), chunk(b"tEXt", KEY + profile(tiff(6)))))
add("png profile big", png(chunk(b"tEXt", KEY + profile(b"Exif\0\0" + tiff(5, 4, True)).upper().replace(b"EXIF", b"exif"))))
add("png profile of APP1", png(chunk(b"tEXt", b"Raw profile type APP1\0" + profile(b"Exif\0\0" + tiff(6)))))
add("png profile, stream cut", png(chunk(b"zTXt", KEY + b"\0" + zlib.compress(profile(tiff(6)))[:-4])))
add("png profile, no stream", png(chunk(b"zTXt", KEY + b"\0rubbish")))
add("png text exif", png(chunk(b"tEXt", b"exif\0" + tiff(6))))
XKEY = b"XML:com.adobe.xmp\0"
add("png xmp", png(chunk(b"iTXt", XKEY + b"\0\0\0\0" + XMP6)))
add("png packed xmp", png(chunk(b"iTXt", XKEY + b"\1\0\0\0" + zlib.compress(XMP8))))
add("png xmp in tEXt", png(chunk(b"tEXt", XKEY + XMP8)))
add("png eXIf without the tag, and xmp", png(chunk(b"eXIf", OTHER), chunk(b"iTXt", XKEY + b"\0\0\0\0" + XMP6)))
add("png empty eXIf, and xmp", png(chunk(b"eXIf", b""), chunk(b"iTXt", XKEY + b"\0\0\0\0" + XMP6)))

# MARK: - WebP

add("webp preamble", webp(exif=b"Exif\0\0" + tiff(6)))
add("webp big", webp(exif=tiff(7, 4, True)))
add("webp xmp", webp(xmp=XMP6))
add("webp exif without the tag, and xmp", webp(exif=OTHER, xmp=XMP8))
unannounced = webp(exif=tiff(6))
add("webp exif that is not announced", unannounced[:20] + b"\0" + unannounced[21:])
add("webp lossless", PLAIN_WEBP)
add("webp lossless, alpha", save(picture("RGBA"), "WEBP", lossless=True, exact=True))
add("webp lossy", save(picture(w=37, h=21), "WEBP", quality=60))
add("webp lossy, alpha", save(picture("RGBA", 19, 17), "WEBP", quality=60))
add("webp lossy, packed alpha", save(picture("RGBA", 19, 17), "WEBP", quality=60, alpha_quality=40))
add("webp odd sides", save(picture(w=1, h=1), "WEBP", quality=80))


def animation(mode, x, y, flags, **options):
    """A canvas of 12 × 10 whose first frame is 6 × 4 at (x, y)."""
    frame = save(picture(mode), "WEBP", **options)[12:]
    if frame[:4] == b"VP8X":
        frame = frame[18:]
    place = (x // 2).to_bytes(3, "little") + (y // 2).to_bytes(3, "little")
    sides = (W - 1).to_bytes(3, "little") + (H - 1).to_bytes(3, "little")
    frames = riff(b"ANMF", place + sides + (100).to_bytes(3, "little") + b"\0" + frame)
    second = save(Image.new("RGB", (12, 10), "red"), "WEBP", lossless=True)[12:]
    frames += riff(b"ANMF", bytes(6) + (11).to_bytes(3, "little") + (9).to_bytes(3, "little")
                   + (100).to_bytes(3, "little") + b"\0" + second)
    return webp(inner=riff(b"ANIM", b"\x10\x20\x30\xff\0\0") + frames, w=12, h=10, flags=2 | flags)


add("webp animation, frame inside", animation("RGB", 4, 2, 0, lossless=True))
add("webp animation, frame inside, alpha", animation("RGBA", 4, 2, 16, lossless=True, exact=True))
add("webp animation, lossy frame at the edge", animation("RGB", 6, 6, 16, quality=70))

json.dump({"pillow": PIL.__version__, "cases": cases}, sys.stdout, indent=0)
sys.stdout.write("\n")
