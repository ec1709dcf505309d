import Contracts
import Datasets
import Declarations
import ExperimentConfig
import ExperimentPlan
import Figures
import Stages
import Storage

/// What was used: of each stage, its parameters with defaults filled in, its seed, what its result says of itself,
/// and what a reader should know. All of it follows from the plan and the stored records.
struct Methods {
  struct Stage {
    let id: String
    /// `evaluate/contrastive-loss`.
    let kind: String
    /// By name; several values where the runs differ.
    var settings: [(name: String, values: [JSONValue])] = []
    /// Names of settings that the config leaves to their defaults, and of those that files say which it names.
    var defaults: Set<String> = []
    var described: Set<String> = []
    var notices: [String] = []
  }

  private(set) var stages: [Stage] = []

  /// - Parameters:
  ///   - grammar: what the stages and data say of their parameters.
  ///   - tasks: those that are described, by their indices in the plan.
  ///   - record: what is stored of a task.
  init(
    _ plan: Plan, _ grammar: Grammar, tasks: some Sequence<Int>, record: (Int) -> StoredRecord? = { _ in nil }
  ) {
    let byStage = Dictionary(grouping: tasks) { plan.tasks[$0].stage }
    for spec in plan.experiment.stages {
      guard let tasks = byStage[spec.id], let first = tasks.first else { continue }
      var stage = Stage(id: spec.id, kind: "\(spec.phase.rawValue)/\(spec.kind)")
      for index in tasks {
        for (name, value) in Self.settings(of: plan.tasks[index]) { stage.add(name, value) }
        guard let notes = record(index)?.notes else { continue }
        for fact in notes.facts { stage.add(fact.name, .string(fact.value)) }
        for notice in notes.notices { stage.add(notice: notice) }
      }
      let signature = grammar.signature(spec.phase, spec.kind)
      let data = (signature?.parameters ?? []).filter(\.type.isDescription).map { "\($0.name)." }
      let given = Set(Self.flat(spec.with, "").map(\.name))
      for (name, _) in Self.flat(plan.tasks[first].parameters, "")
      where !given.contains(name) && !data.contains(where: name.hasPrefix) {
        let path = name.split(separator: ".").map(String.init)
        if Self.hasDefault(path[...], signature?.parameters ?? []) {
          stage.defaults.insert(name)
        } else {
          stage.described.insert(name)
        }
      }
      for name in Self.dataDefaults(of: plan.tasks[first], spec, signature, plan.experiment, grammar) {
        stage.defaults.insert(name)
      }
      for parameter in signature?.parameters ?? [] where stage.defaults.contains(parameter.name) {
        guard let assumption = parameter.assumption else { continue }
        stage.add(notice: "`\(parameter.name)` is not given: \(assumption)")
      }
      if let notice = Self.noticeOfResampling(plan, first) { stage.add(notice: notice) }
      stages.append(stage)
    }
  }

  /// That the replicates of a task's stage are no more than other orders or choices of the same items; nil where they
  /// are not.
  private static func noticeOfResampling(_ plan: Plan, _ index: Int) -> String? {
    let task = plan.tasks[index]
    guard let name = task.resampled?.first, let axis = plan.experiment.replicates, plan.isResampled(index)
    else { return nil }
    let consequence =
      "results that depend on nothing else that is random have n = 1 in claims, summaries and figures, which use the "
      + "first `\(axis)`; for more, use random weights, generated items or other files for each `\(axis)`"
    guard let count = task.parameters[name]?["count"]?.integer else {
      return "the axis `\(axis)` changes only the order of the items of `\(name)`, so it gives no "
        + "independent replicates: \(consequence)"
    }
    return "the axis `\(axis)` changes only which \(counted(count, "item")) of the same files `\(name)` has; "
      + "such samples overlap, so they are no independent replicates: \(consequence)"
  }

  /// What of the data sets that a task is given is left to the defaults of their kind, or of the experiment.
  private static func dataDefaults(
    of task: PlannedTask, _ spec: StageSpec, _ signature: StageSignature?, _ experiment: Experiment,
    _ grammar: Grammar
  ) -> [String] {
    (signature?.dataParameters ?? []).map(\.name).flatMap { key -> [String] in
      guard let used = task.parameters[key], let kind = used["kind"]?.string, let given = spec.with[key],
        let signature = grammar.data.first(where: { $0.kind == kind })
      else { return [] }
      let named = candidates(given, experiment).flatMap { flat($0, key).map(\.name) }
      return flat(used, key).map(\.name).filter { name in
        let path = name.split(separator: ".").dropFirst().map(String.init)
        return !named.contains(name)
          && (path == [DataSignature.seed] || hasDefault(path[...], signature.parameters))
      }
    }
  }

