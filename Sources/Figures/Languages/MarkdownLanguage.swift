/// Markdown with tables, as code hosts read it; text stays on its line and in its cell.
///
/// Hosts make links of bare addresses and mentions of `@name` and `#1`, escaped or not: these are broken, the latter by a
/// character that is not seen (U+2060).
enum MarkdownLanguage: TargetLanguage {
  static func quoted(_ text: String) -> String {
    var result = ""
    var scalars = text.unicodeScalars[...]
    if let mark = itemMark(scalars) {
      result.unicodeScalars.append(contentsOf: scalars[..<mark])
      result += "\\"
      result.unicodeScalars.append(scalars[mark])
      scalars = scalars[mark...].dropFirst()
    }
    for (place, scalar) in zip(scalars.indices, scalars) {
      switch scalar {
      case "|", "\\", "`", "*", "_", "<", ">", "[", "]", "#", "~", "$":
        result += "\\"
        result.unicodeScalars.append(scalar)
        if scalar == "#", scalars[place...].dropFirst().first?.properties.numericType != nil {
          result += joiner
        }
      case "@":
        result += "@"
        if isName(scalars[place...].dropFirst().first) { result += joiner }
      case ":" where scalars[place...].dropFirst().prefix(2).elementsEqual("//".unicodeScalars):
        result += "\\:"
      case "." where isBehindWWW(scalars[..<place]): result += "\\."
      case "&" where startsEntity(scalars[place...].dropFirst().first): result += "\\&"
      default: result.unicodeScalars.append(shown(scalar))
      }
    }
    return result
  }

  /// Between backquotes, one more of them than stand together in it; not for a table, whose cell a bar ends even there.
  static func span(_ text: String) -> String {
    var line = ""
    var (longest, length) = (0, 0)
    for scalar in text.unicodeScalars {
      length = scalar == "`" ? length + 1 : 0
      longest = max(longest, length)
      line.unicodeScalars.append(shown(scalar))
    }
    let fence = String(repeating: "`", count: longest + 1)
    // One space at both ends is taken away; without it, one that is the text's own would be.
    let isOpen = longest == 0 && !(line.utf8.first == 0x20 && line.utf8.last == 0x20)
    return isOpen ? "`\(line)`" : "\(fence) \(line) \(fence)"
  }

  private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    isBreak(scalar) || scalar == "\t" ? " " : isForbidden(scalar) ? "\u{FFFD}" : scalar
  }

  private static let joiner = "\u{2060}"

  private static func isName(_ next: Unicode.Scalar?) -> Bool {
    guard let next else { return false }
    return next.properties.isAlphabetic || next.properties.numericType != nil || next == "_" || next == "-"
  }

  private static func isBehindWWW(_ text: Substring.UnicodeScalarView) -> Bool {
    let last = text.suffix(3)
    return last.count == 3 && last.allSatisfy { $0 == "w" || $0 == "W" }
  }

  private static func startsEntity(_ next: Unicode.Scalar?) -> Bool {
    guard let next else { return false }
    return next == "#" || (next.isASCII && next.properties.isAlphabetic)
  }

  /// Where the mark of a list's item or a line across the page would begin: `-` or `+`, or what stands behind a
  /// number; a negative number or a decimal one is none.
  private static func itemMark(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView.Index? {
    let start = text.firstIndex { $0 != " " } ?? text.endIndex
    guard start < text.endIndex else { return nil }
    let digits = text[start...].prefix { ("0"..."9").contains($0) }
    guard digits.endIndex < text.endIndex else { return nil }
    let (mark, next) = (text[digits.endIndex], text[digits.endIndex...].dropFirst().first)
    let isMark = digits.isEmpty ? ["-", "+", "="].contains(mark) : [".", ")"].contains(mark)
    let isItem = next.map { isBreak($0) || $0 == " " || $0 == "\t" || (digits.isEmpty && $0 == mark) } ?? true
    return isMark && isItem ? digits.endIndex : nil
  }
}

typealias Markdown = Code<MarkdownLanguage>
