"""Writes Sources/Datasets/Text/HTMLEntityNames.swift from Python's html.entities.html5, the names of HTML 5.

    python3 Tests/oracles/html5_entities.py > Sources/Datasets/Text/HTMLEntityNames.swift

Every name that HTML takes without a semicolon is one that it takes with a semicolon, too, and means the same; the
table marks them with `!`. One name a word: `name=code`, or `name=code,code` for two characters, in hexadecimal.
"""

from html.entities import html5

HEAD = '''/// The names of HTML 5's character references; made by Tests/oracles/html5_entities.py from Python's table.
enum HTMLEntityNames {
  /// `name=code`, or `name=code,code`, in hexadecimal; `name!=code` where a semicolon is not needed.
  static let list = """
'''
TAIL = '''    """
}
'''


def main():
    lines, line = [], "   "
    names = [name[:-1] for name in html5 if name.endswith(";")]
    bare = {name for name in html5 if not name.endswith(";")}
    assert all(html5.get(name + ";") == html5[name] for name in bare)
    for name in sorted(names):
        codes = ",".join(format(ord(character), "X") for character in html5[name + ";"])
        word = name + ("!" if name in bare else "") + "=" + codes
        if len(line) + 1 + len(word) > 110:
            lines.append(line)
            line = "   "
        line += " " + word
    lines.append(line)
    print(HEAD + "\n".join(lines) + "\n" + TAIL, end="")


main()
