import Declarations
import Files
import Statistics

/// What the nights had, so that each number can be followed over them.
///
/// A number has a row for each night in which its value is not that of the night before, and one that is `nan` where it is
/// missing: where nothing moves, a night takes one row an experiment.
package struct NightLog: Sendable, Equatable {
  package struct Event: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      /// An experiment was compared; the text says what its numbers were made with.
      case ran
      /// Something of what they are made with is not what it was in the night before.
      case change
      case amber
      case red
    }

    package let night: Int
    package let date: String
    package let kind: Kind
    package let key: NumberKey
    package let text: String

    package init(night: Int, date: String, kind: Kind, key: NumberKey, text: String) {
      (self.night, self.date, self.kind) = (night, date, kind)
      (self.key, self.text) = (key, text)
    }
  }

  /// All that one night adds.
  package struct Night: Sendable {
    package let number: Int
    package let date: String
    /// Of each experiment that was compared, its numbers.
    package var numbers: [NumberKey: Double] = [:]
    package var ran: [(experiment: String, text: String)] = []
    package var changes: [(experiment: String, text: String)] = []
    package var findings: [Finding] = []

    package init(number: Int, date: String) { (self.number, self.date) = (number, date) }
  }

  package private(set) var events: [Event]
  package private(set) var values: NightHistory

  /// What is older is forgotten, and so are nights whose rows are beyond the limit: about 30 MB.
  package static let mostNights = 400
  package static let mostRows = 400_000
  /// Of one night, red ones first: where all moves, the first of them say so.
  package static let mostFindings = 500

  package init(events: [Event] = [], values: NightHistory = NightHistory()) {
    (self.events, self.values) = (events, values)
  }

  package var lastNight: Int? { events.map(\.night).max() }

  /// The nights that are known, in their order.
  package var nights: [(number: Int, date: String)] {
    let dates = Dictionary(events.map { ($0.night, $0.date) }, uniquingKeysWith: { first, _ in first })
    return dates.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Adds a night; one that was added before is replaced. Nothing is added before the last night: the rows of later ones
  /// say only what changed since.
  /// - Returns: whether it was added.
  @discardableResult
  package mutating func add(_ night: Night) -> Bool {
    if let last = lastNight, last > night.number { return false }
    events.removeAll { $0.night == night.number }
    values = NightHistory(values.rows.filter { $0.night != night.number })
    addEvents(night)
    let before = values.latest
    let ran = Set(night.ran.map { ExactString($0.experiment) })
    let missing = before.keys.filter { ran.contains(ExactString($0.experiment)) && night.numbers[$0] == nil }
    let found = night.numbers.merging(missing.map { ($0, Double.nan) }) { own, _ in own }
    for (key, value) in found.sorted(by: { $0.key < $1.key }) {
      if let old = before[key], old == value || (old.isNaN && value.isNaN) { continue }
      values.append(.init(night: night.number, date: night.date, key: key, value: value))
    }
    return true
  }

  private mutating func addEvents(_ night: Night) {
    func event(_ kind: Event.Kind, _ key: NumberKey, _ text: String) {
      events.append(Event(night: night.number, date: night.date, kind: kind, key: key, text: text))
    }
    for (experiment, text) in night.ran { event(.ran, NumberKey(experiment: experiment, id: ""), text) }
    for (experiment, text) in night.changes {
      event(.change, NumberKey(experiment: experiment, id: ""), text)
    }
    let found = night.findings.filter { $0.level != .green }.sorted { $0.level > $1.level }
    for finding in found.prefix(Self.mostFindings) {
      event(finding.level == .red ? .red : .amber, finding.key, finding.message)
    }
  }

  // MARK: - What is forgotten

  /// Forgets what is beyond the limits; values that still hold are taken over to the first night that is left.
  package mutating func compact(nights most: Int = mostNights, rows: Int = mostRows) {
    let known = nights
    if known.count > most { forget(before: known[known.count - most]) }
    var rest = nights[...]
    while values.rows.count > rows, rest.count > 1 {
      rest = rest.dropFirst()
      forget(before: rest[rest.startIndex])
    }
  }

  private mutating func forget(before night: (number: Int, date: String)) {
    events.removeAll { $0.night < night.number }
    let old = NightHistory(values.rows.filter { $0.night < night.number }).latest
    let kept = values.since(night.number).rows
    let moved = Set(kept.filter { $0.night == night.number }.map(\.key))
    let held = old.filter { !moved.contains($0.key) }.sorted { $0.key < $1.key }.map {
      NightHistory.Row(night: night.number, date: night.date, key: $0.key, value: $0.value)
    }
    values = NightHistory(held + kept)
  }

  // MARK: - Files

  private static let names = ["night", "date", "kind", "experiment", "id", "text"]

  package var eventsCSV: [UInt8] {
    CSV.encode(
      Table([
        Table.NamedColumn("night", .integers(events.map(\.night))),
        Table.NamedColumn("date", .texts(events.map(\.date))),
        Table.NamedColumn("kind", .texts(events.map(\.kind.rawValue))),
        Table.NamedColumn("experiment", .texts(events.map(\.key.experiment))),
        Table.NamedColumn("id", .texts(events.map(\.key.id))),
        Table.NamedColumn("text", .texts(events.map(\.text))),
      ]))
  }

  /// - Throws: `CSVFailure`, `RegressionFailure`.
  package static func events(csv bytes: [UInt8], path: String) throws -> [Event] {
    let table = try CSV.decode(bytes, path: path, types: [.integer] + names.dropFirst().map { _ in .text })
    let cells = try TableRows(table, names: names, path: path)
    return try (0..<table.rowCount).map { row in
      guard let kind = Event.Kind(rawValue: cells.text("kind", row)) else {
        throw cells.failure(
          "kind", row, "one of \(Event.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      guard let night = Int(cells.text("night", row)) else { throw cells.failure("night", row, "an integer") }
      return Event(
        night: night, date: cells.text("date", row), kind: kind,
        key: NumberKey(experiment: cells.text("experiment", row), id: cells.text("id", row)),
        text: cells.text("text", row))
    }
  }
}

extension NightHistory {
  /// Of each number its last value.
  fileprivate var latest: [NumberKey: Double] {
    Dictionary(rows.map { ($0.key, $0.value) }, uniquingKeysWith: { _, later in later })
  }
}
