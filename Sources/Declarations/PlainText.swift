/// Text for a log, a terminal or a message: what could move a cursor, begin a line, or turn the direction of
/// reading is spelled out.
///
/// Names of files, tensors and columns, and the words of a config come from whoever made them. Written as they
/// are, an escape sequence among them would steer the reader's terminal, a line break would begin a line that
/// nobody wrote, and a bidirectional mark would show another text than is there.
package enum PlainText {
  /// - Parameter keepsLines: for text that consists of lines; line breaks stay, and tabs.
  package static func escaped(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: { isUnsafe($0) }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isUnsafe(scalar), !(keepsLines && ["\n", "\t"].contains(scalar)) {
        result += spelled(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// JSON in which such characters, which stand in its strings alone, are escapes of JSON.
  package static func escapedInJSON(_ json: String) -> String {
    guard json.unicodeScalars.contains(where: { $0.value >= 0x7F && isUnsafe($0) }) else { return json }
    var result = ""
    for scalar in json.unicodeScalars {
      guard scalar.value >= 0x7F, isUnsafe(scalar) else {
        result.unicodeScalars.append(scalar)
        continue
      }
      result += spelled(scalar)
    }
    return result
  }

  /// Controls (C0, DEL and C1), line and paragraph separators, and the marks that turn the direction of reading.
  package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1F, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// `\u001b`, as JSON spells it.
  private static func spelled(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
