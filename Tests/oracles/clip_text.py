"""CLIP's cleaning and byte-pair encoding of texts, as open_clip has it, with OpenAI's names of the special tokens.

    pip install ftfy==6.3.1 regex
    pip download open_clip_torch --no-deps && unzip -j open_clip_torch-*.whl '*/bpe_simple_vocab_16e6.txt.gz'
    python3 Tests/oracles/clip_text.py cases bpe_simple_vocab_16e6.txt.gz > Tests/oracles/clip_text_cases.json
    python3 Tests/oracles/clip_text.py random 20000 7      # the same without ids, for texts drawn from seed 7

`cases` writes what the tests compare with: each text, the text that CLIP's tokenizer makes of it, and its ids; `random`
does so for as many texts of random words, references, escapes and controls that were decoded wrongly. Characters that
Python's Unicode does not know are left out: Swift may know a case of theirs.
"""

import gzip
import html
import json
import random
import sys
import unicodedata

import ftfy
import regex

SPECIAL = ["<|startoftext|>", "<|endoftext|>"]
PATTERN = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    regex.IGNORECASE)


def clean(text):
    text = html.unescape(html.unescape(ftfy.fix_text(text))).strip()
    return " ".join(text.split()).lower()


def words(cleaned):
    return PATTERN.findall(cleaned)


class Tokenizer:
    def __init__(self, path):
        lines = gzip.open(path).read().decode("utf-8").split("\n")
        merges = [tuple(line.split()) for line in lines[1:49152 - 256 - 2 + 1]]
        visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
        hidden = [byte for byte in range(256) if byte not in visible]
        self.names = {byte: chr(byte) for byte in visible}
        self.names |= {byte: chr(256 + place) for place, byte in enumerate(hidden)}
        letters = [self.names[byte] for byte in visible + hidden]
        vocabulary = letters + [letter + "</w>" for letter in letters]
        vocabulary += ["".join(merge) for merge in merges] + SPECIAL
        self.ids = {piece: place for place, piece in enumerate(vocabulary)}
        self.ranks = {merge: place for place, merge in enumerate(merges)}

    def pieces(self, word):
        if word in SPECIAL:
            return [word]
        symbols = [self.names[byte] for byte in word.encode("utf-8")]
        symbols[-1] += "</w>"
        while len(symbols) > 1:
            pair = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, float("inf")))
            if pair not in self.ranks:
                break
            merged, place = [], 0
            while place < len(symbols):
                if tuple(symbols[place:place + 2]) == pair:
                    merged.append("".join(pair))
                    place += 2
                else:
                    merged.append(symbols[place])
                    place += 1
            symbols = merged
        return symbols

    def encode(self, text):
        return [self.ids[piece] for word in words(clean(text)) for piece in self.pieces(word)]


# MARK: - Texts of all kinds

ENCODINGS = ["latin-1", "sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253",
             "sloppy-windows-1254", "sloppy-windows-1257", "iso-8859-2", "macroman", "cp437", "cp1252"]
SENTENCES = [
    "a photo of a cat", "“curly” quotes – and… dashes", "voilà le café à l’été, s’il vous plaît", "Größe über Straße",
    "El niño comió piñas en Perú", "às vezes àquele português, coração", "Ελληνικά γράμματα ΣΑΣ", "Русский текст, ёлка",
    "日本語のテキスト", "한국어 문장 훤한", "中文句子。", "नमस्ते दुनिया", "สวัสดีชาวโลก", "שלום עולם", "مرحبا بالعالم",
    "🏳️‍🌈 flag 👩‍🚀 😀", "½ ² Ⅷ ٣ ①", "100 € £5 ¥ ¢", "naïve façade", "Łódź żółć", "İstanbul ığdır", "œuvre Œdipus",
    "it's I'd you're we've 'tis", "TEXT WITH  spaces\tand\nlines\r\nends\rhere\u2028x", "ﬁne ﬂower ŉ Ǆ ĳ ﬅ",
    "ＦＵＬＬ　ｗｉｄｔｈ！ ﾊﾝｶｸ", "x\u0000y\u0007z\ufeff", "\x1b[31mred\x1b[0m plain", "cafe\u0301 A\u030a",
    "\u0085next\u0091quoted\u0092", "ab\ufffdcd", "(ò_ó) face", "°C 25° À° temperature",
    "a < b &amp; c &lt; d", "<b>bold</b> &eacute; &amp;amp;", "&EACUTE;T&Eacute; &nTILDE; &SZLIG;",
    "&notit; &copy2020 &hellip; &CounterClockwiseContourIntegral; x&nbsp;y", "&#233; &#xE9; &#128; &#0; &#xD800; &#x110000;",
    "&#59;&#x3b; &#12ab; &#; &#x; &; &a; &am", "&NotEqualTilde; &acE; &bne;", "<|endoftext|> and <|startoftext|>",
]


def points():
    ranges = [(0x20, 0x7E), (0x80, 0xFF), (0x100, 0x24F), (0x250, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x6FF),
              (0x900, 0xDFF), (0xE00, 0xEFF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x2BFF), (0x3000, 0x30FF),
              (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF8FF, 0xF8FF), (0xFB00, 0xFB06), (0xFF00, 0xFFEF), (0x1F300, 0x1FAFF)]
    return [point for low, high in ranges for point in range(low, high + 1)
            if unicodedata.category(chr(point)) != "Cn"]


