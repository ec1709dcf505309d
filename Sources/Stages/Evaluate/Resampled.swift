import Contracts
import Declarations

/// The table `<stage>.resamples` of an evaluation: its quantities again, for each of a number of samples of the items.
/// Claims take their spread for that of the quantity where all else is fixed: the same files, no seed.
enum Resampled {
  static let table = RowSources.resamplesTable
  static let column = TableColumn(RowSources.resampleColumn, .key, .integer, "Bootstrap sample of the items")

  static let presence = [table: ParameterCondition(given: "bootstrap")]

  static func cell(_ sample: Int) -> (String, Cell) { (RowSources.resampleColumn, .integer(sample)) }
}

extension Parameter {
  static let bootstrap = Parameter.optional(
    "bootstrap", .integer(2...10_000),
    "Number of samples of the pairs, drawn with replacement, for the table `\(Resampled.table)`: the intervals of claims "
      + "about data that have no seeds. The samples are the same for all stages with as many pairs, so their differences are "
      + "paired.")
}
