import Contracts
import Datasets
import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Foundation
import HDF5
import Kernels
import Stages
import Storage

/// Executes a frozen plan and leaves its results: the whole of `modgap run`.
package struct Engine: Sendable {
  package let plan: Plan
  package let folder: ResultsFolder
  package let options: RunOptions
  package let catalog: StageCatalog
  /// What each kind of data says of itself.
  package let data: [DataSignature]
  /// Those that the plan was made with, if this process made it.
  package let digests: FileDigests
  package let cancellation: Cancellation
  package let observe: RunObserver

  package init(
    plan: Plan, resultsRoot: String, options: RunOptions, catalog: StageCatalog = stageCatalog,
    data: [DataSignature] = DatasetCatalog.signatures, digests: FileDigests = FileDigests(),
    cancellation: Cancellation = Cancellation(), observe: @escaping RunObserver = { _ in }
  ) {
    self.plan = plan
    self.folder = ResultsFolder(root: resultsRoot, experiment: plan.experiment.name)
    self.options = options
    self.catalog = catalog
    self.data = data
    self.digests = digests
    self.cancellation = cancellation
    self.observe = observe
  }

  /// What its plans may name.
  var grammar: Grammar { Grammar(catalog, data) }

  /// - Throws: a `Failure` where the results folder cannot be used; failures of stages are outcomes.
  package func run() throws -> RunSummary {
    let selected = try selection()
    try BLASKernel.reserveBuffers(threads: options.jobs)
    try folder.refuse(plan.foldedNames)
    if let notice = try folder.refuseTwin() { observe(.notice(notice)) }
    let log = try RunLog(plan, folder)
    let outcomes = Outcomes(count: plan.tasks.count)
    let store = try ArtefactStore(results: folder.root, transforms: catalog.transforms)
    let leases = try Leases(store: store)
    let lease = try takeResults()
    let known = try begin(store, leases)
    let machine = MachineInBackground(jobs: options.jobs, config: plan.experiment.path)
    let budget = ThreadBudget(jobs: options.jobs, cancellation: cancellation)
    let timings = StageTimings(resultsFolder: folder.root, catalog: catalog)
    let listen = listener(log)
    for stage in Methods(plan, grammar, tasks: plan.tasks.indices.filter(selected.contains)).stages {
      for notice in stage.notices { listen(.notice("\(stage.id): \(notice)")) }
    }
    let executor = TaskExecutor(
      plan: plan, store: store, leases: leases, catalog: catalog, data: data, digests: digests,
      budget: budget, options: options, numerics: NumericPolicy.current,
      timings: timings, expected: known?.results.mapValues(\.key) ?? [:], observe: listen)
    execute(selected, executor, outcomes, budget, listen)
    timings.save()
    try store.sync()
    if options.task == nil { fill(outcomes, from: executor) }
    let settled = outcomes.all()
    var summary = RunSummary(plan: plan, outcomes: settled, wasInterrupted: cancellation.isRaised, log: log)
    if let lease {
      let notice: (String) -> Void = { listen(.notice($0)) }
      try lease.writing(cancellation: cancellation, notice: notice) {
        try write(&summary, store, settled, executor, machine: machine.value, listen)
      }
    }
    summary.irreproducible = executor.irreproducible
    return summary
  }

  /// Renews the results folder.
  ///
  /// An interrupted run of another plan leaves the folder's results whole: its own would be no more than a part.
  private func write(
    _ summary: inout RunSummary, _ store: ArtefactStore, _ outcomes: [TaskOutcome?],
    _ executor: TaskExecutor, machine: Machine, _ listen: RunObserver
  ) throws {
    let isOther = !isFolderOfPlan
    if cancellation.isRaised, isOther {
      return listen(
        .notice(
          "\(folder.path) still has the results of the previous plan; what was computed now is in the store"))
    }
    let renewal = isOther ? try Renewal.begin(in: folder, for: plan) : nil
    let writer = try ResultsWriter(
      engine: self, store: store, outcomes: outcomes, executor: executor, renewal: renewal)
    let written = try writer.write(machine: machine, observe: listen)
    (summary.verdicts, summary.figureFailures) = (written.verdicts, written.failures)
    if written.wasInterrupted { summary.wasInterrupted = true }
    summary.reportIsWritten = true
  }

  // MARK: - Which tasks

  /// The indices to settle, dependencies first.
  private func selection() throws -> Set<Int> {
    if let id = options.task {
      guard let index = plan.tasks.firstIndex(where: { $0.id == id }) else {
        throw RunFailure.unknownTask(id, known: plan.tasks.map(\.id))
      }
      return closure(of: [index])
    }
    guard !options.only.isEmpty || !options.forced.isEmpty else { return Set(plan.tasks.indices) }
    let ids = plan.experiment.stages.map(\.id)
    for id in options.only.union(options.forced).sorted() where !ids.contains(id) {
      throw RunFailure.unknownStageID(id, known: ids)
    }
    guard !options.only.isEmpty else { return Set(plan.tasks.indices) }
    return closure(of: plan.tasks.indices.filter { options.only.contains(plan.tasks[$0].stage) })
  }

  private func closure(of indices: [Int]) -> Set<Int> {
    var found = Set(indices)
    var open = indices
    while let index = open.popLast() {
      for other in plan.tasks[index].dependencies where found.insert(other).inserted { open.append(other) }
    }
    return found
  }

  // MARK: - Executing

  private func execute(
    _ selected: Set<Int>, _ executor: TaskExecutor, _ outcomes: Outcomes, _ budget: ThreadBudget,
    _ listen: @escaping RunObserver
  ) {
    let tasks = plan.tasks
    let only = options.task.flatMap { id in tasks.firstIndex { $0.id == id } }
    let scheduler = Scheduler(
      dependencies: tasks.enumerated().map { selected.contains($0.offset) ? $0.element.dependencies : [] },
      budget: budget)
    let failFast = options.failFast
    scheduler.run { index in
      guard selected.contains(index) else { return .settled }
      let started = ContinuousClock.now
      let outcome = Self.outcome(of: index, tasks, executor, outcomes, mayRun: only == nil || only == index)
      outcomes.set(outcome, at: index)
      let seconds = Double((ContinuousClock.now - started) / .microseconds(1)) / 1e6
      listen(.finished(task: tasks[index].id, outcome: outcome, seconds: seconds))
      if case .failed = outcome, failFast { return .stop }
      return .settled
    }
  }

  /// What the run did not come to, or was not asked for, and is stored all the same.
  private func fill(_ outcomes: Outcomes, from executor: TaskExecutor) {
    for (index, task) in plan.tasks.enumerated() {
      switch outcomes[index] {
      case nil, .interrupted: break
      default: continue
      }
      if let reason = task.notRun {
        outcomes.set(.notRun(reason: reason), at: index)
      } else if task.dependencies.allSatisfy({ outcomes[$0]?.record != nil }),
        let record = executor.stored(index)
      {
        outcomes.set(.done(record, wasCached: true), at: index)
      }
    }
  }

  private static func outcome(
    of index: Int, _ tasks: [PlannedTask], _ executor: TaskExecutor, _ outcomes: Outcomes, mayRun: Bool
  ) -> TaskOutcome {
    let task = tasks[index]
    if let reason = task.notRun { return .notRun(reason: reason) }
    for other in task.dependencies {
      switch outcomes[other] {
      case .done: continue
      case .blocked(let cause): return .blocked(by: cause)
      case .notRun(let reason): return .notRun(reason: reason)
      case .interrupted, nil: return .interrupted
      case .failed: return .blocked(by: tasks[other].id)
      }
    }
    do {
      return try executor.settle(index, mayRun: mayRun)
    } catch is Cancelled {
      return .interrupted
    } catch {
      return .failed(error)
    }
  }

  private func listener(_ log: RunLog) -> RunObserver {
    { [observe] event in
      switch event {
      case .started(let task): log.write(task, "started")
      case .log(let task, let line, _): log.write(task, line)
      case .cacheRejected(let task, let reason): log.write(task, "the stored result is not used: \(reason)")
      case .finished(let task, let outcome, let seconds): log.write(task, outcome.logLine(seconds: seconds))
      case .progress, .notice: break
      }
      observe(event)
    }
  }
}

