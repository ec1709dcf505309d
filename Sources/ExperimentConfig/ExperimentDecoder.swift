import Declarations
import Foundation

/// A stage that has been read, and where it stands.
struct DecodedStage {
  let spec: StageSpec
  let signature: StageSignature
  let node: ConfigNode
  let path: String
  /// Each of its parameters is valid by itself.
  let isWhole: Bool
}

/// Turns the merged nodes of a config into an `Experiment`, adding up every problem on the way.
struct ExperimentDecoder {
  let grammar: Grammar
  let root: ConfigNode
  var issues: IssueList
  let dataFolder: String
  /// Whether the config asks for the folder by its variable, which then can lead elsewhere.
  let namesDataFolder: Bool
  let fileSystem: FileSystem
  private let data: [String: ConfigNode]
  /// The entries of `data` as far as they are valid.
  private(set) var checkedData: [String: JSONValue] = [:]
  var axes: [Axis] = []
  var stages: [DecodedStage] = []
  /// Every id in the file, those of stages that could not be read included.
  var declaredIDs: [String] = []
  /// Whether `stages` is a list whose items all have an id: else any name may be meant for one that could not be read.
  var knowsAllIDs: Bool { root["stages"]?.items.map { $0.count == declaredIDs.count } ?? false }
  var tables: [String] = []

  init(
    grammar: Grammar, root: ConfigNode, issues: IssueList, dataFolder: String, namesDataFolder: Bool,
    files: FileSystem
  ) {
    fileSystem = files
    self.grammar = grammar
    self.root = root
    self.issues = issues
    self.dataFolder = dataFolder
    self.namesDataFolder = namesDataFolder
    data = Dictionary(
      (root["data"]?.members ?? []).map { ($0.key, $0.node) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func decode(path: String) throws -> Experiment {
    checkTopLevelKeys()
    let name = decodeName()
    let title = decodeTitle()
    let seed = decodeSeed()
    decodeAxes()
    let replicates = decodeReplicates()
    let data = decodeData()
    checkedData = data
    decodeStages()
    checkGraph()
    checkMisfits()
    checkStageColumns()
    listTables()
    let figures = decodeFigures()
    let claims = decodeClaims()
    try issues.throwIfAny()
    return Experiment(
      name: name, title: title, seed: seed, axes: axes, replicates: replicates, data: data,
      stages: stages.map(\.spec), figures: figures, claims: claims, path: path)
  }

  /// Lends the issues to a checker while `body` uses it.
  mutating func checking<R>(presentation: Bool = false, _ body: (inout ParameterChecker) -> R) -> R {
    var checker = ParameterChecker(
      axes: axes, data: data, dataKinds: grammar.dataKinds, files: fileSystem, issues: issues)
    issues = IssueList()
    if presentation {
      checker.isPresentation = true
      checker.tables = tables
      checker.knowsAllStages = knowsAllIDs
      checker.unreadStages = Set(declaredIDs).subtracting(stages.map(\.spec.id))
      checker.figures = grammar.figures
    }
    let result = body(&checker)
    issues = checker.issues
    return result
  }

  // MARK: - The top level

  private mutating func checkTopLevelKeys() {
    let root = root
    checking { checker in
      for member in root.members ?? [] where !Grammar.topLevelKeys.contains(member.key) {
        checker.unknownKey(member, path: "", among: Grammar.topLevelKeys)
      }
      for key in ["name", "stages"] where root[key] == nil { checker.missingKey(key, root, path: "") }
    }
  }

  private mutating func decodeName() -> String {
    guard let node = root["name"] else { return "" }
    guard let name = node.text, ConfigNames.isName(name) else {
      issues.add(node, "name", expected: ConfigNames.describedName)
      return ""
    }
    issues.take(name, for: node)
    if name == "reference" {
      issues.add(node, "name", expected: "another name, because results/reference holds the accepted numbers")
    }
    return name
  }

  private mutating func decodeTitle() -> String? {
    guard let node = root["title"] else { return nil }
    return checking(presentation: true) { $0.check(node, .string, path: "title") }.string
  }

  private mutating func decodeSeed() -> UInt64 {
    guard let node = root["seed"] else { return 0 }
    let value = checking { $0.checkPlain(node, .integer(0...Grammar.largestSeed), path: "seed") }
    return value.integer.flatMap { UInt64(exactly: $0) } ?? 0
  }

  private mutating func decodeReplicates() -> String? {
    guard let node = root["replicates"] else { return nil }
    let names = axes.map(\.name)
    guard let name = node.text, names.contains(name) else {
      let list =
        names.isEmpty ? "an axis, but the config has no matrix" : "an axis: \(names.joined(separator: ", "))"
      issues.add(
        node, "replicates", expected: list,
        suggestion: node.text.flatMap { nearestName(to: $0, among: names) })
      return nil
    }
    return name
  }

  private mutating func decodeData() -> [String: JSONValue] {
    guard let node = root["data"] else { return [:] }
    guard let members = node.members else {
      issues.add(node, "data", expected: "an object of named data sets")
      return [:]
    }
    let kinds = grammar.dataKinds
    return checking { checker in
      var data: [String: JSONValue] = [:]
      for member in members {
        data[member.key] = checker.definition(member.node, kinds, path: "data.\(member.key)")
      }
      return data
    }
  }

  /// Every table that the stages give: `loss`, `dots.histogram`.
  private mutating func listTables() {
    tables = stages.flatMap { stage in
      (stage.signature.output == .tables ? [stage.spec.id] : [])
        + stage.signature.extraTables.filter { hasTable($0, stage) }.map { "\(stage.spec.id).\($0)" }
    }
  }
}
