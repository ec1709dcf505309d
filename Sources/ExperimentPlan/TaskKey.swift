import Declarations
import Files

/// What a task's result depends on, whole, and the SHA-256 over it: the name of the artefact in the store.
///
/// Paths, `--jobs`, attempts, the order of keys and `excludedFromKey` parameters are not in it; contents of files,
/// the variant's version and the numeric policy are. Inputs enter by their digests, so a rerun stage that gives the
/// same bytes leaves everything downstream valid (early cut-off).
package struct TaskKey: Sendable, Equatable {
  package let tree: JSONValue
  package let key: String

  /// - Parameter digestOf: the digest of a dependency's artefact, by its index in the plan.
  package init(
    _ task: PlannedTask, in plan: [PlannedTask], numerics: String, digestOf: (Int) throws -> String
  ) rethrows {
    var tree: [String: JSONValue] = [
      "stage": .string("\(task.phase.rawValue)/\(task.kind)"),
      "version": .number(Double(task.version)),
      "numerics": .string(numerics),
      "with": Self.material(task),
    ]
    if let seed = task.seed {
      tree["seed"] = .number(Double(seed))
      tree["stream"] = .string(task.stage)
    }
    if !task.files.isEmpty { tree["files"] = Self.files(task) }
    if !task.inputs.isEmpty {
      tree["inputs"] = .array(try task.inputs.map { try Self.input($0, of: task, plan, digestOf) })
    }
    if !task.inputAxes.isEmpty {
      tree["over"] = .array(
        task.inputAxes.map { axes in .array(axes.map { .array([.string($0.name), $0.value]) }) })
    }
    if !task.references.isEmpty {
      tree["references"] = .object(try task.references.mapValues { .string(try digestOf($0)) })
    }
    self.tree = .object(tree)
    key = Digest(of: self.tree.canonical).hex
  }

  /// What can be told of a task before anything that it reads is computed, and on any machine: its key's tree without
  /// inputs and numeric policy. Artefacts of other signatures are of other tasks.
  package static func signature(of tree: JSONValue) -> String {
    guard case .object(var members) = tree else { return "" }
    for name in ["inputs", "references", "numerics"] { members[name] = nil }
    return Digest(of: JSONValue.object(members).canonical).hex
  }

  package static func signature(of task: PlannedTask, in plan: [PlannedTask]) -> String {
    signature(of: TaskKey(task, in: plan, numerics: "") { _ in "" }.tree)
  }

  /// The parameters without paths, whose content counts, and without what changes no byte.
  static func material(_ task: PlannedTask) -> JSONValue {
    let names = task.files.map(\.field) + task.references.keys + (task.excludedFromKey ?? [])
    return names.reduce(task.parameters) { DataFileFields.removing($1, from: $0) }
  }

  static func files(_ task: PlannedTask) -> JSONValue {
    .object(
      Dictionary(
        task.files.map { file in
          var entry: [String: JSONValue] = ["digest": .string(file.digest ?? "absent")]
          if let member = file.member { entry["member"] = .string(member) }
          return (file.field, .object(entry))
        }, uniquingKeysWith: { first, _ in first }))
  }

  /// Several upstreams appear by name in the table, so their names count; a single one's does not.
  private static func input(
    _ index: Int, of task: PlannedTask, _ plan: [PlannedTask], _ digestOf: (Int) throws -> String
  ) rethrows -> JSONValue {
    guard task.namesInputs else { return .string(try digestOf(index)) }
    return .object(["stage": .string(plan[index].stage), "digest": .string(try digestOf(index))])
  }
}
