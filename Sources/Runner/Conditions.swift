import Claims
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
    let lines = described.compactMap { describe($0, runs) }
    let varied = replicates(stages, first)
    return lines + [varied, claim.conditions].compactMap { $0 }
  }

  // MARK: - What is asked about

  /// The runs whose axes have the values that the claim selects.
  private func runs(of claim: ClaimSpec) -> [Plan.Run] {
    let twice = claim.parameters["where"]?.array ?? []
    let selections =
      twice.isEmpty ? [claim.selection] : twice.map { merging(claim.selection, selection($0)) }
    return plan.runs.filter { run in
      selections.contains { selection in
        run.axes.allSatisfy { axis in
          let cell = TableAssembler.cell(axis.value)
          return selection[axis.name].map { $0.contains(where: cell.matches) } ?? true
        }
      }
    }
  }

  /// The tasks behind the claim's table, of the stages alone that it selects by `from`.
  private func tasks(of claim: ClaimSpec, in runs: [Plan.Run]) -> Set<Int> {
    guard let position = positions[TableName(claim.table).stage] else { return [] }
    let chosen = ([claim.selection] + (claim.parameters["where"]?.array ?? []).map(selection))
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
  private func describe(_ position: Int, _ runs: [Plan.Run]) -> String? {
    let spec = plan.experiment.stages[position]
    var seen: Set<Int> = []
    let tasks = runs.filter { seen.insert($0.tasks[position]).inserted }.map { run in
      let axes = Dictionary(run.axes.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
      return Described(
        task: plan.tasks[run.tasks[position]], written: Interpolation.resolve(spec.with, axes),
        data: plan.experiment.data)
    }
    let names = Methods.flat(spec.with, "").map(\.name)
    var parts: [String] = []
    var data: [String] = []
    for name in names {
      let values = tasks.compactMap { $0.value(at: name) }
      if tasks.contains(where: { $0.isDataSet(name) }) {
        for text in values.map({ Self.dataset(name, $0) }) where !data.contains(text) { data.append(text) }
      } else if name.split(separator: ".").last != "seed" {
        parts += Self.described(name, values)
      }
    }
    if spec.phase == .train {
      for name in ["batch", "optimizer.lr"] where !names.contains(name) {
        if let text = Self.listing(tasks.compactMap { $0.value(at: name) }) {
          parts.append("\(name) \(text)")
        }
      }
    }
    let all = parts.joined(separator: ", ")
    return ["\(spec.id) (\(spec.phase.rawValue)/\(spec.kind))" + (all.isEmpty ? "" : ": " + all)].joined()
      + data.map { "; \($0)" }.joined()
  }

  /// `depth 25`; of what is an object as resolved, though a word or an axis in the config, each of its members.
  private static func described(_ name: String, _ values: [JSONValue]) -> [String] {
    if let text = listing(values) { return ["\(name) \(text)"] }
    let members = values.map { Dictionary(Methods.flat($0, name).map { ($0.name, $0.value) }) { a, _ in a } }
    return Set(members.flatMap(\.keys)).sorted().compactMap { member in
      listing(members.compactMap { $0[member] }).map { "\(member) \($0)" }
    }
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

  /// A task, and what the config says to it with the run's axes filled in.
  private struct Described {
    let task: PlannedTask
    let written: JSONValue
    let data: [String: JSONValue]

    /// A word or a number as it is written, though the plan may have another form of it, or nothing where it says what
    /// is so without it; else as it is resolved. Of a file its name alone, which does not depend on where it lies.
    func value(at path: String) -> JSONValue? {
      if let file = task.files.first(where: { $0.field == path }), file.listedBy == nil {
        let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
        return .string(name + (file.member.map { ":\($0)" } ?? ""))
      }
      let plain = Self.member(path, of: written).flatMap { $0.object == nil ? $0 : nil }
      return isDataSet(path) ? dataSet(path) : plain ?? Self.member(path, of: task.parameters)
    }

    func isDataSet(_ path: String) -> Bool {
      Self.member(path, of: written)?.string.map { data[$0] != nil } == true && dataSet(path) != nil
    }

    private func dataSet(_ path: String) -> JSONValue? {
      Self.member(path, of: task.parameters).flatMap { $0["kind"]?.string == nil ? nil : $0 }
    }

    private static func member(_ path: String, of value: JSONValue) -> JSONValue? {
      path.split(separator: ".").reduce(value as JSONValue?) { $0?[String($1)] }
    }
  }
}
