import Declarations

/// Why an evaluation cannot use the rows of a table.
package enum TableFailure: Failure, Equatable {
  case unknownColumn(String, known: [String])
  case notNumbers(String)
  case notANumber(String, rows: [Int], count: Int)
  case noRows(selection: String)
  case noCounterpart(group: String, selection: String)
  case repeatedPair(String, selection: String)
  case unpaired(String, selection: String)
  case nameIsTaken(String)
  case repeatedName(String)
  case notACount(String, row: Int, found: Double, expected: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unknownColumn(let name, let known):
      "the table has no column `\(name.prefix(80))`; it has "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    case .notNumbers(let name):
      "column `\(name)` holds text, but numbers are needed; name a column of numbers"
    case .notANumber(let name, let rows, let count):
      "column `\(name)` is nan or infinite in \(counted(count, "row")) that `where` selects: row "
        + rows.map { "\($0 + 1)" }.joined(separator: ", ") + (count > rows.count ? ", …" : "")
        + "; select rows that have a number"
    case .noRows(let selection):
      selection.isEmpty ? "the table has no rows" : "no row has \(selection); correct `where`"
    case .noCounterpart(let group, let selection):
      "the group \(group) has no row with \(selection), so there is nothing to compare; exclude the group with `where`, "
        + "or correct `by`"
    case .repeatedPair(let key, let selection):
      "several rows with \(selection) have \(key), so it is not clear which belongs to which; name more columns in "
        + "`pair_by`, or narrow `where`"
    case .unpaired(let key, let selection):
      "no row with \(selection) has \(key), so a row of the other selection has no partner; narrow `where`, or leave "
        + "out `pair_by` to compare unpaired samples"
    case .nameIsTaken(let name):
      "`by` names the column `\(name)`, but the result has a column of this name; rename it in the file"
    case .repeatedName(let name):
      "`by` names the column `\(name)` more than once; name it once"
    case .notACount(let name, let row, let found, let expected):
      "column `\(name)` is \(found) in row \(row + 1), but \(expected) was expected"
    }
  }
}