def random_texts(count, seed):
    numbers = random.Random(seed)
    everything = points()
    usual = [point for point in everything if point < 0x530]
    names = [name for name in html.entities.html5]

    def word():
        kind = numbers.randrange(12)
        if kind == 0:
            return "".join(chr(numbers.choice(everything)) for _ in range(numbers.randint(1, 6)))
        if kind == 1:
            return "".join(chr(numbers.choice(usual)) for _ in range(numbers.randint(1, 6)))
        if kind == 2:
            name = numbers.choice(names)
            name = numbers.choice([name, name, name.upper(), name.lower(), name[:-1], name + "x"])
            return numbers.choice(["&", "&amp;", "&amp;amp;", "x&"]) + name
        if kind == 3:
            number = numbers.choice([numbers.randrange(0x300), numbers.choice(everything), numbers.randrange(0x120000)])
            form = numbers.choice(["&#%d;", "&#x%x;", "&#X%X;", "&#%d", "&#x%xg", "&amp;#%d;", "&#%dab;"])
            return form % number
        if kind == 4:
            return numbers.choice(["\x1b[0m", "\x1b[1;31m", "\x1b[", "\x1b[;K", "\x1b]0", "\x1b[\u0663m", "\x1b\x00[1m"])
        if kind == 5:
            return numbers.choice(["\r\n", "\n", "\r", "\u2028", "\x85", "\t", "\x0b", "\x0c", "\x1c", "\xa0", "\u3000", "\u200b",
                                   "\ufeff", "\ufffd", "?", "<", "\x7f", "\x1a", "\x00"])
        if kind == 6:
            return "".join(chr(numbers.choice([0x61, 0x301, 0x308, 0x323, 0x345, 0x3a3, 0x17f, 0x27, 0x130, 0x391, 0x1100, 0x1161,
                                               0x11a8, 0x2bc, 0x2019, 0x149])) for _ in range(numbers.randint(1, 5)))
        return numbers.choice(SENTENCES)

    def wrong(text):
        # Decoded with another encoding than it was written with, whole or in part, once or more often.
        for _ in range(numbers.choice([0, 1, 1, 1, 2, 3])):
            start, end = sorted(numbers.randint(0, len(text)) for _ in range(2))
            if numbers.random() < 0.6:
                start, end = 0, len(text)
            coded = text[start:end].encode("utf-8", "surrogatepass")
            if numbers.random() < 0.1:
                coded = text[start:end].encode("utf-16-be", "surrogatepass")
                coded = b"".join(chr(int.from_bytes(coded[i:i + 2], "big")).encode("utf-8", "surrogatepass")
                                 for i in range(0, len(coded), 2))
            encoding = numbers.choice(ENCODINGS)
            decoded = coded.decode(encoding, "replace")
            if numbers.random() < 0.3:
                decoded = decoded.replace("\xa0", " ")
            text = text[:start] + decoded + text[end:]
        return text

    for _ in range(count):
        text = numbers.choice(["", " "]).join(word() for _ in range(numbers.randint(1, 4)))
        text = wrong(text)
        if numbers.random() < 0.1:
            text = "".join(c for c in text if numbers.random() > 0.05)
        yield "".join(c for c in text if not 0xD800 <= ord(c) < 0xE000)


def case_texts():
    yield from SENTENCES
    for place, sentence in enumerate(SENTENCES[:26]):
        coded = sentence.encode("utf-8")
        for encoding in (ENCODINGS[place % 10], ENCODINGS[(place + 1) % 10], "sloppy-windows-1252"):
            try:
                yield coded.decode(encoding)
            except UnicodeDecodeError:
                pass
        twice = coded.decode("sloppy-windows-1252").encode("utf-8").decode("sloppy-windows-1252")
        yield twice
        yield "“intact” " + coded.decode("sloppy-windows-1252")
        yield coded.decode("cp1252", "replace")
        yield coded.decode("latin-1").replace("\xa0", " ")
    for character in "\u0345\u017f\U00010041\u0f73":
        yield "it'" + character + " !" + character + "! a" + character + "\u0301\u0323"
    yield "<|\u017ftartoftext|> " + "word" * 40
    yield "&" + "amp;" * 30 + "lt;"
    yield from (text for text in random_texts(150, 1) if len(text) < 160)


def is_known(text):
    return all(unicodedata.category(c) not in ("Cn", "Co") or c == "\uf8ff" for c in clean(text))


def main():
    if sys.argv[1] == "random":
        texts = random_texts(int(sys.argv[2]), int(sys.argv[3]))
        rows = [[text, clean(text), []] for text in texts if is_known(text)]
    else:
        tokenizer = Tokenizer(sys.argv[2])
        texts = dict.fromkeys(case_texts())
        rows = [[text, clean(text), tokenizer.encode(text)] for text in texts if is_known(text)]
    print("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]")


if __name__ == "__main__":
    main()
