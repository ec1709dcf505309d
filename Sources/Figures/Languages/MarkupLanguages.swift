/// HTML, as text between tags or between the quotation marks of an attribute.
enum HTMLLanguage: TargetLanguage {
  static func quoted(_ text: String) -> String { withEntities(text) }
}

/// XML 1.0, as text between tags or between the quotation marks of an attribute.
enum XMLLanguage: TargetLanguage {
  static func quoted(_ text: String) -> String { withEntities(text) }
}

typealias HTML = Code<HTMLLanguage>
typealias XML = Code<XMLLanguage>

/// The characters that XML and HTML give a meaning to as entities; line breaks and tabs as spaces; what XML
/// forbids as U+FFFD.
private func withEntities(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case _ where isBreak(scalar) || scalar == "\t": result += " "
    case _ where isForbidden(scalar): result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
