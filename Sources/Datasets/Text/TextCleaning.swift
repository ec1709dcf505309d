/// What CLIP does to a text before it cuts it into words: ftfy's repairs, HTML's character references twice over,
/// white space, lower case; equal to Python's.
enum TextCleaning {
  static func clean(_ text: String) -> String {
    guard !isPlain(text) else { return withSingleSpaces(text.unicodeScalars).lowercased() }
    let repaired = TextRepair.repaired(Array(text.unicodeScalars))
    let unescaped = HTMLEntities.unescape(HTMLEntities.unescape(repaired))
    return lowered(withSingleSpaces(unescaped))
  }

  /// Nothing in it can need a repair.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "&") }
  }

  /// Runs of white space become one space; none stays at the ends.
  private static func withSingleSpaces(_ text: some Sequence<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    var isPending = false
    for scalar in text {
      if scalar.isPythonSpace {
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
