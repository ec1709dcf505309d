import Claims
import Declarations
import ExperimentPlan
import Figures
import Files
import Foundation
import Storage

/// Writes what a run leaves: tables, embeddings, trained models, figures, verdicts, reports, manifest.
struct ResultsWriter {
  let engine: Engine
  let plan: Plan
  let store: ArtefactStore
  let outcomes: [TaskOutcome?]
  let executor: TaskExecutor
  let ledger: OutputLedger
  /// Set where the folder held the results of another plan.
  let renewal: Renewal?

  init(
    engine: Engine, store: ArtefactStore, outcomes: [TaskOutcome?], executor: TaskExecutor,
    renewal: Renewal?
  ) throws {
    self.engine = engine
    self.plan = engine.plan
    self.store = store
    self.outcomes = outcomes
    self.executor = executor
    self.renewal = renewal
    self.ledger = try OutputLedger(engine.folder)
  }

  /// - Returns: the verdicts, none where the run was interrupted, for there is not enough to judge by;
  ///   the figures that could not be drawn; and whether the drawing was interrupted.
  func write(
    machine: Machine, observe: RunObserver
  ) throws -> (verdicts: [Verdict], failures: [RunSummary.FigureFailed], wasInterrupted: Bool) {
    let tables = ResultTables(plan: plan, outcomes: outcomes, catalog: engine.catalog) {
      try store.loadTables($0)
    }
    try writeTables(tables)
    try EmbeddingsWriter(
      plan: plan, outcomes: outcomes, executor: executor, ledger: ledger, folder: engine.folder,
      grammar: engine.grammar
    )
    .write(observe: observe)
    try ModelWriter(plan: plan, outcomes: outcomes, executor: executor, ledger: ledger, folder: engine.folder)
      .write(observe: observe)
    let isInterrupted = engine.cancellation.isRaised
    let broken = irreproducible
    let verdicts = Self.verdicts(of: plan, tables)
    let figures = FigureWriter(engine: engine, ledger: ledger, tables: tables)
    let drawn = try figures.write(draws: !isInterrupted, observe: observe)
    var report = ReportWriter(plan: plan, folder: engine.folder, recipe: engine.options.recipe(for: plan))
    report.isWatched = engine.options.isWatched
    report.methods =
      Methods(plan, engine.grammar, tasks: plan.tasks.indices) { outcomes[$0]?.record }.sections
    report.warnings = broken.map(\.message)
    (report.tables, report.machine) = (tables, machine)
    if isInterrupted || drawn.wasInterrupted {
      report.warnings.append("the run was interrupted; run it again to get the other results and the figures")
    }
    let isWhole =
      !isInterrupted && !drawn.wasInterrupted && engine.options.only.isEmpty
      && outcomes.allSatisfy(\.isSettled)
    // Nothing of another plan stays, whole or not.
    let removesStale = isWhole || renewal != nil
    try ledger.close(removingStale: removesStale)
    if removesStale { try? removeRunsThatAreNoMore() }
    try writeManifest(machine, broken)
    try FailedTasks(plan, outcomes, earlier: FailedTasks.read(engine.folder)).write(to: engine.folder)
    // Last: a report that is there is of the manifest and the tables beside it.
    try report.write(verdicts, figures: drawn.figures) { try renewal?.end() }
    try PendingPlans(engine.folder).settle(plan)
    return (isInterrupted ? [] : verdicts, drawn.failures, drawn.wasInterrupted)
  }

  /// Those of this run, and those of earlier ones whose results are still in use.
  private var irreproducible: [Irreproducible] {
    let new = executor.irreproducible
    let keys = Set(outcomes.compactMap { $0?.record?.key })
    let earlier = Provenance.read(engine.folder)?.irreproducible ?? []
    return earlier.filter { old in keys.contains(old.key) && !new.contains { $0.key == old.key } } + new
  }

  /// Folders of runs that the matrix no longer has, as far as nobody put anything of their own into them.
  private func removeRunsThatAreNoMore() throws {
    let runs = try engine.folder.files.folder(InnerPath(fixed: "runs"))
    let names = Set(plan.runs.map { ExactString($0.name) })
    // A name that is not UTF-8 is none that a run of ours ever had.
    for name in try runs.names()
    where !names.contains(ExactString(name)) && RunLog.isWrittenHere(name, in: runs) {
      let folder = runs.folder(try InnerPath(component: name))
      try? folder.removeFile(RunLog.file)
      folder.removeEmptyFolder(InnerPath(fixed: "metrics"))
      runs.removeEmptyFolder(try InnerPath(component: name))
    }
  }

