import Files

/// A number for each item, from 0: its class or its group, in an `IntegerFile`.
package enum LabelFile {
  private static let numbers = "from 0 to \(IntegerFile.limit - 1)"

  /// - Throws: `FileFailure`, `TextFailure`, `DataFileFailure`, `HDF5Failure`, `DatasetFailure`.
  package static func load(_ path: String) throws -> [Int32] {
    let labels = try IntegerFile(
      path: path, shape: "(n), with one integer for each item", use: ", one for each item",
      badLine: { line, _ in
        DatasetFailure.badLine(
          path: path, line: line, detail: "expected one integer \(numbers), the number of a class or group")
      },
      badNumber: { index, value in
        DatasetFailure.badItem(path: path, index: index, detail: "is \(value), not an integer \(numbers)")
      }
    ).load()
    guard !labels.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "number") }
    return labels
  }
}

/// A text a line: the names of classes, or prompts. Empty lines, and white space around a text, do not count.
package enum LineFile {
  private static let largest = 1 << 24

  /// - Throws: `FileFailure`, `TextFailure`; `DatasetFailure` where there is no text.
  package static func load(_ path: String) throws -> [String] {
    let lines = TextFile.lines(try TextFile.read(path, limit: largest)).map(trimmed).filter { !$0.isEmpty }
    guard !lines.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "line of text") }
    return lines
  }

  private static func trimmed(_ line: Substring) -> String {
    let start = line.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace } ?? start.startIndex
    return start.isEmpty ? "" : String(start[...end])
  }
}
