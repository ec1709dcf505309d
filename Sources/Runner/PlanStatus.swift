import Contracts
import ExperimentPlan
import Files
import Foundation
import Stages
import Storage

/// What a run of a plan would do with each task, found out without running anything.
package struct PlanStatus: Sendable {
  package enum State: Sendable {
    case cached(StoredRecord)
    /// To be computed: its key is known and not in the store.
    case toRun(reason: String)
    /// Waits for one that is to be computed, and may then turn out to be cached.
    case afterUpstream(String)
    case notRun(String)
  }

  package let plan: Plan
  package let states: [State]
  /// Seconds that each task is expected to take; nil for stages that never ran here.
  package let predictions: [Double?]
  /// Keys of tasks whose inputs are all known.
  package let keys: [TaskKey?]
  /// Where trainings that are to be run go on from.
  package let resumptions: [Resumption?]
  /// What an earlier run recorded of each task, or of the one whose place it takes.
  let earlier: [Predecessors.Found?]

  package init(
    _ plan: Plan, resultsRoot: String, numerics: String = NumericPolicy.current,
    catalog: StageCatalog = stageCatalog
  ) throws {
    self.plan = plan
    let folder = ResultsFolder(root: resultsRoot, experiment: plan.experiment.name)
    let store =
      Paths.exists(folder.store)
      ? try ArtefactStore(results: resultsRoot, transforms: catalog.transforms)
      : nil
    let manifests = [ResultsFolder.manifestFile, ResultsFolder.previousManifestFile].compactMap {
      try? Manifest.read(in: folder, $0)
    }
    let predecessors = Predecessors(plan, manifests)
    let timings = StageTimings(resultsFolder: resultsRoot)
    var states: [State] = []
    var keys: [TaskKey?] = []
    var earlier: [Predecessors.Found?] = []
    for task in plan.tasks {
      let key = Self.key(of: task, plan, states, numerics)
      let before = key.flatMap { predecessors.of(task, $0) }
      states.append(Self.state(of: task, plan, states, store, key, before))
      keys.append(key)
      earlier.append(before)
    }
    (self.states, self.keys, self.earlier) = (states, keys, earlier)
    let resumptions = plan.tasks.indices.map { index -> Resumption? in
      guard case .toRun = states[index], let key = keys[index] else { return nil }
      return Self.resumption(of: plan.tasks[index], key, store)
    }
    self.resumptions = resumptions
    predictions = plan.tasks.indices.map { index in
      timings.prediction(of: index, in: plan).map { $0 * (resumptions[index]?.left ?? 1) }
    }
  }

  private static func resumption(
    of task: PlannedTask, _ key: TaskKey, _ store: ArtefactStore?
  ) -> Resumption? {
    guard task.phase == .train, let bytes = try? store?.checkpoint(of: key.key).load() else { return nil }
    return Resumption(checkpoint: bytes, parameters: task.parameters)
  }

  /// Nil for what is not run, and where something that the task reads is still to be computed.
  private static func key(
    of task: PlannedTask, _ plan: Plan, _ states: [State], _ numerics: String
  ) -> TaskKey? {
    guard task.notRun == nil else { return nil }
    var digests: [Int: String] = [:]
    for index in task.dependencies {
      guard case .cached(let record) = states[index] else { return nil }
      digests[index] = record.digest.hex
    }
    return TaskKey(task, in: plan.tasks, numerics: numerics) { digests[$0] ?? "" }
  }

  private static func state(
    of task: PlannedTask, _ plan: Plan, _ states: [State], _ store: ArtefactStore?, _ key: TaskKey?,
    _ earlier: Predecessors.Found?
  ) -> State {
    if let reason = task.notRun { return .notRun(reason) }
    guard let key else {
      let open = task.dependencies.first { index in
        if case .cached = states[index] { false } else { true }
      }
      return .afterUpstream(plan.tasks[open ?? 0].id)
    }
    guard let store else { return .toRun(reason: "never computed") }
    do {
      switch try store.lookup(key.key) {
      case .absent: return .toRun(reason: reason(task, key, earlier))
      case .damaged(let problem): return .toRun(reason: problem.message)
      case .found(let record):
        // Sizes only: a run reads the contents before it believes them.
        if let problem = try store.verify(record, readsContent: false).first {
          return .toRun(reason: problem.message)
        }
        return .cached(record)
      }
    } catch {
      return .toRun(reason: explain(error))
    }
  }

  private static func reason(_ task: PlannedTask, _ key: TaskKey, _ earlier: Predecessors.Found?) -> String {
    guard let earlier else { return "never computed" }
    let differences = KeyDifference.between(earlier.result.tree, key.tree)
    if differences.isEmpty { return "its stored result was removed" }
    let changes = differences.prefix(3).map(\.message).joined(separator: "; ")
    return earlier.id == task.id ? changes : "in place of \(earlier.id): \(changes)"
  }

  /// Seconds until all is done with this many jobs, as far as stages have run here before.
  package func predictedSeconds(jobs: Int) -> Double {
    let open = zip(states, predictions).filter { state, _ in
      switch state {
      case .toRun, .afterUpstream: true
      case .cached, .notRun: false
      }
    }
    return open.compactMap(\.1).reduce(0, +) / Double(max(1, min(jobs, open.count)))
  }

  /// The tasks' stored records, as outcomes of a run that found everything it could.
  package var outcomes: [TaskOutcome?] {
    states.map { state in
      switch state {
      case .cached(let record): .done(record, wasCached: true)
      case .notRun(let reason): .notRun(reason: reason)
      case .toRun, .afterUpstream: nil
      }
    }
  }
}
