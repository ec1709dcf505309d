import Declarations
import Files
import Foundation
import Regression
import Runner
import Statistics

/// What the night's numbers are judged by, in two parts: experiments whose reference was made in this numeric environment,
/// and those of another one.
struct NightInputs {
  struct CanaryInput {
    let reference: CanaryReference
    let steps: PrefixBounds?
    let seeds: [Int]
    let trained: Canary.Result
    /// Of other new seeds, and of a fresh store.
    var confirmation: Canary.Result?
    var otherSeeds: [Int] = []
  }

  private(set) var inputs: [NightInput] = []
  private(set) var notes: [String] = []
  let numbers: [NightNumbers]
  var canary: CanaryInput?
  /// Of a fresh store, or fresh seeds.
  var confirmation: [ReferenceNumber]?
  private let history: NightHistory
  private let date: NightDate

  init(_ runs: [ConfigRun], _ numbers: [NightNumbers], _ options: NightOptions) throws {
    (self.numbers, date) = (numbers, options.date)
    history = try Self.history(options)
    let last = try Self.last(options)?.map(\.key)
    for kind in [EnvironmentClass.same, .other] {
      var input = NightInput(reference: [], tonight: [], environment: kind)
      for run in runs {
        guard let found = try options.reference.numbers(of: run.name) else {
          if kind == .same {
            notes.append(
              "\(run.name): \(options.reference.path) has no numbers of it; accept them with --accept")
          }
          continue
        }
        guard let manifest = try options.reference.manifest(of: run.name),
          EnvironmentClass(manifest.environment, .current) == kind
        else { continue }
        input.reference += found
        guard let own = numbers.first(where: { $0.experiment.isExactly(run.name) }) else { continue }
        input.tonight += own.numbers
        input.changes += ManifestDifference(from: manifest, to: own.manifest).changes
      }
      let experiments = Set(input.reference.map(\.experiment))
      input.yesterday = last?.filter { experiments.contains($0.experiment) }
      if !input.reference.isEmpty { inputs.append(input) }
    }
  }

  /// Where nothing has a reference, the canary alone is judged, or nothing is.
  var judgements: [NightJudgement] {
    var inputs = inputs.isEmpty ? [NightInput(reference: [], tonight: [], environment: .same)] : inputs
    for index in inputs.indices { inputs[index].confirmation = confirmation }
    if let canary { add(canary, to: &inputs[0]) }
    return inputs.map(NightJudgement.init)
  }

  private func add(_ canary: CanaryInput, to input: inout NightInput) {
    func rows(_ result: Canary.Result, _ seeds: [Int]) -> [[String: Double]] {
      seeds.map { result.quantities[$0] ?? [:] }
    }
    input.canary = (
      canary.reference, rows(canary.trained, canary.seeds),
      canary.confirmation.map { rows($0, canary.otherSeeds) }
    )
    if let steps = canary.steps, let log = canary.trained.logs[Canary.fixedSeed] {
      let again = canary.confirmation?.logs[Canary.fixedSeed]
      input.prefix = (steps, TrainingLog(log), again.map { TrainingLog($0) })
    }
    var references: [NumberKey: Summary] = [:]
    for quantity in canary.reference.quantities {
      references[Self.key(quantity)] = canary.reference.summary(of: quantity)
    }
    input.drift = Drift(withTonight, references: references)
  }

  private static func key(_ quantity: String) -> NumberKey {
    NumberKey(experiment: Canary.experiment, id: quantity)
  }

  // MARK: - The nights before

  private static func path(_ name: String, _ options: NightOptions) -> String { "\(options.folder)/\(name)" }

  private static func history(_ options: NightOptions) throws -> NightHistory {
    let path = path("history.csv", options)
    guard let bytes = RegularFile.read(path, most: 1 << 28) else { return NightHistory() }
    return try NightHistory(csv: Array(bytes), path: path)
  }

  private static func last(_ options: NightOptions) throws -> [ReferenceNumber]? {
    let path = path("last.csv", options)
    guard let bytes = RegularFile.read(path, most: 1 << 28) else { return nil }
    return try ReferenceTable.numbers(csv: Array(bytes), path: path)
  }

