import Contracts
import ExperimentPlan

/// What earlier runs of an experiment recorded of a task, or of the one whose place it takes: where a value of
/// an axis is replaced, the task has another name than before.
struct Predecessors: Sendable {
  private let ids: Set<String>
  /// The latest first.
  private let manifests: [Manifest]

  init(_ plan: Plan, _ manifests: [Manifest]) {
    ids = Set(plan.tasks.map(\.id))
    self.manifests = manifests
  }

  struct Found: Sendable {
    let id: String
    let result: Manifest.Result
  }

  func of(_ task: PlannedTask, _ key: TaskKey) -> Found? {
    for manifest in manifests {
      if let result = manifest.results[task.id] { return Found(id: task.id, result: result) }
      let gone = manifest.plan.tasks.filter { $0.stage == task.stage && !ids.contains($0.id) }
      let found = gone.compactMap { old in manifest.results[old.id].map { Found(id: old.id, result: $0) } }
      let nearest = found.map { (found: $0, count: KeyDifference.between($0.result.tree, key.tree).count) }
        .min { ($0.count, $0.found.id) < ($1.count, $1.found.id) }
      if let nearest { return nearest.found }
    }
    return nil
  }
}
