/// Character references of HTML, undone as Python's `html.unescape` does: all numbers, and the 2,231 names of HTML 5.
enum HTMLEntities {
  static func unescape(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    return String(String.UnicodeScalarView(unescape(Array(text.unicodeScalars))))
  }

  static func unescape(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    replacing(text) { numbered(text, $0) ?? named(text, $0) }
  }

  /// Only what is certainly a reference, as in `ftfy.fixes.unescape_html`: closed by a semicolon, with a name of at
  /// most 24 characters. Names in capitals are taken for those in small letters where they have no meaning of
  /// their own.
  static func unescapeCertain(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    replacing(text) { certain(text, $0) }
  }

  /// What stands for a reference, and where the text goes on.
  private typealias Reference = (meaning: [Unicode.Scalar], end: Int)

  /// - Parameter reference: the reference whose `&` stands before a place, if one does.
  private static func replacing(
    _ text: [Unicode.Scalar], _ reference: (Int) -> Reference?
  ) -> [Unicode.Scalar] {
    guard var index = text.firstIndex(of: "&") else { return text }
    var result = Array(text[..<index])
    while index < text.count {
      if text[index] == "&", let found = reference(index + 1) {
        result += found.meaning
        index = found.end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  // MARK: - Numbers

  private static func numbered(_ text: [Unicode.Scalar], _ start: Int) -> Reference? {
    guard start < text.count, text[start] == "#" else { return nil }
    let isHex = start + 1 < text.count && (text[start + 1] == "x" || text[start + 1] == "X")
    let radix = isHex ? 16 : 10
    let first = isHex ? start + 2 : start + 1
    var index = first
    var value = 0
    while index < text.count, let digit = digit(text[index]), digit < radix {
      value = min(value * radix + digit, 0x110000)
      index += 1
    }
    guard index > first else { return nil }
    if index < text.count, text[index] == ";" { index += 1 }
    return (meaning(of: value), index)
  }

  private static func digit(_ scalar: Unicode.Scalar) -> Int? {
    scalar.isASCII ? Character(scalar).hexDigitValue : nil
  }

  /// Nothing where the number is no character of a text; U+FFFD where it is none at all.
  private static func meaning(of value: Int) -> [Unicode.Scalar] {
    if value == 0x0D { return ["\r"] }
    if (0x80...0x9F).contains(value) {
      return [SingleByteEncoding.windows1252[UInt8(truncatingIfNeeded: value)]]
    }
    guard value > 0, let scalar = Unicode.Scalar(UInt32(value)) else { return ["\u{FFFD}"] }
    let isControl = value < 0x09 || (0x0B...0x1F).contains(value) && value != 0x0C || value == 0x7F
    let isNone = value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value)
    return isControl || isNone ? [] : [scalar]
  }

  // MARK: - Names

  /// The name up to its semicolon, or the longest beginning that needs none.
  private static func named(_ text: [Unicode.Scalar], _ start: Int) -> Reference? {
    let word = text[start...].prefix(32).prefix { !"\t\n\u{C} <&#;".unicodeScalars.contains($0) }
    var name = String(String.UnicodeScalarView(word.prefix { $0.isASCII }))
    if name.utf8.count == word.count, word.endIndex < text.count, text[word.endIndex] == ";",
      let meaning = meanings[name]
    {
      return (meaning.scalars, word.endIndex + 1)
    }
    while name.utf8.count > 1 {
      if let meaning = meanings[name], !meaning.needsSemicolon {
        return (meaning.scalars, start + name.utf8.count)
      }
      name.removeLast()
    }
    return nil
  }

  private struct Meaning {
    let scalars: [Unicode.Scalar]
    let needsSemicolon: Bool
  }

  private static let meanings = Dictionary(
    HTMLEntityNames.list.split(whereSeparator: \.isWhitespace).compactMap(entry),
    uniquingKeysWith: { first, _ in first })

  private static func entry(_ word: Substring) -> (String, Meaning)? {
    let sides = word.split(separator: "=")
    guard sides.count == 2 else { return nil }
    let scalars = sides[1].split(separator: ",").compactMap {
      UInt32($0, radix: 16).flatMap(Unicode.Scalar.init)
    }
    return (
      sides[0].filter { $0 != "!" }, Meaning(scalars: scalars, needsSemicolon: !sides[0].hasSuffix("!"))
    )
  }

  // MARK: - Certain ones

  private static func certain(_ text: [Unicode.Scalar], _ start: Int) -> Reference? {
    let isNumber = start < text.count && text[start] == "#"
    let first = isNumber ? start + 1 : start
    let word = text[min(first, text.count)...].prefix(25).prefix { isLetterOrDigit($0) }
    guard (1...24).contains(word.count), word.endIndex < text.count, text[word.endIndex] == ";" else {
      return nil
    }
    if isNumber {
      let found = numbered(text, start)
      return found.flatMap { $0.end == word.endIndex + 1 && $0.meaning != [";"] ? $0 : nil }
    }
    let name = String(String.UnicodeScalarView(word))
    let meaning = meanings[name]?.scalars ?? inCapitals(name)
    return meaning.map { ($0, word.endIndex + 1) }
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "0"..."9", "A"..."Z", "a"..."z": true
    default: false
    }
  }

  /// `EACUTE` as `É`: the capital of what the name means in small letters. Not where a beginning of it has a
  /// meaning: `GTCC` is `>CC`.
  private static func inCapitals(_ name: String) -> [Unicode.Scalar]? {
    guard name == name.uppercased(), let small = meanings[name.lowercased()] else { return nil }
    let scalars = Array(("&" + name + ";").unicodeScalars)
    guard named(scalars, 1) == nil else { return nil }
    return small.scalars.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }
  }
}
