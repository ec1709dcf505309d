import Foundation

/// What CLIP does to a text before it cuts it into words: repairs, character references, white space, lower
/// case.
///
/// Of the repairs of `ftfy.fix_text`: references where there is no `<`, ligatures, wide characters, curly
/// quotes, line breaks, control characters, NFC. Text decoded with a wrong encoding ("Ã©" for "é") and
/// terminal escapes are left as they are.
enum TextCleaning {
  static func clean(_ text: String) -> String {
    var text = text
    if !isPlain(text) {
      if !text.contains("<") { text = HTMLEntities.unescape(text) }
      text = repaired(text)
      text = HTMLEntities.unescape(HTMLEntities.unescape(text))
    }
    return lowered(withSingleSpaces(text))
  }

  /// Nothing in it can need a repair.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "&") }
  }

  // MARK: - Repairs

  private static func repaired(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x20...0x7E, 0x09, 0x0A, 0x0C: result.append(scalar)
      case 0x02BC, 0x2018...0x201B: result.append("'")
      case 0x201C...0x201F: result.append("\"")
      case 0x0D, 0x85, 0x2028, 0x2029: result.append("\n")
      case 0...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: break
      case 0x0132, 0x0133, 0x0149, 0x01F1...0x01F3, 0x01C4...0x01CC, 0xFB00...0xFB06, 0xFF01...0xFFEF, 0x3000:
        let plain = String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars
        result.append(contentsOf: plain.map { $0 == "\u{02BC}" ? "'" : $0 })
      default: result.append(scalar)
      }
    }
    return String(result).precomposedStringWithCanonicalMapping
  }

  /// Runs of white space become one space; none stays at the ends.
  private static func withSingleSpaces(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var isPending = false
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value) {
        isPending = !result.isEmpty
      } else {
        if isPending { result.append(" ") }
        isPending = false
        result.append(scalar)
      }
    }
    return String(result)
  }

  // MARK: - Case

  /// As Python's `lower`: a sigma that ends a word is the final one.
  private static func lowered(_ text: String) -> String {
    guard text.unicodeScalars.contains("Σ") else { return text.lowercased() }
    let scalars = Array(text.unicodeScalars)
    var result = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      if scalar == "Σ", isFinal(scalars, index) {
        result.append("ς")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return String(result)
  }

  private static func isFinal(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }
}
