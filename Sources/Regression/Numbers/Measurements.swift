import Contracts
import Declarations
import Statistics

/// A table of results, as an experiment has it.
package struct ResultTable: Sendable {
  package let name: String
  /// With what its stage declares of the columns.
  package let table: Table
  /// Means over the replicates, where there is such a table.
  package let summary: Table?
  package let axes: RunAxes
  /// Whether something is trained on the way to it, which amplifies how a machine rounds.
  package let isTrained: Bool

  package init(
    _ name: String, _ table: Table, summary: Table? = nil, axes: RunAxes = RunAxes(), isTrained: Bool = false
  ) {
    (self.name, self.table, self.summary) = (name, table, summary)
    (self.axes, self.isTrained) = (axes, isTrained)
  }
}

/// One measured value with the cells that say which it is.
struct Measurement {
  let quantity: String
  let keys: [Key]
  let value: Cell
  /// Replicates and their standard deviation, of a summary.
  var sample: Summary?

  struct Key: Hashable {
    let name: String
    let value: Cell
    /// Whether the column is one of those that a curve can be drawn over.
    let isCoordinate: Bool
  }

  /// `name=value,name=value`.
  static func spelled(_ keys: [Key]) -> String {
    keys.map { "\($0.name)=\($0.value.plain)" }.joined(separator: ",")
  }
}

extension ResultTable {
  /// Keys that are computed, and so differ in their last digits where another machine rounds otherwise. Such a column is
  /// a quantity of its own, and rows are told apart by their order.
  private static let computedKeys = ["bin_low", "bin_high"]

  private func isKey(_ column: Table.NamedColumn) -> Bool {
    if Self.computedKeys.contains(column.name) { return false }
    if axes.names.containsExactly(column.name) { return true }
    return column.isKey
  }

  func declaration(of quantity: String) -> TableColumn? {
    table.columns.first { $0.name.isExactly(quantity) }?.declaration
  }

  /// The rows that are kept: of the summary where there is one.
  var rows: Table { summary ?? table }

  /// In the order of the rows, with keys that tell all values of a quantity apart.
  func measurements() -> [Measurement] {
    let found = summary.map(summaryMeasurements) ?? rawMeasurements()
    return Self.numbered(found)
  }

  private func rawMeasurements() -> [Measurement] {
    let keys = table.columns.filter(isKey)
    let quantities = table.columns.filter { !isKey($0) }
    return (0..<table.rowCount).flatMap { row in
      let own = keys.map { key($0, row) }
      return quantities.map { Measurement(quantity: $0.name, keys: own, value: $0.values.cell(row)) }
    }
  }

  private func summaryMeasurements(_ summary: Table) -> [Measurement] {
    guard let quantity = summary["quantity"], let n = summary["n"], let mean = summary["mean"],
      let sd = summary["sd"]
    else { return rawMeasurements() }
    let place = summary.columnNames.firstIndex(of: "quantity") ?? 0
    let keys = summary.columns.prefix(place).filter { !Self.computedKeys.contains($0.name) }
    return (0..<summary.rowCount).map { row in
      let sample = Summary(
        count: Int(n.cell(row).number ?? 1), mean: mean.cell(row).number ?? .nan,
        standardDeviation: sd.cell(row).number ?? .nan)
      return Measurement(
        quantity: quantity.cell(row).plain, keys: keys.map { key($0, row) }, value: .real(sample.mean),
        sample: sample)
    }
  }

  private func key(_ column: Table.NamedColumn, _ row: Int) -> Measurement.Key {
    let isAxis = axes.names.containsExactly(column.name)
    return Measurement.Key(
      name: column.name, value: column.values.cell(row), isCoordinate: !isAxis && !column.values.isText)
  }

  /// Values of one quantity and equal keys get the key `row`, from 1, in their order.
  private static func numbered(_ measurements: [Measurement]) -> [Measurement] {
    struct Place: Hashable {
      let quantity: String
      let keys: [Measurement.Key]
    }
    var totals: [Place: Int] = [:]
    for one in measurements { totals[Place(quantity: one.quantity, keys: one.keys), default: 0] += 1 }
    var seen: [Place: Int] = [:]
    return measurements.map { one in
      let place = Place(quantity: one.quantity, keys: one.keys)
      guard totals[place, default: 0] > 1 else { return one }
      seen[place, default: 0] += 1
      let row = Measurement.Key(name: "row", value: .integer(seen[place] ?? 1), isCoordinate: true)
      return Measurement(
        quantity: one.quantity, keys: one.keys + [row], value: one.value, sample: one.sample)
    }
  }
}