  static func verdicts(of plan: Plan, _ tables: ResultTables) -> [Verdict] {
    let claims = plan.experiment.claims
    let conditions = Conditions(plan)
    let found = decide(
      claims.map {
        judge(
          $0, table: tables.found($0.table),
          resamples: tables.found("\($0.table).\(RowSources.resamplesTable)"), axes: tables.axes)
      })
    return zip(claims, found).map { claim, verdict in
      var verdict = verdict
      verdict.conditions = conditions.lines(for: claim)
      // What could not be judged because a stage failed is an error, not something that was left out.
      guard case .notRun(let reason) = verdict.outcome, tables.isFailure(reason, of: claim.table) else {
        return verdict
      }
      return cannotRun(claim, because: StageFailed(message: reason))
    }
  }

  // MARK: - Tables

  private func writeTables(_ tables: ResultTables) throws {
    for name in tables.names {
      let source = tables.source(of: name)
      guard !source.isEmpty else { continue }
      try ledger.write("tables/\(name).csv", from: source) { CSV.encode(try tables.table(name)) }
      guard tables.mayHaveSummary(name) else { continue }
      let summarySource = tables.sourceOfSummary(of: name)
      if let summary = try tables.summary(
        of: name, isKept: ledger.keep(["tables/\(name).summary.csv"], from: summarySource))
      {
        try ledger.write("tables/\(name).summary.csv", from: summarySource) { CSV.encode(summary) }
      }
    }
    for run in plan.runs {
      for part in tables.parts(of: run) {
        try ledger.write("\(engine.folder.run(run.name))/metrics/\(part.name).csv", from: part.source) {
          CSV.encode(try part.table())
        }
      }
    }
  }

  // MARK: - Manifest

  private func writeManifest(_ machine: Machine, _ broken: [Irreproducible]) throws {
    var results: [String: Manifest.Result] = [:]
    for (task, outcome) in zip(plan.tasks, outcomes) {
      guard let record = outcome?.record else { continue }
      results[task.id] = Manifest.Result(
        key: record.key, digest: record.digest.hex, tree: record.keyTree,
        notes: record.notes.isEmpty ? nil : record.notes)
    }
    let known = try? Manifest.read(in: engine.folder)
    if let known, !known.plan.isExactly(plan) {
      try engine.folder.files.write([UInt8](try known.data()), to: ResultsFolder.previousManifestFile)
    }
    if let known, known.plan.isExactly(plan) {
      let merged = known.results.merging(results) { _, new in new }
      let isSame = known.results == merged
      if isSame, known.machine == machine, executor.irreproducible.isEmpty { return }
      results = merged
    }
    try Manifest(plan: plan, machine: machine, results: results).write(to: engine.folder)
    let earlier = Provenance.read(engine.folder)?.timeline ?? []
    try Provenance(
      outcomes: outcomes, irreproducible: broken,
      timeline: executor.timeline.entries(of: plan, carrying: earlier)
    ).write(to: engine.folder)
  }
}

/// A claim's number is not there because a stage failed.
struct StageFailed: Failure {
  let message: String
  var kind: FailureKind { .stage }
}

extension TaskOutcome? {
  /// There is nothing left to do for the task.
  fileprivate var isSettled: Bool {
    switch self {
    case .done?, .notRun?: true
    default: false
    }
  }
}

/// Times and hosts, apart from the manifest so that nothing else changes with them.
struct Provenance: Codable {
  let finished: String
  let host: String
  let user: String
  let computed: Int
  let cached: Int
  let commandLine: [String]
  /// Stages that gave another result than before under the same key; nil where none did.
  let irreproducible: [Irreproducible]?
  /// When each task ran and what it took; nil in files of earlier versions.
  let timeline: [TimedTask]?

  static func read(_ folder: ResultsFolder) -> Provenance? {
    let bytes = (try? folder.files.readIfPresent(ResultsFolder.provenanceFile)) ?? nil
    return bytes.flatMap { try? JSONDecoder().decode(Provenance.self, from: Data($0)) }
  }

  init(outcomes: [TaskOutcome?], irreproducible: [Irreproducible], timeline: [TimedTask]) {
    self.timeline = timeline
    self.irreproducible = irreproducible.isEmpty ? nil : irreproducible
    finished = Date().ISO8601Format()
    host = ProcessInfo.processInfo.hostName
    user = NSUserName()
    computed = outcomes.count { if case .done(_, false)? = $0 { true } else { false } }
    cached = outcomes.count { if case .done(_, true)? = $0 { true } else { false } }
    commandLine = CommandLine.arguments
  }

  func write(to folder: ResultsFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    try folder.files.write([UInt8](try encoder.encode(self)), to: ResultsFolder.provenanceFile)
  }
}
