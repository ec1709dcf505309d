import Contracts
import Declarations

/// The rows of a table of bootstrap samples, by the cells that say which row of the stage's own table they are of.
struct ResampledRows: Sendable {
  let table: Table
  private let keys: [String]
  private let groups: [[Cell]: [Int]]

  init(_ table: Table, _ axes: RunAxes) {
    self.table = table
    let resample = RowSources.resampleColumn
    let columns = table.columns.filter { $0.name != resample && isKey($0, axes: axes) }
    var groups: [[Cell]: [Int]] = [:]
    for row in 0..<table.rowCount { groups[columns.map { $0.values.cell(row) }, default: []].append(row) }
    if let order = table[resample] {
      groups = groups.mapValues { rows in
        rows.sorted { (order.cell($0).number ?? 0) < (order.cell($1).number ?? 0) }
      }
    }
    keys = columns.map(\.name)
    self.groups = groups
  }

  /// The samples of a row of another table, in their order.
  func rows(like row: Int, of other: Table) -> [Int] {
    let cells = keys.compactMap { other[$0]?.cell(row) }
    return cells.count == keys.count ? groups[cells] ?? [] : []
  }
}
