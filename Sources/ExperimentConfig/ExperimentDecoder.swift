import Contracts
import Foundation

/// Turns the merged nodes of a config into an `Experiment`, adding up every problem on the way.
struct ExperimentDecoder {
  let grammar: Grammar
  let root: ConfigNode
  var issues: IssueList
  let dataFolder: String
  var axes: [Axis] = []
  var stages: [StageSpec] = []
  var stageNodes: [ConfigNode] = []

  init(grammar: Grammar, root: ConfigNode, issues: IssueList, dataFolder: String) {
    self.grammar = grammar
    self.root = root
    self.issues = issues
    self.dataFolder = dataFolder
  }

  mutating func decode(path: String) throws -> Experiment {
    checkTopLevelKeys()
    let name = decodeName()
    let title = optionalText("title")
    let seed = decodeSeed()
    decodeAxes()
    let replicates = decodeReplicates()
    decodeData()
    decodeStages()
    checkGraph()
    let figures = decodeFigures()
    let claims = decodeClaims()
    try issues.throwIfAny()
    return Experiment(
      name: name, title: title, seed: seed, axes: axes, replicates: replicates, stages: stages,
      figures: figures, claims: claims, path: path)
  }

  // MARK: - The top level

  private mutating func checkTopLevelKeys() {
    var checker = makeChecker()
    for member in root.members ?? [] where !Grammar.topLevelKeys.contains(member.key) {
      checker.unknownKey(member, path: "", among: Grammar.topLevelKeys)
    }
    for key in ["name", "stages"] where root[key] == nil { checker.missingKey(key, root, path: "") }
    issues = checker.issues
  }

  private mutating func decodeName() -> String {
    guard let node = root["name"] else { return "" }
    guard let name = node.value.string, ConfigNames.isName(name) else {
      issues.add(
        node, "name",
        expected: "a name for a folder: at most \(ConfigNames.longest) letters, digits, \"-\", \"_\", \".\"")
      return ""
    }
    return name
  }

  private mutating func optionalText(_ key: String) -> String? {
    guard let node = root[key] else { return nil }
    if node.value.string == nil { issues.add(node, key, expected: "a string") }
    return node.value.string
  }

  private mutating func decodeSeed() -> UInt64 {
    guard let node = root["seed"] else { return 0 }
    var checker = makeChecker()
    let value = checker.checkPlain(node, .integer(0...Grammar.largestSeed), path: "seed")
    issues = checker.issues
    return UInt64(value.integer ?? 0)
  }

  private mutating func decodeAxes() {
    guard let node = root["matrix"] else { return }
    guard let members = node.members else {
      issues.add(node, "matrix", expected: "an object of lists")
      return
    }
    for member in members where member.key != "$comment" { decodeAxis(member) }
  }

  private mutating func decodeAxis(_ member: ConfigNode.Member) {
    let path = "matrix.\(member.key)"
    if !ConfigNames.isIdentifier(member.key) {
      issues.add(
        ConfigIssue(
          at: member.keyPosition, path: path, found: "the axis \"\(member.key)\"",
          expected: "a name of letters, digits, \"-\" and \"_\""))
    }
    guard let items = member.node.items, !items.isEmpty else {
      issues.add(member.node, path, expected: "a list of at least one value")
      return
    }
    var seen: Set<JSONValue> = []
    for (index, item) in items.enumerated() {
      let place = "\(path)[\(index)]"
      if item.value == .null { issues.add(item, place, expected: "a value") }
      if !seen.insert(item.value).inserted {
        issues.add(item, place, expected: "each value once", found: "\(item.value.described) a second time")
      }
      if member.key == "seed", !(item.value.integer.map { (0...Grammar.largestSeed).contains($0) } ?? false) {
        issues.add(item, place, expected: "an integer of at least 0")
      }
    }
    axes.append(Axis(name: member.key, values: items.map(\.value)))
  }

  private mutating func decodeReplicates() -> String? {
    guard let node = root["replicates"] else { return nil }
    let names = axes.map(\.name)
    guard let name = node.value.string, names.contains(name) else {
      let list =
        names.isEmpty ? "an axis, but there is no matrix" : "an axis: \(names.joined(separator: ", "))"
      issues.add(
        node, "replicates", expected: list,
        suggestion: node.value.string.flatMap { nearestName(to: $0, among: names) })
      return nil
    }
    return name
  }

  private mutating func decodeData() {
    guard let node = root["data"] else { return }
    guard let members = node.members else {
      issues.add(node, "data", expected: "an object of named data")
      return
    }
    var checker = makeChecker()
    for member in members where member.key != "$comment" {
      _ = checker.check(member.node, .tagged(grammar.data), path: "data.\(member.key)")
    }
    issues = checker.issues
  }

  func makeChecker(tables: [String] = []) -> ParameterChecker {
    var checker = ParameterChecker(axes: axes, tables: tables, figures: grammar.figures)
    checker.issues = issues
    checker.data = Dictionary(
      (root["data"]?.members ?? []).map { ($0.key, $0.node) }, uniquingKeysWith: { first, _ in first })
    return checker
  }
}
