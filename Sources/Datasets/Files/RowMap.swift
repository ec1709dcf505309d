import Files

/// For each row of y, the row of x that it belongs with, from 0: an `IntegerFile`.
package enum RowMap {
  /// - Throws: `FileFailure`, `TextFailure`, `DataFileFailure`, `HDF5Failure`, `DatasetFailure` for text that is no CSV.
  package static func load(_ path: String) throws -> [Int] {
    try IntegerFile(
      path: path, shape: "(n), which gives for each row of y its row of x", use: " for a map of rows",
      badLine: { DataFileFailure.badMapLine(path: path, line: $0, found: $1) },
      badNumber: { DataFileFailure.badMapNumber(path: path, index: $0, value: $1) }
    ).load().map(Int.init)
  }
}
