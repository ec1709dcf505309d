/// Names that become files and folders.
package enum ConfigNames {
  static let longest = 100

  /// Letters, digits, `-`, `_`, `.`; an experiment's, a figure's or a claim's name. No dot in front: that
  /// is where `.`, `..` and the folder of the store are.
  package static func isName(_ text: String) -> Bool { isWord(text, also: "-_.") && !text.hasPrefix(".") }

  /// Letters, digits, `-`, `_`: a stage's or an axis's name, which a table's suffix may follow after a dot.
  package static func isIdentifier(_ text: String) -> Bool { isWord(text, also: "-_") }

  static let describedName =
    "a name of at most \(longest) letters, digits, \"-\", \"_\" and \".\", not beginning with \".\""
  static let describedIdentifier = "a name of at most \(longest) letters, digits, \"-\" and \"_\""

  private static func isWord(_ text: String, also: String) -> Bool {
    !text.isEmpty && text.utf8.count <= longest
      && text.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || also.unicodeScalars.contains($0))
      }
  }
}
