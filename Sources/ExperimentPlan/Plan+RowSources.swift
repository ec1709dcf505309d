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
    let upstream = stage.from.count > 1 ? stage.from.compactMap(self.position) : []
    let own = axes { OwnInputs(tasks[$0.tasks[position]]) }
    var byStage: [String: Set<String>] = [:]
    for source in upstream {
      byStage[experiment.stages[source].id] = own.union(axes { $0.tasks[source] })
    }
    let alone = upstream.isEmpty ? .none : chance(position, alone: true)
    let chances = upstream.map { (experiment.stages[$0].id, max(chance($0), alone)) }
    return RowSources(
      common: common, byStage: byStage,
      repeats: repeatedRuns(ofStage: position, upstream, reachedBy: common), chance: chance(position),
      chanceByStage: Dictionary(chances.filter { $0.1 != .none }, uniquingKeysWith: max))
  }

  /// What random numbers a task of the stage depends on, by itself or through what it reads.
  ///
  /// - Parameter alone: what `from` names does not count.
  private func chance(_ position: Int, alone: Bool = false) -> Chance {
    var open = runs.map { $0.tasks[position] }
    var seen = Set(open)
    let first = seen
    var found = Chance.none
    while let index = open.popLast() {
      let task = tasks[index]
      found = max(found, task.chance)
      let needs = alone && first.contains(index) ? Array(task.references.values) : task.dependencies
      open += needs.filter { seen.insert($0).inserted }
    }
    return found
  }

  private func position(of id: String) -> Int? { experiment.stages.firstIndex { $0.id == id } }

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

  // MARK: - Replicates

  private func places(of replicates: String) -> RepeatedRuns.Places {
    RepeatedRuns.Places(
      axes: experiment.axes.map(\.name), values: experiment.axes.map(\.values), replicates: replicates)
  }

  /// Whether a task's items are those of another replicate in another order, or another choice of them.
  package func isResampled(_ index: Int) -> Bool {
    let task = tasks[index]
    guard task.resampled != nil, task.phase != .train, let replicates = experiment.replicates,
      let position = position(of: task.stage),
      let run = runs.firstIndex(where: { $0.tasks[position] == index })
    else { return false }
    return places(of: replicates).runs(like: run).contains { other in
      let other = runs[other].tasks[position]
      return other != index && TaskOrigins.areAlike(task, tasks[other])
    }
  }

  /// The runs whose results are of the origin of an earlier run that differs in the replicate alone, and that run.
  private func repeatedRuns(
    ofStage position: Int, _ upstream: [Int], reachedBy axes: Set<String>
  ) -> RepeatedRuns? {
    guard let replicates = experiment.replicates, axes.contains(replicates) else { return nil }
    let origins = TaskOrigins(of: [position] + upstream, in: self)
    let places = places(of: replicates)
    func repeated(_ origin: (Run) -> [Int]) -> [Int: Int] {
      var (seen, found): ([[Int]: Int], [Int: Int]) = ([:], [:])
      for run in runs.indices {
        let key = [places.group(of: run)] + origin(runs[run])
        if let first = seen[key] { found[run] = first } else { seen[key] = run }
      }
      return found
    }
    let common = repeated { [origins[$0.tasks[position]]] }
    var byStage: [String: [Int: Int]] = [:]
    for source in upstream {
      byStage[experiment.stages[source].id] = repeated {
        [origins.own($0.tasks[position]), origins[$0.tasks[source]]]
      }
    }
    guard !common.isEmpty || byStage.values.contains(where: { !$0.isEmpty }) else { return nil }
    return RepeatedRuns(places: places, common: common, byStage: byStage)
  }
}
