import Contracts
import Datasets
import Declarations
import Execution
import ExperimentConfig
import ExperimentPlan
import Files
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
  /// What knows the command that gets a missing file.
  let fileSystem: FileSystem

  package init(
    plan: Plan, resultsRoot: String, options: RunOptions, catalog: StageCatalog = stageCatalog,
    data: [DataSignature] = DatasetCatalog.signatures, digests: FileDigests = FileDigests(),
    cancellation: Cancellation = Cancellation(), fileSystem: FileSystem = .disk,
    observe: @escaping RunObserver = { _ in }
  ) {
    self.plan = plan
    self.folder = ResultsFolder(root: resultsRoot, experiment: plan.experiment.name)
    self.options = options
    self.catalog = catalog
    self.data = data
    self.digests = digests
    self.cancellation = cancellation
    self.fileSystem = fileSystem
    self.observe = observe
  }

  var numerics: String { NumericPolicy.current }

  /// What its plans may name.
  var grammar: Grammar { Grammar(catalog, data) }

  /// - Throws: a `Failure` where the results folder cannot be used; failures of stages are outcomes.
  package func run() throws -> RunSummary {
    try Batch([self]).run()[0].get()
  }

  /// Renews the results folder.
  ///
  /// An interrupted run of another plan leaves the folder's results whole: its own would be no more than a part.
  func write(
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
  func selection() throws -> Set<Int> {
    if let id = options.task {
      guard let index = plan.tasks.firstIndex(where: { $0.id == id }) else {
        throw RunFailure.unknownTask(id, known: plan.tasks.map(\.id))
      }
      return closure(of: [index])
    }
    if let ids = options.tasks {
      return closure(of: dependents(of: plan.tasks.indices.filter { ids.contains(plan.tasks[$0].id) }))
    }
    guard !options.only.isEmpty || !options.forced.isEmpty else { return Set(plan.tasks.indices) }
    let ids = plan.experiment.stages.map(\.id)
    for id in options.only.union(options.forced).sorted() where !ids.contains(id) {
      throw RunFailure.unknownStageID(id, known: ids)
    }
    guard !options.only.isEmpty else { return Set(plan.tasks.indices) }
    return closure(of: plan.tasks.indices.filter { options.only.contains(plan.tasks[$0].stage) })
  }

  /// With these tasks; each stands behind what it depends on.
  private func dependents(of indices: [Int]) -> [Int] {
    var found = Set(indices)
    for index in plan.tasks.indices where !found.isDisjoint(with: plan.tasks[index].dependencies) {
      found.insert(index)
    }
    return Array(found)
  }

  private func closure(of indices: [Int]) -> Set<Int> {
    var found = Set(indices)
    var open = indices
    while let index = open.popLast() {
      for other in plan.tasks[index].dependencies where found.insert(other).inserted { open.append(other) }
    }
    return found
  }

  func listener(_ log: RunLog) -> RunObserver {
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
