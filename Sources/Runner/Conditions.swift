import Declarations
import ExperimentConfig
import ExperimentPlan

/// What a claim's number depends on, as the plan resolves it: data with their sizes, what the config gives the models and
/// trainings, and what the replicates vary. n counts independent replicates of the latter.
struct Conditions {
  private let plan: Plan
  private let positions: [String: Int]

  init(_ plan: Plan) {
    self.plan = plan
    positions = Dictionary(
      plan.experiment.stages.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func lines(for claim: ClaimSpec) -> [String] {
    let runs = self.runs(of: claim)
    guard let first = runs.first else { return [] }
    let used = tasks(of: claim, in: runs)
    let stages = plan.experiment.stages.indices.filter { position in
      runs.contains { used.contains($0.tasks[position]) }
    }
    let described = stages.filter { [.`init`, .train].contains(plan.experiment.stages[$0].phase) }
    let lines = described.compactMap { describe($0, runs.map { $0.tasks }) }
    let varied = replicates(stages, first)
    return lines + [varied, claim.conditions].compactMap { $0 }
  }

  // MARK: - What is asked about

  /// The runs whose axes have the values that the claim selects.
  private func runs(of claim: ClaimSpec) -> [Plan.Run] {
    let twice = claim.parameters["where"]?.array ?? []
    let selections =
      twice.isEmpty ? [claim.selection] : twice.map { claim.selection.merging(Self.selection($0)) { $1 } }
    return plan.runs.filter { run in
      selections.contains { selection in
        run.axes.allSatisfy { axis in selection[axis.name].map { $0.contains(axis.value) } ?? true }
      }
    }
  }

  private static func selection(_ json: JSONValue) -> [String: [JSONValue]] {
    (json.object ?? [:]).mapValues { $0.array ?? [$0] }
  }

  /// The tasks behind the claim's table, of the stages alone that it selects by `from`.
  private func tasks(of claim: ClaimSpec, in runs: [Plan.Run]) -> Set<Int> {
    let stage = claim.table.split(separator: ".").first.map(String.init) ?? claim.table
    guard let position = positions[stage] else { return [] }
    let chosen = ([claim.selection] + (claim.parameters["where"]?.array ?? []).map(Self.selection))
      .flatMap { $0["from"] ?? [] }.compactMap(\.string)
    var found = Set(runs.map { $0.tasks[position] })
    var open: [Int] = found.flatMap { index in
      plan.tasks[index].dependencies.filter { chosen.isEmpty || chosen.contains(plan.tasks[$0].stage) }
    }
    while let index = open.popLast() {
      if found.insert(index).inserted { open += plan.tasks[index].dependencies }
    }
    return found
  }

  // MARK: - Words

  /// `start (train/contrastive): batch 64, steps 1500, …; data: shapes, count 4000, …`.
  private func describe(_ position: Int, _ runs: [[Int]]) -> String? {
    let spec = plan.experiment.stages[position]
    var tasks: [PlannedTask] = []
    for index in runs.map({ $0[position] }) where !tasks.contains(where: { $0.id == plan.tasks[index].id }) {
      tasks.append(plan.tasks[index])
    }
    let names = Methods.flat(spec.with, "").map(\.name)
    var parts: [String] = []
    var data: [String] = []
    for name in names {
      let values = tasks.compactMap { Self.value(at: name, in: $0) }
      if let set = values.first, set["kind"]?.string != nil,
        plan.experiment.data[spec.with[name]?.string ?? ""] != nil
      {
        data.append(Self.dataset(name, set))
      } else if name.split(separator: ".").last != "seed", let text = Self.listing(values) {
        parts.append("\(name) \(text)")
      }
    }
    if spec.phase == .train {
      for name in ["batch", "optimizer.lr"] where !names.contains(name) {
        if let text = Self.listing(tasks.compactMap { Self.value(at: name, in: $0) }) {
          parts.append("\(name) \(text)")
        }
      }
    }
    let all = parts.joined(separator: ", ")
    return ["\(spec.id) (\(spec.phase.rawValue)/\(spec.kind))" + (all.isEmpty ? "" : ": " + all)].joined()
      + data.map { "; \($0)" }.joined()
  }

  /// `data: shapes, count 4000, size 32`.
  private static func dataset(_ name: String, _ set: JSONValue) -> String {
    let sizes = Methods.flat(set, "").filter {
      ["count", "size", "information", "context"].contains($0.name)
    }
    let kind = set["kind"]?.string ?? ""
    return "\(name): "
      + ([kind] + sizes.compactMap { item in listing([item.value]).map { "\(item.name) \($0)" } })
      .joined(separator: ", ")
  }

  /// What the values of the replicate axis change among the stages.
  private func replicates(_ stages: [Int], _ run: Plan.Run) -> String? {
    guard let axis = plan.experiment.replicates,
      let other = plan.runs.first(where: { Self.differ($0, run, in: axis) })
    else { return nil }
    let changed = stages.flatMap { position -> [String] in
      let (one, two) = (plan.tasks[run.tasks[position]], plan.tasks[other.tasks[position]])
      return Self.changes(one, two)
    }
    return changed.isEmpty
      ? "no replicates: \(axis) does not reach these numbers"
      : "replicates (\(axis)) vary \(changed.joined(separator: ", "))"
  }

  private static func differ(_ one: Plan.Run, _ other: Plan.Run, in axis: String) -> Bool {
    zip(one.axes, other.axes).allSatisfy { ($0.name == axis) != ($0.value == $1.value) }
  }

  private static func changes(_ one: PlannedTask, _ other: PlannedTask) -> [String] {
    let before = Dictionary(
      Methods.flat(one.parameters, "").map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
    let after = Dictionary(
      Methods.flat(other.parameters, "").map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
    let names = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    let own = names.map { name -> String in
      let parts = name.split(separator: ".").map(String.init)
      guard parts.last == DataSignature.seed else { return "\(name) of \(one.stage)" }
      return parts.count > 1
        ? "the items of \(parts.dropLast().joined(separator: ".")) of \(one.stage)" : drawn(one)
    }
    let isDrawn = one.seed != other.seed && !own.contains(drawn(one))
    return own + (isDrawn ? [drawn(one)] : [])
  }

  private static func drawn(_ task: PlannedTask) -> String {
    switch task.phase {
    case .`init`: "what \(task.stage) draws (weights, or items)"
    case .train: "the order of batches in \(task.stage)"
    case .shift, .evaluate: "what \(task.stage) draws"
    }
  }

  // MARK: - Values

  /// The different values, few of them; nil where there are none, or they are objects.
  private static func listing(_ values: [JSONValue]) -> String? {
    var texts: [String] = []
    for value in values {
      guard value.object == nil else { return nil }
      let text = value.string ?? value.canonical
      if !texts.contains(text) { texts.append(text) }
    }
    guard !texts.isEmpty else { return nil }
    return texts.count > 3
      ? texts.prefix(3).joined(separator: " or ") + " …" : texts.joined(separator: " or ")
  }

  /// Of a file, its name alone, which does not depend on where it lies.
  private static func value(at path: String, in task: PlannedTask) -> JSONValue? {
    if let file = task.files.first(where: { $0.field == path }), file.listedBy == nil {
      return .string(
        (file.path.split(separator: "/").last.map(String.init) ?? file.path)
          + (file.member.map { ":\($0)" } ?? ""))
    }
    return path.split(separator: ".").reduce(task.parameters as JSONValue?) { $0?[String($1)] }
  }
}
