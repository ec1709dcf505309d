import Declarations
import Figures
import Files
import Foundation
import Regression
import Runner
import Statistics

/// Keeps each night's numbers, and draws them over the nights.
struct NightTrend {
  private let options: NightOptions
  private var log: NightLog
  fileprivate var made: [String: Made]

  /// What an experiment's numbers were made with when it was last compared, and in which units they are.
  fileprivate struct Made {
    let night: Int
    let manifest: ManifestValues
    /// In the night before.
    let before: ManifestValues?
    let units: [String: String]
  }

  /// - Throws: `FileFailure`, `CSVFailure`, `RegressionFailure`: what the nights before left is not readable.
  init(_ options: NightOptions) throws {
    self.options = options
    func file(_ name: String) -> (path: String, bytes: [UInt8])? {
      let path = "\(options.folder)/\(name)"
      return RegularFile.read(path, most: 1 << 28).map { (path, $0) }
    }
    log = NightLog(
      events: try file(Self.events).map { try NightLog.events(csv: $0.bytes, path: $0.path) } ?? [],
      values: try file(Self.values).map { try NightHistory(csv: $0.bytes, path: $0.path) } ?? NightHistory())
    // Where it is lost, a night has nothing to compare what it was made with.
    let stored = file(Self.experiments).flatMap { try? JSONReader.value($0.bytes) }?.object ?? [:]
    made = stored.compactMapValues(Made.init)
  }

  private static let (values, events, experiments) = ("numbers.csv", "nights.csv", "experiments.json")

  // MARK: - A night

  /// Adds the night and writes the page.
  /// - Returns: the page's path; nil where later nights are kept already.
  /// - Throws: `FileFailure`; what cannot be read of the reference.
  mutating func record(_ result: NightResult) throws -> String? {
    var night = NightLog.Night(number: options.date.number, date: options.date.text)
    night.findings = result.findings
    for numbers in result.numbers {
      let accepted = try options.reference.numbers(of: numbers.experiment) ?? []
      add(numbers, numbers.manifest, to: &night, accepted: accepted)
    }
    // Its numbers are in the history, and its seeds are others each night.
    if let canary = result.canary {
      var manifest = canary.manifest
      manifest.config = .object((manifest.config.object ?? [:]).filter { $0.key != "matrix" })
      add(canary, manifest, to: &night, accepted: [])
    }
    guard log.add(night) else { return nil }
    log.compact()
    try GivenFile.write(log.values.csv, to: "\(options.folder)/\(Self.values)")
    try GivenFile.write(log.eventsCSV, to: "\(options.folder)/\(Self.events)")
    try GivenFile.write(
      JSONValue.object(made.mapValues(\.json)).pretty + "\n", to: "\(options.folder)/\(Self.experiments)")
    return try ReportIndex(root: options.root).write(trend: trendPage(trend()))
  }

  /// Its claims, and the numbers that the reference has, too.
  private mutating func add(
    _ numbers: NightNumbers, _ manifest: ManifestValues, to night: inout NightLog.Night,
    accepted: [ReferenceNumber]
  ) {
    let name = numbers.experiment
    let accepted = Set(accepted.followed.map(\.key))
    for number in numbers.numbers where number.kind == .claim || accepted.contains(number.key) {
      night.numbers[number.key] = number.followed
    }
    night.ran.append((name, Self.described(manifest)))
    let last = made[name]
    let before = last.flatMap { $0.night == night.number ? $0.before : $0.manifest }
    if let before {
      night.changes += ManifestDifference(from: before, to: manifest).changes.map { (name, $0) }
    }
    made[name] = Made(
      night: night.number, manifest: manifest, before: before, units: numbers.units)
  }

  private static func described(_ manifest: ManifestValues) -> String {
    let environment = manifest.environment
    let code = manifest.revision.map { "revision \($0)\(manifest.isDirty == true ? " with changes" : "")" }
    let config = Digest(of: manifest.config.canonical).hex.prefix(12)
    return [
      code ?? "no revision", "config \(config)", "\(environment.cpu.vendor) \(environment.cpu.simd)",
      environment.numericPolicy, environment.compiler,
    ].joined(separator: "; ")
  }

