import Declarations
import ExperimentConfig

extension Plan {
  /// Which axes reach the rows of a stage's tables: those that reach the stage itself, and for rows of one of
  /// several stages that it reads those that reach that one.
  ///
  /// It is read off the tasks: an axis reaches a stage where its values give the stage different tasks.
  package func rowSources(ofStage position: Int) -> RowSources {
    let stage = experiment.stages[position]
    let common = axes { $0.tasks[position] }
    guard stage.from.count > 1 else { return RowSources(common: common) }
    let own = axes { OwnInputs(tasks[$0.tasks[position]]) }
    var byStage: [String: Set<String>] = [:]
    for id in stage.from {
      guard let source = experiment.stages.firstIndex(where: { $0.id == id }) else { continue }
      byStage[id] = own.union(axes { $0.tasks[source] })
    }
    return RowSources(common: common, byStage: byStage)
  }

  /// What a task's result depends on beside the stages that `from` names.
  private struct OwnInputs: Equatable {
    let parameters: JSONValue
    let seed: UInt64?
    let files: [DataFile]
    let references: [String: Int]

    init(_ task: PlannedTask) {
      parameters = task.parameters
      seed = task.seed
      files = task.files
      references = task.references
    }
  }

  /// The axes along which a value differs between runs that agree in all other axes. Tasks are shared by all runs
  /// that agree in the axes that reach them, so the first runs tell it for all.
  private func axes<Value: Equatable>(along value: (Run) -> Value) -> Set<String> {
    guard let first = runs.first.map(value) else { return [] }
    var stride = runs.count
    var found: Set<String> = []
    for axis in experiment.axes {
      stride /= max(1, axis.values.count)
      let others = (1..<max(1, axis.values.count)).map { $0 * stride }.filter(runs.indices.contains)
      if others.contains(where: { value(runs[$0]) != first }) { found.insert(axis.name) }
    }
    return found
  }
}
