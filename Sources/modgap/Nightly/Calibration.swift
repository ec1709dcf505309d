import Declarations
import Execution
import Files
import Foundation
import Kernels
import Processes
import Regression
import Runner

/// Makes what tolerances are taken from: the ensemble of legal roundings of each experiment, and the canary's trainings.
struct Calibration {
  let night: Night
  private var options: NightOptions { night.options }

  /// The experiments' numbers with tolerances.
  ///
  /// Stages behind a training are no part of the ensemble: a training amplifies how a machine rounds, and has rules of its
  /// own.
  func experiments(_ numbers: [NightNumbers], _ runs: [ConfigRun]) throws -> [String: [ReferenceNumber]] {
    var members: [String: [[ReferenceNumber]]] = [:]
    for number in 1...EnsembleTolerance.roundings {
      Terminal.err("rounding \(number) of \(EnsembleTolerance.roundings)")
      try add(to: &members) {
        try night.night.run(runs, root: ensembleRoot("ensemble"), draws: false) { run, options in
          options.rounding = LegalRounding(number)
          options.only = untrained(run)
        }.numbers.map { ($0.experiment, $0.numbers) }
      }
    }
    for kernel in BLASKernel.runnable(cpuFlags: BLASKernel.cpuFlags) where kernel != BLASKernel.coreType {
      Terminal.err("OpenBLAS's kernel \(kernel)")
      try add(to: &members) { try ofKernel(kernel, runs) }
    }
    let plans = runs.compactMap { try? $0.ready.get().plan }
    let trained = Dictionary(plans.map { ($0.experiment.name, $0.trainedStages) }) { first, _ in first }
    return try Dictionary(
      uniqueKeysWithValues: numbers.map { night in
        (
          night.experiment,
          try EnsembleTolerance.calibrated(
            night.numbers, by: members[night.experiment] ?? [], without: trained[night.experiment] ?? [])
        )
      })
  }

  private func add(
    to members: inout [String: [[ReferenceNumber]]], _ make: () throws -> [(String, [ReferenceNumber])]
  ) throws {
    for (experiment, numbers) in try make() { members[experiment, default: []].append(numbers) }
  }

  private func untrained(_ run: ConfigRun) -> Set<String> {
    guard let plan = try? run.ready.get().plan else { return [] }
    let trained = plan.trainedStages
    let stages = plan.experiment.stages.map(\.id).filter { !trained.contains(ExactString($0)) }
    return Set(stages)
  }

  /// A folder of its own that shares the store: what the ensemble does not change is not computed again.
  private func ensembleRoot(_ name: String) throws -> String {
    let root = "\(options.folder)/\(name)"
    let store = Paths.real("\(options.root)/.store") ?? "../../.store"
    try InnerFolder(root: root).makeSymbolicLink(InnerPath(fixed: ".store"), to: store)
    return root
  }

  /// Numbers of another kernel, by a program of its own, as OpenBLAS chooses when it is loaded.
  private func ofKernel(_ kernel: String, _ runs: [ConfigRun]) throws -> [(String, [ReferenceNumber])] {
    let file = "\(options.folder)/numbers-\(kernel).csv"
    try Scratch.remove(file)
    let ended = try OwnProgram(cancellation: night.night.cancellation).run(
      ["nightly"] + runs.map(\.config) + [
        "--numbers", file, "--results", try ensembleRoot("kernel-\(kernel)"), "--jobs", "\(options.jobs)",
      ], kernel: kernel, seconds: 24 * 3600)
    guard let bytes = RegularFile.read(file, most: 1 << 28) else {
      throw SelfTestFailed(name: "run with OpenBLAS's kernel \(kernel)", ended)
    }
    let numbers = try ReferenceTable.numbers(csv: Array(bytes), path: file)
    return Dictionary(grouping: numbers, by: \.experiment).map { ($0.key, $0.value) }
  }

  /// What `--numbers` writes: the numbers of all that is not trained.
  func untrainedNumbers() throws -> [UInt8] {
    let runs = try night.configs()
    let outcome = try night.night.run(runs, root: options.root, draws: false) { run, options in
      options.only = untrained(run)
    }
    return ReferenceTable.csv(outcome.numbers.flatMap(\.numbers))
  }

  // MARK: - The canary

  /// Settings that are moved by one unit in the last place of a float32: 2⁻²³ of them, up and down.
  private static let settings = [
    ("temperature.initial", 0.05), ("optimizer.lr", 3e-4), ("optimizer.eps", 1e-6),
  ]

  /// Sixty seeds, and the first steps of one of them rounded in several ways: with settings that are one unit in the last
  /// place off. Legal roundings of a network's weights would be the same to this number of digits.
  func canary() throws {
    let canary = Canary(night: night.night, root: options.folder)
    let trained = try canary.train([Canary.fixedSeed] + Canary.referenceSeeds, in: "calibrate-canary")
    let rows = Canary.referenceSeeds.map { trained.quantities[$0] ?? [:] }
    try options.reference.writeCanary(CanaryReference(seeds: Canary.referenceSeeds, rows: rows))
    var logs = [("as-it-is", trained.logs[Canary.fixedSeed])]
    for (name, value) in Self.settings {
      for step in [-2.0, -1, 1, 2] {
        let moved = value * (1 + step * 0x1p-23)
        let run = try canary.train(
          [Canary.fixedSeed], in: "calibrate-canary", overrides: ["stages.trained.with.\(name)=\(moved)"])
        logs.append(("\(name) \(step > 0 ? "+" : "")\(Int(step))", run.logs[Canary.fixedSeed]))
      }
    }
    try options.reference.writeCanarySteps(
      logs.compactMap { name, log in
        log.map { (name, $0.rows { $0 < PrefixBounds.steps }) }
      })
    try Scratch.remove("\(options.folder)/history.csv")
  }
}
