import Declarations

/// Which tasks are of one origin: they compute the same from the same items, whatever the files are called. Nor does the
/// order or the choice of items of the same files count, for neither makes a replicate of what is computed from them.
/// A training is the exception: the order is that of its batches.
struct TaskOrigins {
  /// What makes a task's result.
  private struct Making: Hashable {
    let stage: String
    let parameters: JSONValue
    let files: JSONValue
    let seed: UInt64?
    let inputs: [Int]
    let inputAxes: [[AxisValue]]
    let references: [String: Int]

    var withoutInputs: Making {
      Making(
        stage: stage, parameters: parameters, files: files, seed: seed, inputs: [], inputAxes: [],
        references: references)
    }
  }

  private enum Kind: Hashable {
    case same(Making)
    /// Of a training, the first that has the same result.
    case training(Int)
  }

  /// The first task of the same origin; by task.
  private var origins: [Int: Int] = [:]
  /// The first task of the same origin but for what the stages give that `from` names; by task.
  private var owns: [Int: Int] = [:]

  /// - Parameter positions: the stages whose tasks are asked about, by their places among the experiment's.
  init(of positions: [Int], in plan: Plan) {
    let tasks = plan.tasks
    /// The first task that has the same result; by task.
    var results: [Int: Int] = [:]
    var (byResult, byOrigin, byOwn): ([Making: Int], [Kind: Int], [Making: Int]) = ([:], [:], [:])
    func first<Key: Hashable>(_ key: Key, _ index: Int, in known: inout [Key: Int]) -> Int {
      if let place = known[key] { return place }
      known[key] = index
      return index
    }
    // Each task follows what it needs.
    for index in Self.closure(of: plan.runs.flatMap { run in positions.map { run.tasks[$0] } }, tasks) {
      let task = tasks[index]
      let result = first(Self.making(task, seeds: true) { results[$0] ?? $0 }, index, in: &byResult)
      results[index] = result
      let making = Self.making(task, seeds: false) { origins[$0] ?? $0 }
      let kind = task.phase == .train ? Kind.training(result) : .same(making)
      origins[index] = first(kind, index, in: &byOrigin)
      owns[index] = first(making.withoutInputs, index, in: &byOwn)
    }
  }

  subscript(index: Int) -> Int { origins[index] ?? index }

  /// Whether two tasks that read the same tasks are of one origin, and no trainings.
  static func areAlike(_ one: PlannedTask, _ other: PlannedTask) -> Bool {
    making(one, seeds: false) { $0 } == making(other, seeds: false) { $0 }
  }

  func own(_ index: Int) -> Int { owns[index] ?? index }

  /// - Parameters:
  ///   - seeds: whether seeds count that draw no more than an order or a choice of items.
  ///   - place: the task that stands for one that is read.
  private static func making(_ task: PlannedTask, seeds: Bool, _ place: (Int) -> Int) -> Making {
    let left = seeds ? [] : (task.resampled ?? []).map { "\($0).\(DataSignature.seed)" }
    return Making(
      stage: task.stage,
      parameters: left.reduce(TaskKey.material(task)) { DataFileFields.removing($1, from: $0) },
      files: TaskKey.files(task), seed: task.seed, inputs: task.inputs.map(place), inputAxes: task.inputAxes,
      references: task.references.mapValues(place))
  }

  /// These tasks and all that they need, in the order of the plan.
  private static func closure(of indices: [Int], _ tasks: [PlannedTask]) -> [Int] {
    var found = Set(indices)
    var open = Array(found)
    while let index = open.popLast() {
      for other in tasks[index].dependencies where found.insert(other).inserted { open.append(other) }
    }
    return found.sorted()
  }
}
