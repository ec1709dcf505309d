import Declarations

/// Parameters that are valid one by one, and do not go together or not with the data: what a stage would refuse at
/// its start, found before anything runs.
extension ExperimentDecoder {
  mutating func checkMisfits() {
    for stage in stages where stage.isWhole {
      if let misfits = stage.signature.misfits {
        check(stage, stage.spec.with, blamed: nil) { misfits($0, nil) }
      } else if stage.spec.phase == .train {
        checkTraining(stage)
      }
    }
  }

  /// Data that a later stage gives to a network that was made for others.
  private mutating func checkTraining(_ stage: DecodedStage) {
    guard let maker = maker(of: stage), maker.isWhole, let misfits = maker.signature.misfits else { return }
    for parameter in stage.signature.parameters {
      guard case .dataset = parameter.type, let data = stage.spec.with[parameter.name] else { continue }
      var with = maker.spec.with.object ?? [:]
      for other in maker.signature.parameters {
        if case .dataset = other.type { with[other.name] = data }
      }
      check(stage, .object(with), by: maker.signature, blamed: parameter.name) { misfits($0, parameter.name) }
    }
  }

  /// The stage that made the network that this one trains.
  private func maker(of stage: DecodedStage) -> DecodedStage? {
    var current = stage
    for _ in stages {
      if current.spec.phase == .`init` { return current }
      guard let id = current.spec.from.first, let next = stages.first(where: { $0.spec.id == id }) else {
        return nil
      }
      current = next
    }
    return nil
  }

  /// Adds what is found with the first combination of the axes' values that has something.
  private mutating func check(
    _ stage: DecodedStage, _ with: JSONValue, by signature: StageSignature? = nil, blamed: String?,
    _ misfits: (JSONValue) -> [ParameterMisfit]
  ) {
    let signature = signature ?? stage.signature
    let candidates = signature.parameters.flatMap { parameter -> [JSONValue] in
      guard case .dataset = parameter.type, let name = with[parameter.name]?.string else { return [] }
      return checkedData[name].map { [$0] } ?? Array(checkedData.values)
    }
    let known = Set(axes.map(\.name))
    let names = Interpolation.axes(in: with).union(candidates.flatMap { Interpolation.axes(in: $0) })
    let (data, grammar, files) = (checkedData, grammar, fileSystem)
    let found = checking { checker -> [ParameterMisfit] in
      var found: [ParameterMisfit] = []
      checker.forEachCombination(of: names.intersection(known).sorted()) { _, axes in
        found = misfits(Self.resolved(with, signature, axes, data, grammar, files))
        return found.isEmpty
      }
      return found
    }
    for misfit in found {
      let (node, path) = Self.place(of: misfit.path, in: stage)
      issues.add(node, path, expected: misfit.expected, found: misfit.found)
    }
  }

  /// The parameters of one run: axes resolved, data sets in the place of their names, defaults filled in.
  private static func resolved(
    _ with: JSONValue, _ signature: StageSignature, _ axes: [String: JSONValue], _ data: [String: JSONValue],
    _ grammar: Grammar, _ files: FileSystem
  ) -> JSONValue {
    var members = Interpolation.resolve(with, axes).object ?? [:]
    for parameter in signature.parameters {
      guard case .dataset = parameter.type, let given = members[parameter.name] else { continue }
      let entry = given.string.flatMap { data[$0] }.map { Interpolation.resolve($0, axes) } ?? given
      let kind = entry["kind"]?.string.flatMap { grammar.dataKinds[$0] }
      members[parameter.name] = kind.map { ParameterDefaults.fill(entry, $0) } ?? entry
    }
    let filled = ParameterDefaults.fill(.object(members), signature.parameters)
    // A file that cannot be understood is told of by the plan.
    return (try? files.completion(signature, filled)) ?? filled
  }

  /// The node that the keys lead to, or the nearest one around it.
  private static func place(of keys: [String], in stage: DecodedStage) -> (node: ConfigNode, path: String) {
    var node = stage.node["with"] ?? stage.node
    for key in keys {
      guard let next = node[key] else { break }
      node = next
    }
    return (node, (["\(stage.path).with"] + keys).joined(separator: "."))
  }
}
