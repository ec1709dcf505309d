import Contracts
import Declarations
import Files
import Statistics

/// The numbers of an experiment that are stored and compared.
///
/// Every value of tables up to 200 rows. Of longer ones, each quantity's count, mean, minimum and maximum, its curves at
/// up to 200 points, and the places of their extremes. Points are thinned further where a file would become
/// larger than its limit, those of tables with many curves most; nothing is left out without being listed.
package struct NumberSelection: Sendable {
  package private(set) var numbers: [ReferenceNumber]
  /// What is not kept, each as a sentence.
  package private(set) var leftOut: [String] = []

  /// By `table/quantity`, the units that columns declare.
  package private(set) var units: [String: String] = [:]

  package static let longestTable = 200
  package static let curvePoints = 200
  /// Bytes of an experiment's file.
  package static let fileLimit = 100_000

  /// A stage's digest: over a line for each of its tasks, its id and its result's digest, in the order of the plan.
  package static func digest(ofTasks lines: [String]) -> String {
    Digest(of: lines.joined(separator: "\n")).hex
  }

  /// - Parameter digests: of each stage, `digest(ofTasks:)`.
  /// - Throws: `RegressionFailure.repeated` for two tables of one name.
  package init(
    experiment: String, tables: [ResultTable], digests: [(stage: String, digest: String)] = [],
    limit: Int = NumberSelection.fileLimit
  ) throws {
    numbers = digests.map { stage, digest in
      ReferenceNumber(
        experiment: experiment, id: "digest/\(Self.part(stage))", kind: .digest, value: .text(digest))
    }
    let short = tables.filter { $0.rows.rowCount <= Self.longestTable }
    let long = tables.filter { $0.rows.rowCount > Self.longestTable }
    numbers += short.flatMap { table in
      table.measurements().flatMap { NumberMaker(experiment, table).numbers($0) }
    }
    numbers += long.flatMap { NumberMaker(experiment, $0).aggregates() }
    addCurves(long.map { ($0.name, NumberMaker(experiment, $0).curves()) }, limit: limit)
    _ = try numbers.byKey()
    for table in tables {
      for column in table.table.columns {
        units[Self.quantity(of: "\(Self.part(table.name))/\(Self.part(column.name))")] =
          column.declaration?.unit
      }
    }
  }

  /// `table/quantity` of an id.
  private static func quantity(of id: String) -> String {
    id.split(separator: "/", omittingEmptySubsequences: false).prefix(2).joined(separator: "/")
  }

  /// The unit of a number: its quantity's, but for how many there are and for where an extreme is.
  package static func unit(of id: String, _ units: [String: String]) -> String? {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
    guard let last = parts.last else { return units[id] }
    if ["n", "count", "numbers"].contains(last) { return "count" }
    return last.contains("-at(") ? nil : units[quantity(of: id)]
  }

  /// Tables with few curves first, each in at most half of the room that is left and the last in all of it: a table of
  /// hundreds of short curves, as of resamples, would leave no room for those that a figure shows.
  private mutating func addCurves(_ tables: [(name: String, curves: [Curve])], limit: Int) {
    var room = limit - numbers.reduce(0) { $0 + Self.bytes($1) }
    let order = tables.indices.sorted { (tables[$0].curves.count, $0) < (tables[$1].curves.count, $1) }
    for index in order {
      let share = max(0, index == order.last ? room : room / 2)
      room -= add(tables[index].curves, of: tables[index].name, within: share, limit)
    }
  }

  /// Extremes first, then as many points of each curve as there is room for.
  /// - Returns: the bytes that they take.
  private mutating func add(_ curves: [Curve], of table: String, within share: Int, _ limit: Int) -> Int {
    var room = share
    var kept: [Curve] = []
    for curve in curves {
      let extremes = curve.extremes
      let size = extremes.reduce(0) { $0 + Self.bytes($1) }
      guard size <= room else { continue }
      room -= size
      numbers += extremes
      kept.append(curve)
    }
    var most = Self.curvePoints
    var points: [ReferenceNumber] = []
    while most > 0 {
      points = kept.flatMap { $0.points(atMost: most) }
      let size = points.reduce(0) { $0 + Self.bytes($1) }
      if size <= room {
        room -= size
        break
      }
      points = []
      most = most * 3 / 4
    }
    numbers += points
    let why = "as the file would be larger than \(limit) bytes"
    if kept.count < curves.count {
      leftOut.append("\(curves.count - kept.count) of \(curves.count) curves of the table \(table), \(why)")
    }
    if most < Self.curvePoints, let longest = kept.map(\.count).max(), longest > most {
      leftOut.append("all but \(most) points of each curve of the table \(table), \(why)")
    }
    return share - room
  }

  /// About what its row takes when it is calibrated. It is the same whatever the digits of a number are: which numbers
  /// are kept must not depend on how they are rounded.
  private static func bytes(_ number: ReferenceNumber) -> Int {
    let value = number.kind.isText ? number.value.plain.utf8.count : 20
    return number.experiment.utf8.count + number.id.utf8.count + value + 44
  }

  /// A part of an id: `/` separates them.
  static func part(_ name: String) -> String { name.replacingBytes("/", with: "|") }
}

