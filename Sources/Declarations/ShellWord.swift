/// A command as a shell reads it, made of words that are quoted: what is printed can be pasted, and does what the
/// words say.
package struct ShellCommand: Sendable, Equatable, CustomStringConvertible {
  package let text: String

  package init(_ words: [String]) { text = words.map(ShellWord.quoted).joined(separator: " ") }

  package var description: String { text }
}

/// Words as a shell reads them.
package enum ShellWord {
  /// The word, in quotes where it needs them: a POSIX shell gives back the same bytes.
  ///
  /// It goes code point by code point: an apostrophe with a combining accent is one character to Swift and two
  /// to a shell. What has control characters, or others that a terminal or a report would not show as they are,
  /// stands on one line as `$'…\n…'`, which bash, zsh, ksh and POSIX of 2024 read.
  package static func quoted(_ word: String) -> String {
    // zsh takes a word that begins with `=` for a program's name.
    if !word.isEmpty, word.utf8.first != UInt8(ascii: "="), word.utf8.allSatisfy(isPlain) { return word }
    if word.unicodeScalars.contains(where: isHidden) { return escaped(word) }
    var text = "'"
    for scalar in word.unicodeScalars {
      if scalar == "'" { text += "'\\''" } else { text.unicodeScalars.append(scalar) }
    }
    return text + "'"
  }

  /// A path that no program takes for an option.
  package static func path(_ path: String) -> String { path.hasBytes(first: "-") ? "./" + path : path }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "+"),
      UInt8(ascii: "@"), UInt8(ascii: "%"):
      true
    default: false
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  private static func escaped(_ word: String) -> String {
    var text = "$'"
    for scalar in word.unicodeScalars {
      switch scalar {
      case "'": text += "\\'"
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where isHidden(scalar):
        for byte in String(scalar).utf8 { text += "\\" + octal(byte) }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "'"
  }

  /// Three digits, so that a digit behind it does not count.
  private static func octal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 8)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }
}