/// Outcomes of tasks as they come, from any thread.
final class Outcomes: Sendable {
  private let state: Mutex<[TaskOutcome?]>

  init(count: Int) { state = Mutex([TaskOutcome?](repeating: nil, count: count)) }

  subscript(index: Int) -> TaskOutcome? { state.withLock { $0[index] } }

  func set(_ outcome: TaskOutcome, at index: Int) { state.withLock { $0[index] = outcome } }

  func all() -> [TaskOutcome?] { state.withLock { $0 } }
}

/// Comparing a repository with its files may take longer than a cached run does, so it is done meanwhile.
private final class MachineInBackground: Sendable {
  private let machine = Mutex<Machine?>(nil)
  private let group = DispatchGroup()

  init(jobs: Int, config: String) {
    let folder = PathBytes.folder(of: config)
    DispatchQueue.global(qos: .utility).async(group: group) {
      let found = Machine.current(threads: jobs, folder: folder)
      self.machine.withLock { $0 = found }
    }
  }

  var value: Machine {
    group.wait()
    return machine.withLock { $0 } ?? Machine.bare(threads: 1)
  }
}

extension Machine {
  /// What is known without looking at the repository.
  static func bare(threads: Int) -> Machine {
    Machine(
      cpu: cpuName, openblas: BLASKernel.version, openblasKernel: BLASKernel.name, hdf5: HDF5Version.text,
      compiler: compilerVersion, threads: threads)
  }
}

extension TaskOutcome {
  func logLine(seconds: Double) -> String {
    switch self {
    case .done(let record, true): "cached, \(record.digest.hex.prefix(12))"
    case .done(let record, false):
      "finished in \(Duration.seconds(seconds).brief), \(record.digest.hex.prefix(12))"
    case .failed(let error): "failed: \(explain(error))"
    case .blocked(let cause): "blocked by \(cause)"
    case .notRun(let reason): "not run: \(reason)"
    case .interrupted: "interrupted"
    }
  }
}

extension Duration {
  /// `12 ms`, `3.4 s`, `2 min 5 s`.
  package var brief: String {
    let seconds = Double(components.seconds) + Double(components.attoseconds) * 1e-18
    switch seconds {
    case ..<0.9995: return "\(Int((seconds * 1000).rounded())) ms"
    case ..<59.95: return "\((seconds * 10).rounded() / 10) s"
    case ..<3600: return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    default: return "\(Int(seconds) / 3600) h \(Int(seconds) % 3600 / 60) min"
    }
  }
}
