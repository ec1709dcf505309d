import Claims
import Declarations
import Execution
import ExperimentPlan
import Figures
import Files
import Foundation
import Regression
import Runner
import Statistics

/// All that a night found.
struct NightResult {
  var endings: [ConfigEnding] = []
  var numbers: [NightNumbers] = []
  var judgements: [NightJudgement] = []
  /// What the canary was made with; nil where it was not trained.
  var canary: NightNumbers?
  var selfTests: [SelfTests.Finding] = []
  /// Tasks that were computed again, and how many could have been.
  var audit: (audited: Int, cached: Int)?
  /// What was left out and why.
  var notes: [String] = []
  /// The page of the numbers over the nights.
  var trend: String?

  var findings: [NightFinding] { judgements.flatMap(\.findings) }
  var judged: Int { judgements.reduce(0) { $0 + $1.judged } }
  var irreproducible: [String] {
    endings.compactMap { try? $0.summary.get() }.flatMap { $0.irreproducible.map(\.message) }
  }
  var changes: [String] {
    var known: Set<String> = []
    return judgements.flatMap(\.changes).filter { known.insert($0).inserted }
  }
  var isRed: Bool {
    findings.contains { $0.level == .red } || selfTests.contains { $0.problem != nil }
      || !irreproducible.isEmpty
  }
}

/// One night: every experiment, its numbers against those that were accepted, and the program's own promises.
struct Night {
  let arguments: Arguments
  let options: NightOptions
  let night: NightRun

  init(_ arguments: Arguments, _ options: NightOptions, _ cancellation: Cancellation) {
    (self.arguments, self.options) = (arguments, options)
    night = NightRun(arguments: arguments, jobs: options.jobs, cancellation: cancellation)
  }

  func run() throws -> NightResult {
    var result = NightResult()
    if options.comparesNumbers {
      let runs = try configs()
      let sample = Audit(runs, options)
      let outcome = try night.run(runs, root: options.root) { run, options in
        options.audited = sample.tasks[run.config] ?? []
      }
      (result.endings, result.numbers) = (outcome.endings, outcome.numbers)
      result.audit = options.parts.contains(.audit) ? (sample.count, sample.cached) : nil
      result.notes +=
        sample.notes
        + outcome.numbers.flatMap { night in
          night.leftOut.map { "\(night.experiment): not compared: \($0)" }
        }
      try judge(runs, &result)
      var trend = try NightTrend(options)
      result.trend = try trend.record(result)
      if result.trend == nil {
        result.notes.append("the night is not kept for the trend, which has later nights")
      }
    }
    let tests = SelfTests(options: options, cancellation: night.cancellation)
    for (part, test) in [(NightOptions.Part.resume, tests.resume), (.invariance, tests.invariance)]
    where options.parts.contains(part) {
      guard Paths.isRegular(Canary.config) else {
        result.notes.append("\(part.rawValue): not run, as there is no \(Canary.config) here")
        continue
      }
      result.selfTests += try test()
    }
    return result
  }

  /// Those that are named; else all of configs/, the whole one of configs/full where there is one.
  func configs() throws -> [ConfigRun] { try Self.configs(arguments, jobs: options.jobs) }

  /// - Parameter tells: whether reports of an earlier run say of a broken config that it cannot run.
  static func configs(_ arguments: Arguments, jobs: Int, tells: Bool = true) throws -> [ConfigRun] {
    let named = try arguments.positional.isEmpty ? usual() : arguments.configs()
    return try arguments.configRuns(named, RunOptions(jobs: jobs), isSeveral: true, tells: tells)
  }

  private static func usual() throws -> [String] {
    let folder = try Arguments(["configs"], command: "nightly", options: [])
    return try folder.configs().map { config in
      let whole = "configs/full/" + PathBytes.name(of: config)
      return Paths.isRegular(whole) ? whole : config
    }
  }

  // MARK: - Numbers

  private func judge(_ runs: [ConfigRun], _ result: inout NightResult) throws {
    var inputs = try NightInputs(runs, result.numbers, options)
    result.notes += inputs.notes
    if options.parts.contains(.canary) { try addCanary(&inputs, &result) }
    result.judgements = inputs.judgements
    if options.parts.contains(.confirm), result.findings.contains(where: { $0.level == .amber }) {
      try Confirmation(night: night, options: options).confirm(runs, result.findings, &inputs)
      result.judgements = inputs.judgements
    }
    try inputs.remember(options)
  }

  private func addCanary(_ inputs: inout NightInputs, _ result: inout NightResult) throws {
    guard Paths.isRegular(Canary.config), let reference = try options.reference.canary() else {
      result.notes.append(
        "the canary is not trained: \(Paths.isRegular(Canary.config) ? "\(options.reference.path) has none; make it with modgap nightly --calibrate" : "there is no \(Canary.config) here")"
      )
      return
    }
    let canary = Canary(night: night, root: options.folder)
    let seeds = options.date.seeds(3)
    let trained = try canary.train([Canary.fixedSeed] + seeds, in: "canary")
    result.canary = trained.made
    inputs.canary = NightInputs.CanaryInput(
      reference: reference, steps: try options.reference.canarySteps(), seeds: seeds, trained: trained)
  }
}

/// Which cached stages are computed again tonight: a sample that the date draws, of what takes a minute together at most.
struct Audit {
  private(set) var tasks: [String: Set<String>] = [:]
  private(set) var count = 0
  private(set) var cached = 0
  private(set) var notes: [String] = []
  private static let mostSeconds = 60.0

  init(_ runs: [ConfigRun], _ options: NightOptions) {
    guard options.parts.contains(.audit), options.audited > 0 else { return }
    var candidates: [Candidate] = []
    var known: Set<String> = []
    for run in runs {
      guard let plan = try? run.ready.get().plan,
        let status = try? PlanStatus(plan, resultsRoot: options.root)
      else { continue }
      for (index, identity) in plan.taskIdentities.enumerated() {
        guard case .cached = status.states[index], known.insert(identity).inserted else { continue }
        candidates.append(
          Candidate(
            config: run.config, id: plan.tasks[index].id, seconds: status.predictions[index] ?? 0,
            order: options.date.random("audit", identity)))
      }
    }
    cached = candidates.count
    draw(candidates, wanted: Int((options.audited * Double(cached)).rounded(.up)))
  }

  private struct Candidate {
    let config: String
    let id: String
    let seconds: Double
    /// What the night's date draws for this task.
    let order: UInt64
  }

  private mutating func draw(_ candidates: [Candidate], wanted: Int) {
    var left = Self.mostSeconds
    for one in candidates.sorted(by: { $0.order < $1.order }) where count < wanted {
      guard one.seconds <= left else { continue }
      left -= one.seconds
      count += 1
      tasks[one.config, default: []].insert(one.id)
    }
    if count < wanted {
      notes.append("the audit has \(count) of \(wanted) stages, as more would take more than a minute")
    }
  }
}
