import Declarations

/// Something that a stage waits for, and where the config says so.
private struct Edge {
  let target: String
  let node: ConfigNode
  let path: String
  /// Named by a parameter, not by `from`.
  let isReference: Bool
}

extension ExperimentDecoder {
  /// Ids that exist, types that fit, no cycles.
  mutating func checkGraph() {
    let edges = stages.map(edges)
    let indices = Dictionary(
      stages.enumerated().map { ($1.spec.id, $0) }, uniquingKeysWith: { first, _ in first })
    reportUnknown(edges)
    let targets = edges.map { $0.compactMap { indices[$0.target] } }
    let order = topologicalOrder(targets)
    if order.count < stages.count { reportCircles(edges, targets, settled: Set(order)) }
    var outputs = [ArtefactType?](repeating: nil, count: stages.count)
    for index in order {
      let signature = stages[index].signature
      let given = signature.preservesInputType ? targets[index].first.flatMap { outputs[$0] } : nil
      // A model's embeddings can be shifted, the model cannot.
      outputs[index] =
        signature.preservesInputType
        ? (given == .model ? .pairs : given) : signature.output(with: stages[index].spec.with)
    }
    checkChains(edges, indices, order)
    checkSize(edges)
    for (stage, edges) in zip(stages, edges) {
      for edge in edges {
        guard let given = indices[edge.target].flatMap({ outputs[$0] }) else { continue }
        checkType(given, stage.signature, edge)
      }
    }
  }

  /// Each shift of a chain may bring a coordinate to all behind it, so that tables and artefacts grow with the chain: a
  /// thousand take 6 s and 53 MB of disk, ten thousand 154 s and 2.1 GB.
  private mutating func checkChains(_ edges: [[Edge]], _ indices: [String: Int], _ order: [Int]) {
    var lengths = [Int](repeating: 0, count: stages.count)
    for index in order where stages[index].spec.phase == .shift {
      let upstream = edges[index].filter { !$0.isReference }
      lengths[index] = 1 + (upstream.compactMap { indices[$0.target].map { lengths[$0] } }.max() ?? 0)
      guard lengths[index] == Self.longestChain + 1, let edge = upstream.first else { continue }
      issues.add(
        edge.node, edge.path,
        expected:
          "at most \(Self.longestChain) shifts in a chain; start a new chain from the embeddings that the previous "
          + "shift writes to embeddings.h5 (`init`, `embeddings`)",
        found: "shift number \(lengths[index]) of a chain")
    }
  }

  static let longestChain = 10_000

  /// Every run has every stage, with what that reads.
  private mutating func checkSize(_ edges: [[Edge]]) {
    let runs = Grammar.runs(of: axes)
    let each = edges.reduce(stages.count) { $0 + $1.count }
    // Too many runs are said of the matrix.
    guard runs <= Grammar.mostRuns, runs * each > Grammar.mostTasks, let node = root["stages"] else { return }
    issues.add(
      node, "stages", expected: "at most \(Grammar.mostTasks)",
      found: "\(runs * each) stages and inputs of stages in \(runs) runs")
  }

  private func edges(of stage: DecodedStage) -> [Edge] {
    let from = stage.node["from"]
    let nodes = from?.items ?? from.map { [$0] } ?? []
    let upstream = nodes.enumerated().compactMap { index, node -> Edge? in
      guard let id = node.text else { return nil }
      let path = from?.items == nil ? "\(stage.path).from" : "\(stage.path).from[\(index)]"
      return Edge(target: id, node: node, path: path, isReference: false)
    }
    let references = stage.signature.parameters.compactMap { parameter -> Edge? in
      guard case .stageReference(let words) = parameter.type,
        let node = stage.node["with"]?[parameter.name], let id = node.text,
        !id.isEmpty, !words.contains(id), !id.contains("${")
      else { return nil }
      return Edge(target: id, node: node, path: "\(stage.path).with.\(parameter.name)", isReference: true)
    }
    return upstream + references
  }

  private mutating func reportUnknown(_ edges: [[Edge]]) {
    guard knowsAllIDs else { return }
    let known = Set(declaredIDs)
    for (stage, edges) in zip(stages, edges) {
      for edge in edges where !known.contains(edge.target) {
        issues.add(
          edge.node, edge.path, expected: "the id of a stage",
          suggestion: nearestName(to: edge.target, among: declaredIDs.filter { $0 != stage.spec.id }))
      }
    }
  }

  /// Follows each unsettled stage to what it waits for, until it comes back to where it was.
  private mutating func reportCircles(_ edges: [[Edge]], _ targets: [[Int]], settled: Set<Int>) {
    var walkOf: [Int: Int] = [:]
    for start in stages.indices where !settled.contains(start) && walkOf[start] == nil {
      var walked: [Int] = []
      var current = start
      while walkOf[current] == nil {
        walkOf[current] = start
        walked.append(current)
        guard let next = targets[current].first(where: { !settled.contains($0) }) else { return }
        current = next
      }
      guard walkOf[current] == start, let begin = walked.firstIndex(of: current) else { continue }
      reportCircle(Array(walked[begin...]), edges)
    }
  }

  private mutating func reportCircle(_ circle: [Int], _ edges: [[Edge]]) {
    guard let first = circle.min(), let turn = circle.firstIndex(of: first) else { return }
    let ids = (Array(circle[turn...]) + Array(circle[..<turn]) + [first]).map { stages[$0].spec.id }
    guard let edge = edges[first].first(where: { $0.target == ids[1] }) else { return }
    let shown = ids.count > 12 ? ids.prefix(6) + ["…"] + ids.suffix(5) : ids[...]
    issues.add(
      edge.node, edge.path, expected: "a stage that does not depend on this one",
      found: "a circle: \(shown.joined(separator: " → "))")
  }

  private mutating func checkType(_ given: ArtefactType, _ signature: StageSignature, _ edge: Edge) {
    let wanted =
      edge.isReference ? signature.references : [signature.input].compactMap { $0 } + signature.alsoAccepts
    guard !wanted.isEmpty, !wanted.contains(where: given.satisfies) else { return }
    issues.add(
      edge.node, edge.path,
      expected: "a stage that gives " + wanted.map(\.rawValue).joined(separator: " or "),
      found: "\"\(edge.target)\", which gives \(given.rawValue)")
  }
}
