import Declarations
import Statistics

/// The rows do not exist because an optional stage had no data.
package struct NotRun: Error, Sendable {
  package let reason: String
  package init(reason: String) { self.reason = reason }
}

/// Why rows of a table do not answer what a claim or a figure asks of them.
package enum RowFailure: Failure, Equatable {
  case unknownColumn(String, table: String, columns: [String])
  case noRows(Selection, table: String, hint: String)
  /// Several rows where one is wanted; `varying` are the columns that tell them apart.
  case ambiguous(count: Int, at: String, table: String, varying: [String])
  case notNumbers(String, table: String)
  /// Replicates have different values of the column that should be their common grid.
  case gridDiffers(over: String, replicates: String, table: String)
  /// NaN among the numbers that would decide; `rows` says where the first of them are.
  case notANumber(String, table: String, rows: [String], count: Int, of: Int)
  /// What a ratio would be divided by is 0.
  case zeroDenominator(String, table: String, rows: [String])
  /// Rows that a figure draws, none of which has a finite number in these columns.
  case nothingToDraw([String], table: String, count: Int)
  /// Nothing that a figure draws lies within these ends of its axes.
  case nothingInRange(x: Interval, y: Interval, points: Int)
  /// A claim asks for the bootstrap over pairs, and there are no samples of the column; `resampled` are the columns that
  /// there are samples of.
  case noResamples(String, table: String, resampled: [String])
  /// A claim asks for the bootstrap over pairs of numbers that have replicates.
  case resamplesOfReplicates(String, table: String, axis: String, count: Int)
  case unknownKind(String, String, known: [String])
  case badParameter(String, expected: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unknownColumn(let column, let table, let columns):
      "table \(table) has no column \(column); its columns are \(columns.joined(separator: ", "))"
    case .noRows(let selection, let table, let hint):
      "table \(table) has no row\(selection.isEmpty ? "" : " with \(describe(selection))"): \(hint)"
    case .ambiguous(let count, let place, let table, let varying):
      "found \(count) rows of table \(table)\(place), but expected one; they differ in "
        + "\(varying.joined(separator: "; ")); choose one value of each in \"where\""
    case .notNumbers(let column, let table):
      "column \(column) of table \(table) has text, but numbers are needed"
    case .gridDiffers(let over, let replicates, let table):
      "the values of \(over) in table \(table) are not the same for each \(replicates), so they cannot be "
        + "averaged point by point; use a coordinate that all runs share, such as delta or layer"
    case .notANumber(let column, let table, let rows, let count, let all):
      "\(column) is nan in \(count) of \(counted(all, "row")) of table \(table): "
        + rows.joined(separator: "; ") + (count > rows.count ? "; …" : "")
        + "; a claim needs numbers: exclude these rows with \"where\", or find out why the "
        + "stage gives nan"
    case .zeroDenominator(let column, let table, let rows):
      "\(column) of table \(table) is 0 at \(rows.joined(separator: "; ")), and division by 0 is not possible; "
        + "choose another denominator, or compare with \"greater\" or \"value\""
    case .nothingToDraw(let columns, let table, let count):
      "there is nothing to draw: none of the \(counted(count, "row")) of table \(table) has a finite number in "
        + columns.joined(separator: " and ")
    case .nothingInRange(let x, let y, let points):
      "there is nothing to draw: none of the \(counted(points, "point")) is within the axes, x from "
        + "\(readable(x.low)) to \(readable(x.high)) and y from \(readable(y.low)) to \(readable(y.high)); "
        + "change \"xrange\" or \"yrange\""
    case .noResamples(let column, let table, let resampled):
      resampled.isEmpty
        ? "table \(table) has no samples of the pairs for \(column); give its stage \"bootstrap\", such as 1000"
        : "the bootstrap over pairs cannot decide about \(column) of table \(table), which is no mean over pairs; there are "
          + "samples of \(resampled.joined(separator: ", "))"
    case .resamplesOfReplicates(let column, let table, let axis, let count):
      "the bootstrap over pairs is for a number without seeds, but \(column) of table \(table) has \(count) replicates "
        + "(\(axis)), which decide by themselves; remove the key with \"pairs\", or choose one value of \(axis) in "
        + "\"where\""
    case .unknownKind(let what, let name, let known):
      "there is no \(what) called \(name); there are \(known.joined(separator: ", "))"
    case .badParameter(let name, let expected):
      "\(name) must be \(expected)"
    }
  }
}
