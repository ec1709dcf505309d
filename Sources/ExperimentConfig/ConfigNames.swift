/// Names that become files and folders.
package enum ConfigNames {
  static let longest = 100

  /// Letters, digits, `-`, `_`, `.`; not `.` or `..`; an experiment's or a figure's name.
  package static func isName(_ text: String) -> Bool {
    isWord(text, also: "-_.") && text != "." && text != ".." && !text.hasPrefix(".")
  }

  /// Letters, digits, `-`, `_`: a stage's or an axis's name, which a table's suffix may follow after a dot.
  package static func isIdentifier(_ text: String) -> Bool { isWord(text, also: "-_") }

  private static func isWord(_ text: String, also: String) -> Bool {
    !text.isEmpty && text.utf8.count <= longest
      && text.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || also.unicodeScalars.contains($0))
      }
  }
}