  // MARK: - The page

  private func trend() throws -> Trend {
    let nights = log.nights.map { Trend.Night(day: $0.number, date: $0.date) }
    let names = Set(log.events.map { ExactString($0.key.experiment) }).sorted().map(\.text)
    var groups = try names.filter { !$0.isExactly(Canary.experiment) }.map(group)
    if let canary = try canary(since: nights.first?.day ?? 0) { groups.append(canary) }
    return Trend(nights: nights, groups: groups)
  }

  private func group(_ name: String) throws -> Trend.Group {
    let reference = try options.reference.numbers(of: name) ?? []
    let accepted = Set(reference.followed.map(\.key))
    let found = Set(log.events.filter { [.amber, .red].contains($0.kind) }.map(\.key))
    let trends = log.trends(of: name, reference).filter {
      accepted.contains($0.key) || $0.key.id.hasBytes(first: "claim/")
    }
    let moved = trends.filter { $0.hasMoved || found.contains($0.key) }
    return Trend.Group(
      experiment: name, moved: moved.map { Trend.Series($0, unit: made[name]?.unit(of: $0.key.id)) },
      resting: trends.count - moved.count, events: events(of: name))
  }

  private func events(of name: String) -> [Trend.Event] {
    log.events.compactMap { event in
      guard event.key.experiment.isExactly(name), let kind = Trend.Event.Kind(rawValue: event.kind.rawValue)
      else { return nil }
      return Trend.Event(
        night: Trend.Night(day: event.night, date: event.date), kind: kind, id: event.key.id, text: event.text
      )
    }
  }

  /// The canary's quantities, each the mean of the night's seeds. It is judged by its components: the band is that of each
  /// quantity by itself.
  private func canary(since night: Int) throws -> Trend.Group? {
    let path = "\(options.folder)/history.csv"
    guard let reference = try options.reference.canary(),
      let bytes = RegularFile.read(path, most: 1 << 28)
    else { return nil }
    let rows = try NightHistory(csv: bytes, path: path).since(night).rows
    let family = reference.quantities.count
    let series = rows.grouped(by: \.key).map { key, rows -> Trend.Series in
      let nights = rows.grouped(by: \.night).map { night, draws in
        (night: night, value: Optional(Summary(of: draws.map(\.value)).mean), count: draws.count)
      }
      let sample = reference.summary(of: key.id)
      let band = sample.map {
        $0.predictionInterval(draws: nights.map(\.count).min() ?? 1, family: family)
      }
      return Trend.Series(
        NumberTrend(
          key: key, points: nights.map { ($0.night, $0.value) }, accepted: sample?.mean, band: band),
        unit: made[Canary.experiment].flatMap { Canary.unit(of: key.id, $0.units) })
    }
    return Trend.Group(
      experiment: Canary.experiment, moved: series, resting: 0, events: events(of: Canary.experiment))
  }
}

extension [ReferenceNumber] {
  /// Those that are drawn: a value that is no number was never one to follow.
  fileprivate var followed: [ReferenceNumber] { filter { $0.followed?.isFinite ?? false } }
}

extension Trend.Series {
  fileprivate init(_ trend: NumberTrend, unit: String?) {
    self.init(
      id: trend.key.id, unit: unit, accepted: trend.accepted, band: trend.band,
      points: trend.points.map { ($0.night, $0.value) }, farthest: trend.farthest)
  }
}

extension NightTrend.Made {
  fileprivate func unit(of id: String) -> String? { NumberSelection.unit(of: id, units) }

  fileprivate var json: JSONValue {
    .object([
      "night": .number(Double(night)), "manifest": manifest.json, "before": before?.json ?? .null,
      "units": .object(units.mapValues { .string($0) }),
    ])
  }

  fileprivate init?(_ json: JSONValue) {
    guard let night = json["night"]?.integer,
      let manifest = json["manifest"].flatMap(ManifestValues.init(json:))
    else { return nil }
    self.init(
      night: night, manifest: manifest, before: json["before"].flatMap(ManifestValues.init(json:)),
      units: (json["units"]?.object ?? [:]).compactMapValues(\.string))
  }
}