  /// The next night misses none of what these experiments had before they were accepted: whoever accepts has seen what is gone.
  /// - Throws: `FileFailure`, `RegressionFailure`.
  static func accept(_ numbers: [NightNumbers], _ options: NightOptions) throws {
    guard let last = try last(options) else { return }
    let others = last.filter { known in
      !numbers.contains { $0.experiment.isExactly(known.experiment) }
    }
    try write(others + numbers.flatMap(\.numbers), options)
  }

  private static func write(_ numbers: [ReferenceNumber], _ options: NightOptions) throws {
    try GivenFile.write(ReferenceTable.csv(numbers), to: path("last.csv", options))
  }

  /// The history with what was drawn tonight; a night that is run twice counts once.
  private var withTonight: NightHistory {
    guard let canary else { return history }
    var rows = NightHistory(history.rows.filter { $0.night != date.number })
    for seed in canary.seeds {
      for (quantity, value) in (canary.trained.quantities[seed] ?? [:]).sorted(by: { $0.key < $1.key }) {
        rows.append(.init(night: date.number, date: date.text, key: Self.key(quantity), value: value))
      }
    }
    return rows
  }

  /// Keeps for the next night what there was tonight.
  /// - Throws: `FileFailure`.
  func remember(_ options: NightOptions) throws {
    try GivenFile.write(withTonight.csv, to: Self.path("history.csv", options))
    try Self.write(numbers.flatMap(\.numbers), options)
  }
}

/// Computes what looks wrong again before it is called wrong: numbers that must be equal in a fresh store, statistical
/// ones with fresh seeds.
struct Confirmation {
  let night: NightRun
  let options: NightOptions

  private static let statistical: Set<JudgementRule> = [.prediction, .claim]

  func confirm(_ runs: [ConfigRun], _ findings: [NightFinding], _ inputs: inout NightInputs) throws {
    let amber = findings.filter { $0.level == .amber && $0.rule != .drift }
    let trained = amber.contains { [.canary, .prefix].contains($0.rule) }
    let numbers = amber.filter { ![.canary, .prefix].contains($0.rule) }
    if trained, var canary = inputs.canary {
      try Scratch.remove("\(options.folder)/confirm-canary")
      canary.otherSeeds = options.date.seeds(6).suffix(3)
      canary.confirmation = try Canary(night: night, root: options.folder)
        .train([Canary.fixedSeed] + canary.otherSeeds, in: "confirm-canary")
      inputs.canary = canary
    }
    guard !numbers.isEmpty else { return }
    var again: [NumberKey: ReferenceNumber] = [:]
    let equal = Set(numbers.filter { !Self.statistical.contains($0.rule) }.map(\.key.experiment))
    for number in try compute(runs.filter { equal.contains($0.name) }, "confirm-store", change: { $0 }) {
      again[number.key] = number
    }
    let drawn = Set(numbers.filter { Self.statistical.contains($0.rule) }.map(\.key.experiment))
    for number in try compute(runs.filter { drawn.contains($0.name) }, "confirm-seeds", change: freshSeeds)
    where number.kind == .trained || number.kind == .claim {
      again[number.key] = number
    }
    inputs.confirmation = again.values.sorted { $0.key < $1.key }
  }

  private func compute(_ runs: [ConfigRun], _ name: String, change: (ConfigRun) -> ConfigRun) throws
    -> [ReferenceNumber]
  {
    guard !runs.isEmpty else { return [] }
    let root = "\(options.folder)/\(name)"
    try Scratch.remove(root)
    Terminal.err("computing \(runs.map(\.name).joined(separator: ", ")) again, to confirm what differs")
    return try night.run(runs.map(change), root: root, draws: false).numbers.flatMap(\.numbers)
  }

  /// The same experiment with as many seeds that it never had; as it is where its replicates are no integers.
  private func freshSeeds(_ run: ConfigRun) -> ConfigRun {
    guard let plan = try? run.ready.get().plan, let axis = plan.experiment.replicates,
      let values = plan.experiment.axes.first(where: { $0.name.isExactly(axis) })?.values,
      values.allSatisfy({ $0.integer != nil })
    else { return run }
    let first = 2_000_000 + 1000 * options.date.number
    let list = values.indices.map { "\(first + $0)" }.joined(separator: ",")
    return night.config(run.config, night.arguments.all("--set") + ["matrix.\(axis)=[\(list)]"])
  }
}
