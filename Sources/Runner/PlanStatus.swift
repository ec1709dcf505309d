import Contracts
import ExperimentPlan
import Foundation
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
  /// What the last run of the experiment recorded, by task.
  package let earlier: [String: Manifest.Result]

  package init(_ plan: Plan, resultsRoot: String, numerics: String = NumericPolicy.current) throws {
    self.plan = plan
    let folder = ResultsFolder(root: resultsRoot, experiment: plan.experiment.name)
    let store =
      FileManager.default.fileExists(atPath: folder.store) ? try ArtefactStore(results: resultsRoot) : nil
    let manifest = try? Manifest.read(folder.manifest)
    let timings = StageTimings(resultsFolder: resultsRoot)
    earlier = manifest?.results ?? [:]
    var states: [State] = []
    var keys: [TaskKey?] = []
    for task in plan.tasks {
      let (state, key) = Self.state(of: task, plan, states, store, numerics, earlier)
      states.append(state)
      keys.append(key)
    }
    self.states = states
    self.keys = keys
    predictions = plan.tasks.indices.map { timings.prediction(of: $0, in: plan) }
  }

  private static func state(
    of task: PlannedTask, _ plan: Plan, _ states: [State], _ store: ArtefactStore?, _ numerics: String,
    _ earlier: [String: Manifest.Result]
  ) -> (State, TaskKey?) {
    if let reason = task.notRun { return (.notRun(reason), nil) }
    var digests: [Int: String] = [:]
    for index in task.dependencies {
      guard case .cached(let record) = states[index] else {
        return (.afterUpstream(plan.tasks[index].id), nil)
      }
      digests[index] = record.digest.hex
    }
    let key = TaskKey(task, in: plan.tasks, numerics: numerics) { digests[$0] ?? "" }
    guard let store else { return (.toRun(reason: "never computed"), key) }
    do {
      switch try store.lookup(key.key) {
      case .absent: return (.toRun(reason: reason(key, earlier[task.id])), key)
      case .damaged(let problem): return (.toRun(reason: problem.sentence), key)
      case .found(let record):
        // Sizes only: a run reads the contents before it believes them.
        if let problem = try store.verify(record, readsContent: false).first {
          return (.toRun(reason: problem.sentence), key)
        }
        return (.cached(record), key)
      }
    } catch {
      return (.toRun(reason: explain(error)), key)
    }
  }

  private static func reason(_ key: TaskKey, _ earlier: Manifest.Result?) -> String {
    guard let earlier else { return "never computed" }
    let differences = KeyDifference.between(earlier.tree, key.tree)
    if differences.isEmpty { return "its stored result is gone" }
    return differences.prefix(3).map(\.sentence).joined(separator: "; ")
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
