import Contracts

extension ExperimentDecoder {
  /// Ids that exist, types that fit, no cycles.
  mutating func checkGraph() {
    let ids = stages.map(\.id)
    var outputs: [String: ArtefactType] = [:]
    for (stage, node) in zip(stages, stageNodes) {
      for id in stage.from where !ids.contains(id) { unknownStage(id, node["from"] ?? node, "from", stage) }
      checkReferences(of: stage, node, ids)
    }
    reportCycles()
    for _ in stages {
      for stage in stages where outputs[stage.id] == nil { outputs[stage.id] = output(of: stage, outputs) }
    }
    for (stage, node) in zip(stages, stageNodes) { checkTypes(of: stage, node, outputs) }
  }

  private func path(of stage: StageSpec) -> String {
    guard let node = stages.firstIndex(where: { $0.id == stage.id }).map({ stageNodes[$0] }),
      let index = root["stages"]?.items?.firstIndex(where: { $0.position == node.position })
    else { return "stages" }
    return "stages[\(index)]"
  }

  private mutating func unknownStage(_ id: String, _ node: ConfigNode, _ field: String, _ stage: StageSpec) {
    let place = node.items?.first { $0.value.string == id } ?? node
    issues.add(
      place, "\(path(of: stage)).\(field)", expected: "the id of a stage", found: "\"\(id)\"",
      suggestion: nearestName(to: id, among: stages.map(\.id).filter { $0 != stage.id }))
  }

  private mutating func checkReferences(of stage: StageSpec, _ node: ConfigNode, _ ids: [String]) {
    for (name, words) in references(of: stage) {
      guard let id = stage.with[name]?.string, !words.contains(id), !id.contains("${"), !ids.contains(id)
      else {
        continue
      }
      unknownStage(id, node["with"]?[name] ?? node, "with.\(name)", stage)
    }
  }

  private func references(of stage: StageSpec) -> [(name: String, words: [String])] {
    grammar.signature(stage.phase, stage.kind)?.parameters.compactMap {
      if case .stageReference(let words) = $0.type { ($0.name, words) } else { nil }
    } ?? []
  }

  /// Every stage that a stage waits for.
  private func dependencies(of stage: StageSpec) -> [String] {
    stage.from
      + references(of: stage).compactMap { name, words in
        stage.with[name]?.string.flatMap { words.contains($0) ? nil : $0 }
      }
  }

  private mutating func reportCycles() {
    var settled: Set<String> = []
    var remaining = stages
    let ids = Set(stages.map(\.id))
    while true {
      let ready = remaining.filter {
        dependencies(of: $0).allSatisfy { settled.contains($0) || !ids.contains($0) }
      }
      if ready.isEmpty { break }
      settled.formUnion(ready.map(\.id))
      remaining.removeAll { settled.contains($0.id) }
    }
    guard let first = remaining.first, let index = stages.firstIndex(where: { $0.id == first.id }) else {
      return
    }
    issues.add(
      stageNodes[index]["from"] ?? stageNodes[index], "\(path(of: first)).from",
      expected: "stages in no circle",
      found: "a circle: \(circle(from: first, among: remaining).joined(separator: " → "))")
  }

  private func circle(from start: StageSpec, among remaining: [StageSpec]) -> [String] {
    var walked = [start.id]
    var current = start
    while let next = remaining.first(where: { dependencies(of: current).contains($0.id) }) {
      if let seen = walked.firstIndex(of: next.id) { return Array(walked[seen...]) + [next.id] }
      walked.append(next.id)
      current = next
    }
    return walked
  }

  private func output(of stage: StageSpec, _ known: [String: ArtefactType]) -> ArtefactType? {
    guard let signature = grammar.signature(stage.phase, stage.kind) else { return nil }
    guard signature.preservesInputType else { return signature.output }
    return stage.from.first.flatMap { known[$0] }
  }

  private mutating func checkTypes(of stage: StageSpec, _ node: ConfigNode, _ outputs: [String: ArtefactType])
  {
    guard let signature = grammar.signature(stage.phase, stage.kind), let input = signature.input else {
      return
    }
    let wanted = [input] + signature.alsoAccepts
    for id in stage.from {
      guard let given = outputs[id], !wanted.contains(where: given.satisfies) else { continue }
      issues.add(
        node["from"] ?? node, "\(path(of: stage)).from",
        expected: wanted.map(\.rawValue).joined(separator: " or "),
        found: "\"\(id)\", which gives \(given.rawValue)")
    }
    for (name, words) in references(of: stage) {
      guard let id = stage.with[name]?.string, !words.contains(id), let given = outputs[id] else { continue }
      guard !given.satisfies(.pairs) else { continue }
      issues.add(
        node["with"]?[name] ?? node, "\(path(of: stage)).with.\(name)", expected: ArtefactType.pairs.rawValue,
        found: "\"\(id)\", which gives \(given.rawValue)")
    }
  }
}
