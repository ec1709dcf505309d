/// The text with the characters that XML and HTML give a meaning to written as entities; control
/// characters, which XML 1.0 forbids, become spaces.
package func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\n", "\t": result += " "
    case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += " "
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// The text inside a cell of a Markdown table: no bars, no markup, no line breaks.
func markdownCell(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "|", "\\", "`", "*", "_", "<", ">", "[", "]", "#": result += "\\\(character)"
    case _ where character.isNewline: result += " "
    default: result.append(character)
    }
  }
  return result
}

/// The text between backquotes, one more of them than stand together in it.
func markdownCode(_ text: String) -> String {
  var line = ""
  var (longest, length) = (0, 0)
  for scalar in text.unicodeScalars {
    length = scalar == "`" ? length + 1 : 0
    longest = max(longest, length)
    line.unicodeScalars.append(Character(scalar).isNewline ? " " : scalar)
  }
  let fence = String(repeating: "`", count: longest + 1)
  return longest == 0 ? "`\(line)`" : "\(fence) \(line) \(fence)"
}
