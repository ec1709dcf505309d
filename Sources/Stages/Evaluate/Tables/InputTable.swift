import Contracts
import Declarations
import Statistics

/// What an evaluation of tables reads: the tables that `from` names below one another, in front `from` where it
/// names several, and the axes along which runs are taken together.
struct InputTable {
  let table: Table

  /// - Parameters:
  ///   - suffix: which of the stages' tables; the main one by default.
  ///   - missing: the failure of a stage that has no such table.
  init(
    _ inputs: StageInputs, for stage: String, suffix: String = "",
    missing: ((_ id: String) -> any Failure)? = nil
  ) throws {
    guard !inputs.upstream.isEmpty else { throw StageFailure.noInput(stage: stage, wanted: "a table") }
    let tables = try inputs.upstream.enumerated().map { index, upstream in
      guard case .tables(let named) = upstream.artefact,
        let main = named.first(where: { $0.suffix == suffix })
      else {
        throw missing?(upstream.id)
          ?? StageFailure.wrongInput(stage: stage, id: upstream.id, wanted: "a table")
      }
      var front: [(String, Cell)] = inputs.namesUpstream ? [("from", .text(upstream.id))] : []
      if inputs.gathered.indices.contains(index) {
        front += inputs.gathered[index].map { ($0.name, $0.value) }
      }
      return main.table.behind(front, stage: upstream.id)
    }
    table = tables.count == 1 ? tables[0] : .stacked(tables)
  }

  private func column(_ name: String) throws -> Column {
    guard let column = table[name] else {
      throw TableFailure.unknownColumn(name, known: table.columnNames)
    }
    return column
  }

  /// The rows that have these values; all without a selection.
  func rows(_ selection: RowSelection?) throws -> [Int] {
    var rows = Array(0..<table.rowCount)
    for (name, values) in selection?.columns ?? [] {
      let column = try column(name)
      rows = rows.filter { row in values.contains { column.cell(row).matches($0) } }
    }
    guard !rows.isEmpty else {
      throw TableFailure.noRows(selection: table.rowCount == 0 ? "" : selection?.described ?? "")
    }
    return rows
  }

  /// The numbers of a column in these rows, all of them finite.
  func numbers(_ name: String, _ rows: [Int]) throws -> [Double] {
    let column = try column(name)
    guard !column.isText else { throw TableFailure.notNumbers(name) }
    let values = rows.map { column.cell($0).number ?? .nan }
    let bad = zip(rows, values).filter { !$1.isFinite }.map(\.0)
    guard bad.isEmpty else {
      throw TableFailure.notANumber(name, rows: Array(bad.prefix(5)), count: bad.count)
    }
    return values
  }

  /// What the rows have in these columns.
  func keys(_ rows: [Int], _ names: [String]) throws -> [[Cell]] {
    let columns = try names.map(column)
    return rows.map { row in columns.map { $0.cell(row) } }
  }

  static func described(_ key: [Cell], _ names: [String]) -> String {
    zip(names, key).map { "\($0) = \($1.plain)" }.joined(separator: ", ")
  }

  /// Rows of equal values in these columns, in the order of their first row.
  func groups(_ rows: [Int], by names: [String]) throws -> [(key: [Cell], rows: [Int])] {
    let columns = try names.map(column)
    return rows.grouped { row in columns.map { $0.cell(row) } }.map { ($0.key, $0.members) }
  }

  /// Two selections, group by group, in the order of the first one's rows, each of which has rows of both.
  func groups(
    _ first: RowSelection, _ second: RowSelection, by names: [String]
  ) throws -> [(key: [Cell], first: [Int], second: [Int])] {
    let (left, right) = (try groups(try rows(first), by: names), try groups(try rows(second), by: names))
    let others = Dictionary(right.map { ($0.key, $0.rows) }, uniquingKeysWith: { a, _ in a })
    let known = Set(left.map(\.key))
    if let lonely = right.first(where: { !known.contains($0.key) }) {
      throw TableFailure.noCounterpart(
        group: Self.described(lonely.key, names), selection: first.described)
    }
    return try left.map { key, rows in
      guard let other = others[key] else {
        throw TableFailure.noCounterpart(group: Self.described(key, names), selection: second.described)
      }
      return (key, rows, other)
    }
  }

  /// The quantity of two selections, group by group; with `pairBy` also by pairs. Nothing without two selections.
  func comparisons(
    of name: String, _ selections: [RowSelection], by names: [String], pairBy: [String]?
  ) throws -> [TableComparison] {
    guard selections.count == 2 else { return [] }
    return try groups(selections[0], selections[1], by: names).map { group in
      let rows = (group.first, group.second)
      return TableComparison(
        key: group.key, first: Summary(of: try numbers(name, rows.0)),
        second: Summary(of: try numbers(name, rows.1)),
        pairs: try pairBy.map { try pairs(of: name, rows, by: $0, (selections[0], selections[1])) })
    }
  }

  /// The values of both selections' rows that have the same values in these columns, in the order of the first one's.
  func pairs(
    of name: String, _ rows: (first: [Int], second: [Int]), by names: [String],
    _ selections: (first: RowSelection, second: RowSelection)
  ) throws -> [(Double, Double)] {
    let first = try partners(of: name, rows.first, by: names, selections.first)
    let second = try partners(of: name, rows.second, by: names, selections.second)
    if let lonely = second.order.first(where: { first.values[$0] == nil }) {
      throw TableFailure.unpaired(Self.described(lonely, names), selection: selections.first.described)
    }
    return try first.order.map { key in
      guard let a = first.values[key], let b = second.values[key] else {
        throw TableFailure.unpaired(Self.described(key, names), selection: selections.second.described)
      }
      return (a, b)
    }
  }

  private func partners(
    of name: String, _ rows: [Int], by names: [String], _ selection: RowSelection
  ) throws -> (order: [[Cell]], values: [[Cell]: Double]) {
    let keys = try keys(rows, names)
    var values: [[Cell]: Double] = [:]
    for (key, value) in zip(keys, try numbers(name, rows)) {
      guard values.updateValue(value, forKey: key) == nil else {
        throw TableFailure.repeatedPair(Self.described(key, names), selection: selection.described)
      }
    }
    return (keys, values)
  }
}

/// A quantity in two selections of a group's rows.
struct TableComparison {
  let key: [Cell]
  let first: Summary
  let second: Summary
  let pairs: [(Double, Double)]?

  /// Whether both have a spread of their own: one row says nothing about its mean.
  var hasSpread: Bool { first.count > 1 && second.count > 1 }
}

/// The table of what was found, group by group.
struct GroupTable {
  private let names: [String]
  private var builder = TableBuilder()

  /// - Throws: `TableFailure.repeatedName`; `.nameIsTaken` where a column of the groups would be one of the results.
  init(by names: [String], _ signature: StageSignature) throws {
    if let repeated = names.grouped(by: { ExactString($0) }).first(where: { $0.members.count > 1 }) {
      throw TableFailure.repeatedName(repeated.key.text)
    }
    if let taken = names.first(where: { name in signature.columns.contains { $0.declares(name) } }) {
      throw TableFailure.nameIsTaken(taken)
    }
    self.names = names
  }

  mutating func append(_ key: [Cell], _ values: [(String, Cell)]) {
    builder.append(Array(zip(names, key)) + values)
  }

  var artefact: Artefact { .tables([NamedTable("", builder.table())]) }
}