/// Makes the numbers of one table.
struct NumberMaker {
  let experiment: String
  let table: ResultTable

  init(_ experiment: String, _ table: ResultTable) { (self.experiment, self.table) = (experiment, table) }

  func id(_ quantity: String, _ keys: [Measurement.Key], _ what: String? = nil) -> String {
    ([NumberSelection.part(table.name), NumberSelection.part(quantity)]
      + (keys.isEmpty ? [] : [NumberSelection.part(Measurement.spelled(keys))]) + (what.map { [$0] } ?? []))
      .joined(separator: "/")
  }

  /// The value itself; of a mean over replicates, their spread and number, too.
  func numbers(_ one: Measurement) -> [ReferenceNumber] {
    let id = id(one.quantity, one.keys)
    if table.isTrained, case .real(let value)? = one.value.asReal {
      let sample = one.sample ?? Summary(count: 1, mean: value, standardDeviation: .nan)
      return [ReferenceNumber(experiment: experiment, id: id, trained: sample)]
    }
    let mean = number(id, one.quantity, one.value)
    guard let sample = one.sample else { return [mean] }
    let count = make("\(id)/n", .count, .real(Double(sample.count)))
    return sample.count < 2
      ? [mean, count] : [mean, make("\(id)/sd", .real, .real(sample.standardDeviation)), count]
  }

  func make(_ id: String, _ kind: NumberKind, _ value: Cell) -> ReferenceNumber {
    ReferenceNumber(experiment: experiment, id: id, kind: kind, value: value)
  }

  func number(_ id: String, _ quantity: String, _ value: Cell) -> ReferenceNumber {
    switch value {
    case .text: return make(id, .text, value)
    case .integer(let count): return make(id, .count, .real(Double(count)))
    case .real(let real):
      let isCosine =
        real > 0.9 && (table.declaration(of: quantity)?.label.lowercased() ?? "").contains("cosine")
      return make(id, isCosine ? .cosine : .real, value)
    }
  }

  /// Count, mean, minimum and maximum of each quantity.
  func aggregates() -> [ReferenceNumber] {
    let found = table.measurements()
    return found.grouped(by: \.quantity).flatMap { quantity, group -> [ReferenceNumber] in
      let values = group.compactMap(\.value.number).filter { !$0.isNaN }
      let counts = [
        make(id(quantity, [], "count"), .count, .real(Double(group.count))),
        make(id(quantity, [], "numbers"), .count, .real(Double(values.count))),
      ]
      // A training's aggregates have no replicates of their own: its curves' points have.
      guard !table.isTrained, let low = values.min(), let high = values.max() else { return counts }
      return counts + [
        make(id(quantity, [], "mean"), .real, .real(Summary(of: values).mean)),
        make(id(quantity, [], "minimum"), .real, .real(low)),
        make(id(quantity, [], "maximum"), .real, .real(high)),
      ]
    }
  }

  /// Of every quantity and every group of equal other keys, over the column of numbers that has the most values.
  func curves() -> [Curve] {
    let found = table.measurements()
    let values = Dictionary(
      grouping: found.lazy.flatMap(\.keys).filter(\.isCoordinate), by: \.name
    ).mapValues { Set($0.map(\.value)).count }
    guard let most = values.values.max(), most >= 3,
      let coordinate = values.keys.filter({ values[$0] == most }).min()
    else { return [] }
    struct Group: Hashable {
      let quantity: String
      let keys: [Measurement.Key]
    }
    return found.grouped { (one: Measurement) in
      Group(quantity: one.quantity, keys: one.keys.filter { !$0.name.isExactly(coordinate) })
    }.map { Curve(self, $0.quantity, $0.keys, coordinate, $1) }
  }
}

extension Cell {
  /// Itself as a real, where it is a number.
  var asReal: Cell? { number.map { .real($0) } }
}