  /// The objects that stand for a data set, one for each that an axis may choose.
  private static func candidates(_ value: JSONValue, _ experiment: Experiment) -> [JSONValue] {
    guard let text = value.string else { return [value] }
    if let entry = experiment.data[text] { return [entry] }
    return experiment.axes.first { text == "${\($0.name)}" }?.values.flatMap {
      $0.string.map { name in experiment.data[name].map { [$0] } ?? [] } ?? [$0]
    } ?? []
  }

  /// Whether a key has a default, in an object perhaps that has one as a whole.
  private static func hasDefault(_ path: ArraySlice<String>, _ parameters: [Parameter]) -> Bool {
    guard let name = path.first, let parameter = parameters.first(where: { $0.name == name }) else {
      return false
    }
    if parameter.defaultValue != nil { return true }
    return path.count > 1 && hasDefault(path.dropFirst(), parameter.type.members)
  }

  private static func settings(of task: PlannedTask) -> [(name: String, value: JSONValue)] {
    let files = Dictionary(task.files.map { ($0.field, $0) }, uniquingKeysWith: { first, _ in first })
    var settings = flat(task.parameters, "").map { name, value -> (name: String, value: JSONValue) in
      guard let file = files[name] else { return (name, value) }
      return (name, .string(described(file)))
    }
    if let seed = task.seed { settings.append(("seed of the run", .number(Double(seed)))) }
    return settings
  }

  /// The name, which does not depend on where the file lies, and what is in it.
  private static func described(_ file: DataFile) -> String {
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    let digest = file.digest.map { ", SHA-256 \($0.prefix(16))…" } ?? ""
    return name + (file.member.map { ":\($0)" } ?? "") + digest
  }

  /// `optimizer.lr`: objects member by member, all else as it is.
  static func flat(_ value: JSONValue, _ path: String) -> [(name: String, value: JSONValue)] {
    guard case .object(let members) = value, !members.isEmpty || path.isEmpty else { return [(path, value)] }
    return members.sorted { $0.key < $1.key }.flatMap {
      flat($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)")
    }
  }
}

extension Methods.Stage {
  mutating func add(_ name: String, _ value: JSONValue) {
    guard let place = settings.firstIndex(where: { $0.name == name }) else {
      settings.append((name, [value]))
      return
    }
    if !settings[place].values.contains(value) { settings[place].values.append(value) }
  }

  mutating func add(notice: String) { if !notices.contains(notice) { notices.append(notice) } }
}

extension ParameterType {
  /// An object of one of several kinds, as a data set is, which says what a stage works on.
  fileprivate var isDescription: Bool {
    switch self {
    case .dataset, .tagged: true
    default: false
    }
  }

  /// The keys of an object of this type.
  fileprivate var members: [Parameter] {
    switch self {
    case .object(let parameters), .ruled(let parameters, _): parameters
    case .either(let first, let second): first.members + second.members
    default: []
    }
  }
}

// MARK: - Its forms

extension Methods {
  private static let mostValues = 8

  /// For reports.
  var sections: [Report.Method] {
    stages.map { stage in
      Report.Method(
        stage: stage.id, kind: stage.kind,
        settings: stage.settings.map { name, values in
          let words = values.prefix(Self.mostValues).map { $0.string ?? $0.canonical }.joined(separator: "; ")
          let more = values.count > Self.mostValues ? "; … (\(values.count) values)" : ""
          return Report.Method.Setting(
            name: name, value: words + more, isDefault: stage.defaults.contains(name),
            isDescribed: stage.described.contains(name))
        }, notices: stage.notices)
    }
  }

  /// For programs: `{stage: {kind, settings: {name: value}, defaults: [name], from_weights: [name], notices: […]}}`.
  var json: JSONValue {
    .object(
      Dictionary(
        stages.map { stage in
          let settings = Dictionary(
            stage.settings.map { ($0.name, $0.values.count == 1 ? $0.values[0] : .array($0.values)) },
            uniquingKeysWith: { first, _ in first })
          return (
            stage.id,
            .object([
              "kind": .string(stage.kind), "settings": .object(settings),
              "defaults": .array(stage.defaults.sorted().map { .string($0) }),
              "from_weights": .array(stage.described.sorted().map { .string($0) }),
              "notices": .array(stage.notices.map { .string($0) }),
            ])
          )
        }, uniquingKeysWith: { first, _ in first }))
  }
}
