import Declarations
import ExperimentConfig
import ExperimentPlan

/// Why a stage is, or was, computed: which value changed, from what to what, at which line.
package struct Why: Sendable {
  private let status: PlanStatus
  private let places: SourceMap?
  private let previous: [String: Manifest.Result]

  package init(status: PlanStatus, places: SourceMap?, previous: [String: Manifest.Result]) {
    self.status = status
    self.places = places
    self.previous = previous
  }

  /// One paragraph for each task of the stage.
  /// - Throws: `RunFailure.unknownStageID`.
  package func explain(stage: String) throws -> [String] {
    let ids = status.plan.experiment.stages.map(\.id)
    let isTask = status.plan.tasks.contains { $0.id == stage }
    guard ids.contains(stage) || isTask else { throw RunFailure.unknownStageID(stage, known: ids) }
    return status.plan.tasks.indices
      .filter { status.plan.tasks[$0].stage == stage || status.plan.tasks[$0].id == stage }
      .map(explain)
  }

  private func explain(_ index: Int) -> String {
    let task = status.plan.tasks[index]
    switch status.states[index] {
    case .notRun(let reason): return "\(task.id): not run: \(reason)"
    case .afterUpstream: return "\(task.id): to be computed if its input changes:\n" + chain(index)
    case .toRun(let reason):
      let changes = changes(index)
      let resumption = status.resumptions[index].map { "\n  \($0.summary), from its checkpoint" } ?? ""
      return "\(task.id): to be computed\(place(of: index)):\n" + (changes.isEmpty ? "  \(reason)" : changes)
        + resumption
    case .cached(let record):
      let last = changes(of: task, from: previous[task.id]?.tree, to: record.keyTree)
      let history = last.isEmpty ? "" : "\n  it was last recomputed because\n\(last)"
      return
        "\(task.id): cached: nothing that it depends on has changed since it was computed (\(record.digest.hex.prefix(12)))\(history)"
    }
  }

  /// The open stages upstream, back to the change that began it.
  private func chain(_ index: Int) -> String {
    let task = status.plan.tasks[index]
    return task.dependencies.compactMap { other -> String? in
      let id = status.plan.tasks[other].id
      switch status.states[other] {
      case .toRun(let reason):
        let changes = changes(other)
        return "  \(id) is to be computed\(place(of: other)):\n"
          + (changes.isEmpty ? "    \(reason)" : changes)
      case .afterUpstream: return chain(other)
      case .cached, .notRun: return nil
      }
    }.joined(separator: "\n")
  }

  private func changes(_ index: Int) -> String {
    guard let key = status.keys[index] else { return "" }
    return changes(of: status.plan.tasks[index], from: status.earlier[index]?.result.tree, to: key.tree)
  }

  /// Whose place the task takes, where a value of an axis was replaced.
  private func place(of index: Int) -> String {
    guard let earlier = status.earlier[index], earlier.id != status.plan.tasks[index].id else { return "" }
    return ", in place of \(earlier.id)"
  }

  private func changes(of task: PlannedTask, from before: JSONValue?, to now: JSONValue) -> String {
    guard let before else { return "" }
    return KeyDifference.between(before, now).map { change in
      let place = position(of: change, task).map { "\($0.file):\($0.line):\($0.column): " } ?? ""
      return "  \(place)\(change.message)"
    }.joined(separator: "\n")
  }

  private func position(of change: KeyDifference, _ task: PlannedTask) -> Position? {
    let field = change.path.split(separator: "[").first.map(String.init) ?? change.path
    if field == "seed" { return places?.position("matrix.seed") ?? places?.position("seed") }
    if field.hasPrefix("files.") {
      let name = field.split(separator: ".").dropFirst().first.map(String.init) ?? ""
      return places?.position(stage: task.stage, field: "with.\(name)")
    }
    if field == "over" { return places?.position(stage: task.stage, field: "over") }
    if field == "inputs" { return places?.position(stage: task.stage, field: "from") }
    guard field.hasPrefix("with") else { return places?.position(stage: task.stage, field: "kind") }
    if let axis = axis(behind: field, of: task.stage), let place = places?.position("matrix.\(axis)") {
      return place
    }
    return places?.position(stage: task.stage, field: field)
  }

  /// The axis that the config names where the field stands: `"${temperature}"`.
  private func axis(behind field: String, of stage: String) -> String? {
    guard let spec = status.plan.experiment.stages.first(where: { $0.id == stage }) else { return nil }
    var value: JSONValue? = spec.with
    for step in field.split(separator: ".").dropFirst() {
      // A data set's name, or an axis, may stand for the whole object.
      if value?.string != nil { break }
      value = value?[String(step)]
    }
    return value.flatMap { Interpolation.axes(in: $0).min() }
  }
}
