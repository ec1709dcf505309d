import Contracts
import Declarations
import Execution
import Metrics

/// The table `<stage>.resamples` of an evaluation: its means over pairs again, for each of a number of samples of the items.
/// Claims take their spread for that of the quantity where all else is fixed: the same files, no seed.
enum Resampled {
  static let table = RowSources.resamplesTable
  static let column = TableColumn(RowSources.resampleColumn, .key, .integer, "Bootstrap sample of the items")

  static let presence = [table: ParameterCondition(given: "bootstrap")]

  /// The version of a stage with `bootstrap`; without, its results and their keys are what they were.
  static func version(_ version: Int) -> (condition: ParameterCondition, version: Int) {
    (ParameterCondition(given: "bootstrap"), version)
  }
}

extension Parameter {
  static let bootstrap = Parameter.optional(
    "bootstrap", .integer(2...10_000),
    "Number of samples of the items, each with all of its pairs, drawn with replacement, for the table "
      + "`\(Resampled.table)`: the intervals of claims about data that have no seeds. The samples are the same for all stages "
      + "with as many items, so their differences are paired.")
}

/// Collects such a table. It is kept by columns: there are rows by the million.
struct ResampleTable {
  private let count: Int
  private let quantities: [String]
  /// A row for each mean: what tells it from the others.
  private var keys = CoordinateTable()
  private var isEmpty = true
  private var values: [[Double]]
  private var known: (partners: Partners, resamples: ItemResamples)?

  /// - Parameter means: how many there will be of each quantity.
  /// - Throws: `MemoryFailure` where their samples would not fit.
  init(count: Int, of quantities: [String], means: Int) throws {
    (self.count, self.quantities) = (count, quantities)
    values = quantities.map { _ in [] }
    // The table and its text, where it is computed and where it is read; besides the quantities it has about five columns.
    let numbers = Double(count) * Double(means) * Double(quantities.count + 5)
    try ProcessMemory.require(
      8 * Double(MemoryLayout<Double>.size) * numbers,
      for: "the table of \(count) bootstrap samples of each of \(means) means",
      advice: "lower `bootstrap`, or the number of members, temperatures or k")
  }

  /// The samples of the items: one table of draws at a time, for all that have the same pairs.
  mutating func resamples(of partners: Partners) throws -> ItemResamples {
    if let known, known.partners == partners { return known.resamples }
    known = nil
    let resamples = try ItemResamples(of: partners, count: count)
    known = (partners, resamples)
    return resamples
  }

  /// - Parameter means: of each quantity as many as there are samples.
  mutating func append(_ coordinates: [Coordinate], _ keys: [(String, Cell)], _ means: [[Double]]) {
    isEmpty = false
    self.keys.append(coordinates, keys)
    for (place, means) in means.enumerated() { values[place] += means }
  }

  var named: NamedTable {
    guard !isEmpty else { return NamedTable(Resampled.table, Table([])) }
    let keys = keys.table
    let samples = (0..<keys.rowCount).flatMap { _ in 0..<count }
    return NamedTable(
      Resampled.table,
      Table(
        keys.columns.map { Table.NamedColumn($0.name, $0.values.repeating(count)) }
          + [Table.NamedColumn(RowSources.resampleColumn, .integers(samples))]
          + zip(quantities, values).map { Table.NamedColumn($0, .reals($1)) }))
  }
}

extension Column {
  /// Every value so many times, one after the other.
  fileprivate func repeating(_ count: Int) -> Column {
    func repeated<Value>(_ values: [Value]) -> [Value] {
      values.flatMap { repeatElement($0, count: count) }
    }
    return switch self {
    case .integers(let values): .integers(repeated(values))
    case .reals(let values): .reals(repeated(values))
    case .texts(let values): .texts(repeated(values))
    }
  }
}
