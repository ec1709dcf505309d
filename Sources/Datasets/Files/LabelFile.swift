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

/// A text a line: the names of classes, or prompts. White space around a text and empty lines at the end do not count; an
/// empty line before a text is an error, as its place is the number of a class.
package enum LineFile {
  private static let largest = 1 << 24

  /// - Throws: `FileFailure`, `TextFailure`; `DatasetFailure` where there is no text, or a line before one is empty.
  package static func load(_ path: String) throws -> [String] {
    let text = String(decoding: try TextFile.read(path, limit: largest), as: UTF8.self)
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(trimmed)
    lines.removeLast(lines.reversed().prefix(while: \.isEmpty).count)
    guard !lines.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "line of text") }
    if let empty = lines.firstIndex(of: "") {
      throw DatasetFailure.badLine(
        path: path, line: empty + 1,
        detail: "the line is empty, but a text follows; give it a text, or remove it")
    }
    return lines
  }

  private static func trimmed(_ line: Substring) -> String {
    let start = line.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace } ?? start.startIndex
    return start.isEmpty ? "" : String(start[...end])
  }
}
