import Contracts
import Datasets
import Declarations
import Execution
import ExperimentPlan
import Files
import Foundation
import HDF5
import Kernels
import Stages
import Storage

/// What the runs of one process share.
struct SharedMeans: Sendable {
  let store: ArtefactStore
  let leases: Leases
  let budget: ThreadBudget
  let timings: StageTimings

  /// - Throws: a `Failure` where the results folder or its store cannot be used.
  init(root: String, jobs: Int, catalog: StageCatalog, cancellation: Cancellation) throws {
    try BLASKernel.reserveBuffers(threads: jobs)
    store = try ArtefactStore(results: root, transforms: catalog.transforms)
    leases = try Leases(store: store)
    budget = ThreadBudget(jobs: jobs, cancellation: cancellation)
    timings = StageTimings(resultsFolder: root, catalog: catalog)
  }
}

/// A plan whose results folder is taken and whose stages can be performed, each at its turn.
final class PreparedRun: Sendable {
  let engine: Engine
  let selected: Set<Int>
  private let means: SharedMeans
  private let log: RunLog
  private let outcomes: Outcomes
  private let lease: ResultsLease?
  private let machine: MachineInBackground
  private let executor: TaskExecutor
  private let listen: RunObserver
  private let only: Int?

  /// - Throws: a `Failure` where the results folder cannot be used, or a stage is named that there is not.
  init(_ engine: Engine, _ selection: Set<Int>, _ means: SharedMeans) throws {
    (self.engine, self.means, selected) = (engine, means, selection)
    let (plan, folder) = (engine.plan, engine.folder)
    try folder.refuse(plan.foldedNames)
    if let notice = try folder.refuseTwin() { engine.observe(.notice(notice)) }
    log = try RunLog(plan, folder)
    outcomes = Outcomes(count: plan.tasks.count)
    lease = try engine.takeResults()
    let known = try engine.begin(means.store, means.leases)
    machine = MachineInBackground(jobs: engine.options.jobs, config: plan.experiment.path)
    let listen = engine.listener(log)
    self.listen = listen
    only = engine.options.task.flatMap { id in plan.tasks.firstIndex { $0.id == id } }
    for stage in Methods(plan, engine.grammar, tasks: plan.tasks.indices.filter(selected.contains)).stages {
      for notice in stage.notices { listen(.notice("\(stage.id): \(notice)")) }
    }
    executor = TaskExecutor(
      plan: plan, store: means.store, leases: means.leases, catalog: engine.catalog, data: engine.data,
      digests: engine.digests, budget: means.budget, options: engine.options, numerics: engine.numerics,
      timings: means.timings, expected: known?.results.mapValues(\.key) ?? [:], observe: listen)
  }

  subscript(index: Int) -> TaskOutcome? { outcomes[index] }

  /// Settles a task, whose dependencies are settled.
  /// - Parameter twin: how the same task of another plan of the batch ended, if there is one: it is neither tried again
  ///   where it failed nor computed again where that is forced.
  func perform(_ index: Int, twin: TaskOutcome? = nil) -> Scheduler.Ending {
    let started = ContinuousClock.now
    let outcome = outcome(of: index, twin)
    outcomes.set(outcome, at: index)
    let seconds = Double((ContinuousClock.now - started) / .microseconds(1)) / 1e6
    listen(.finished(task: engine.plan.tasks[index].id, outcome: outcome, seconds: seconds))
    if case .failed = outcome, engine.options.failFast { return .stop }
    return .settled
  }

  private func outcome(of index: Int, _ twin: TaskOutcome?) -> TaskOutcome {
    let tasks = engine.plan.tasks
    if let reason = tasks[index].notRun { return .notRun(reason: reason) }
    for other in tasks[index].dependencies {
      switch outcomes[other] {
      case .done: continue
      case .blocked(let cause): return .blocked(by: cause)
      case .notRun(let reason): return .notRun(reason: reason)
      case .interrupted, nil: return .interrupted
      case .failed: return .blocked(by: tasks[other].id)
      }
    }
    if case .failed? = twin { return twin ?? .interrupted }
    do {
      let mayForce = if case .done? = twin { false } else { true }
      return try executor.settle(index, mayRun: only == nil || only == index, mayForce: mayForce)
    } catch is Cancelled {
      return .interrupted
    } catch {
      return .failed(error.obtainable { engine.fileSystem.catalogued($0)?.command.text })
    }
  }

  /// Writes what a run leaves, and tells how it ended.
  func finish() throws -> RunSummary {
    means.timings.save()
    try means.store.sync()
    if engine.options.task == nil { fill() }
    let settled = outcomes.all()
    var summary = RunSummary(
      plan: engine.plan, outcomes: settled, wasInterrupted: engine.cancellation.isRaised, log: log)
    if let lease {
      let notice: (String) -> Void = { [listen] in listen(.notice($0)) }
      try lease.writing(cancellation: engine.cancellation, notice: notice) {
        try engine.write(&summary, means.store, settled, executor, machine: machine.value, listen)
      }
    }
    summary.irreproducible = executor.irreproducible
    return summary
  }

  /// What the run did not come to, or was not asked for, and is stored all the same.
  private func fill() {
    for (index, task) in engine.plan.tasks.enumerated() {
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
