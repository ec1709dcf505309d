"""Small intact files of every kind that the program reads."""

import base64
import json
import struct
import zlib

# 9 × 7 pixels each, made with Pillow.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L"
    "2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4"
    "+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAHAAkDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAA"
    "AgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6"
    "Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXG"
    "x8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREA"
    "AgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5"
    "OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPE"
    "xcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwAMe1S/lKVUH5oztIA74/8A11H9pg/56z/m"
    "P8KKKYj/2Q=="
)
WEBP = base64.b64decode(
    "UklGRk4AAABXRUJQVlA4IEIAAAAQAgCdASoJAAcABUB8JZQAD4ARaB+CP8zgAPYc+/bSPIlYlp+cfzz3Nj/9nHk/hYibAHBSELNEpnFC"
    "Z4AAF+MQEAA="
)
WEBP_LOSSLESS = base64.b64decode(
    "UklGRiwAAABXRUJQVlA4TB8AAAAvCIABAM1lRP8DZNlI4xGcP8nh/fQCkz8HMQEsM04AAA=="
)


def floats(count, start=0):
    """Numbers without a pattern, the same on every machine."""
    return [((index * 7919 + 104729) % 2003) / 1001.5 - 1 for index in range(start, start + count)]


def npy(rows=6, columns=4, code="f", descr="<f4"):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    numbers = floats(rows * columns)
    if code in "bhiq":
        numbers = [int(100 * number) for number in numbers]
    values = struct.pack(f"<{rows * columns}{code}", *numbers)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + values


def safetensors(tensors):
    """`tensors`: name → (type, shape, bytes)."""
    header, data = {}, b""
    for name, (kind, shape, content) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def pair_tensors():
    return safetensors(
        {name: ("F32", [6, 4], struct.pack("<24f", *floats(24, start))) for name, start in [("x", 0), ("y", 24)]}
    )


def png(width=9, height=7, exif=False):
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = b"".join(b"\x00" + bytes((x * y * 11 + x) % 256 for x in range(3 * width)) for y in range(height))
    tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + (chunk(b"eXIf", tiff) if exif else b"") + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def idx_images(count=4):
    return struct.pack(">IIII", 0x803, count, 8, 8) + bytes(range(256))[: count * 64]


def idx_labels(count=4):
    return struct.pack(">II", 0x801, count) + bytes(index % 3 for index in range(count))


def cifar(count=3):
    return b"".join(bytes([index]) + bytes((index + place) % 256 for place in range(3072)) for index in range(count))


FASTA = b">sp|P1|ONE First protein OS=Homo sapiens\nMKTAYIAKQR\nQISFVKSHFS\n>two\nMADEEKLPPG\n>three last\nMSTNPKPQRK\n"
CAPTIONS = "path,caption\np.png,a red square\np.png,\"two, quoted\"\np.png,caf\u00e9 &amp; cr\u00e8me\n".encode()
COCO = json.dumps(
    {"images": [{"id": 1, "file_name": "p.png"}, {"id": 2, "file_name": "p.png"}],
     "annotations": [{"image_id": 1, "id": 5, "caption": "a dog"}, {"image_id": 2, "id": 6, "caption": "a cat"}]}
).encode()
CONFIG = json.dumps(
    {"name": "c", "title": "T", "seed": 3, "matrix": {"seed": [0, 1], "width": [8, 16]}, "replicates": "seed",
     "data": {"drawn": {"kind": "shapes", "count": 8, "size": 16}},
     "stages": [
         {"id": "m", "stage": "init", "kind": "mlp", "with": {
             "activation": "relu", "width": "${width}", "depth": 2, "inputs": {"kind": "gaussian", "count": 8}}},
         {"id": "s", "stage": "init", "kind": "sphere"},
         {"id": "r", "stage": "shift", "kind": "rotation", "from": "s", "with": {"degrees": {"from": -90, "to": 90, "by": 30}}},
         {"id": "l", "stage": "evaluate", "kind": "contrastive-loss", "from": "r", "with": {"temperature": [0.01, 1]}},
         {"id": "c", "stage": "evaluate", "kind": "cosine-similarity", "from": "m", "with": {"bins": 5}}],
     "figures": [{"name": "f", "kind": "lines", "table": "l", "x": "degrees", "y": "loss", "series": "temperature"}],
     "claims": [{"id": "k", "source": "s", "says": "t", "table": "l", "where": {"temperature": 1},
                 "check": {"argmin": {"of": "loss", "over": "degrees", "equals": 0}}}]},
    indent=1,
).encode()
