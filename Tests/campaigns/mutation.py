"""Random damage to bytes."""

import struct

# Numbers that programs trip over, in the widths in which headers hold them.
NUMBERS = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, (1 << 63) - 1, 1 << 63]
WORDS = [b"", b"0", b"-1", b"1e999", b"NaN", b"null", b"\xff\xfe", b"\x00", b"\xc3\x28", b"\xed\xa0\x80", b'"', b"{", b"[" * 40]


def mutate(data, random):
    """One to four kinds of damage, one after the other."""
    data = bytearray(data)
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        random.choice(KINDS)(data, random)
    return bytes(data)


def place(data, random):
    """Headers are hit as often as all the rest."""
    if not data:
        return 0
    return random.randrange(len(data) if random.random() < 0.5 else min(len(data), 160))


def flip(data, random):
    if data:
        data[place(data, random)] ^= 1 << random.randrange(8)


def scatter(data, random):
    for _ in range(random.randrange(1, 9)):
        if data:
            data[place(data, random)] = random.randrange(256)


def number(data, random):
    width, code = random.choice([(1, "B"), (2, "H"), (4, "I"), (8, "Q")])
    start = place(data, random)
    value = random.choice(NUMBERS) & ((1 << 8 * width) - 1)
    data[start:start + width] = struct.pack(random.choice("<>") + code, value)


def digits(data, random):
    """Another number where the text has one."""
    places = [index for index, byte in enumerate(data[:4096]) if 48 <= byte <= 57]
    if places:
        start = random.choice(places)
        data[start:start + 1] = str(random.choice([0, 9, 10**9, 10**18, 10**30, -1])).encode()


def cut(data, random):
    del data[place(data, random):]


def remove(data, random):
    start = place(data, random)
    del data[start:start + random.choice([1, 2, 4, 64, 4096])]


def repeat(data, random):
    start = place(data, random)
    data[start:start] = data[start:start + random.choice([1, 4, 64, 1024])]


def insert(data, random):
    start = place(data, random)
    data[start:start] = random.choice(WORDS)


KINDS = [flip, flip, scatter, number, number, digits, cut, remove, repeat, insert]
