import Declarations
import Foundation

/// Checks nodes against parameter types and makes file names absolute; adds every problem it meets.
struct ParameterChecker {
  let axes: [Axis]
  /// The config's `data` section, whose entries `inputs` and the like may name.
  let data: [String: ConfigNode]
  /// What each kind of data may say.
  let dataKinds: [String: [Parameter]]
  let fileSystem: FileSystem
  var issues: IssueList
  /// Figures and claims look at all runs together, so no axis has a value in them.
  var isPresentation = false
  /// What `table` may name.
  var tables: [String] = []
  /// Stages whose tables are not known, for they have problems of their own.
  var unreadStages: Set<String> = []
  /// Whether each stage has an id: else `table` may name one of a stage that could not be read.
  var knowsAllStages = true
  var figures: [FigureSignature] = []
  /// Files and folders that a value names, after axes are resolved: checked for existence by the caller.
  private(set) var files: [NamedFile] = []

  struct NamedFile {
    let path: String
    let node: ConfigNode
    let field: String
    let isFolder: Bool
    /// What could have stood in its place.
    var words: [String] = []
  }

  private static let mostCombinations = 100_000
  private static let mostListed = 12

  init(
    axes: [Axis], data: [String: ConfigNode], dataKinds: [String: [Parameter]], files: FileSystem,
    issues: IssueList
  ) {
    fileSystem = files
    self.axes = axes
    self.data = data
    self.dataKinds = dataKinds
    self.issues = issues
  }

  // MARK: - Objects

  /// - Returns: the object with paths made absolute.
  mutating func object(
    _ node: ConfigNode, _ parameters: [Parameter], rules: [ParameterRule] = [], path: String,
    also allowed: [String] = []
  ) -> JSONValue {
    guard let members = node.members else {
      issues.add(node, path, expected: "an object")
      return .object([:])
    }
    let names = parameters.map(\.name)
    var result: [String: JSONValue] = [:]
    for member in members {
      if let parameter = parameters.first(where: { $0.name == member.key }) {
        result[member.key] = check(member.node, parameter.type, path: "\(path).\(member.key)")
        if let companion = parameter.companion, node[companion] == nil {
          lonelyKey(member, path: path, companion: companion)
        }
      } else if !allowed.contains(member.key) {
        unknownKey(member, path: path, among: names + allowed)
      }
    }
    for parameter in parameters where parameter.isRequired && node[parameter.name] == nil {
      missingKey(parameter.name, node, path: path)
    }
    for rule in rules { check(rule, node, parameters, path: path) }
    return .object(result)
  }

  mutating func unknownKey(
    _ member: ConfigNode.Member, path: String, among names: [String], kind: String = "key"
  ) {
    let suggestion = nearestName(to: member.key, among: names)
    let list =
      if names.isEmpty {
        "no keys"
      } else if suggestion != nil, names.count > Self.mostListed {
        "one of the \(names.count) known \(kind)s"
      } else {
        "one of " + names.sorted().joined(separator: ", ")
      }
    issues.add(
      ConfigIssue(
        at: member.keyPosition, path: path.isEmpty ? member.key : "\(path).\(member.key)",
        found: "an unknown \(kind)", expected: list, suggestion: suggestion))
  }

  /// A key that nothing reads, as the one that it belongs to is absent.
  private mutating func lonelyKey(_ member: ConfigNode.Member, path: String, companion: String) {
    issues.add(
      ConfigIssue(
        at: member.keyPosition, path: "\(path).\(member.key)", found: "this key without \(companion)",
        expected: "\(companion), too, because this key has no effect without it"))
  }

  mutating func missingKey(_ name: String, _ node: ConfigNode, path: String) {
    issues.add(
      ConfigIssue(
        at: node.position, path: path.isEmpty ? name : "\(path).\(name)", found: "",
        expected: "the required key \"\(name)\" is missing"))
  }

  private mutating func check(
    _ rule: ParameterRule, _ node: ConfigNode, _ parameters: [Parameter], path: String
  ) {
    let keys = Set((node.members ?? []).map(\.key))
    switch rule {
    case .exactlyOneUnlessFile(let groups, let file, let word):
      let isFile = node[file]?.text.map { $0 != word } ?? false
      if isFile, groups.allSatisfy({ keys.isDisjoint(with: $0) }) { return }
      check(.exactlyOne(groups), node, parameters, path: path)
    case .exactlyOne(let groups):
      let touched = groups.filter { !keys.isDisjoint(with: $0) }
      if touched.count == 1, keys.isSuperset(of: touched[0]) { return }
      let given = groups.flatMap { $0 }.filter(keys.contains)
      let found =
        switch given.count {
        case 0: "none of these keys"
        case 1: "\(given[0]) alone"
        default: given.joined(separator: " and ")
        }
      issues.add(node, path, expected: "either " + Self.alternatives(groups), found: found)
    case .atLeastOne(let names):
      guard keys.isDisjoint(with: names) else { return }
      issues.add(node, path, expected: names.joined(separator: " or "), found: "none of these keys")
    case .apart(let name, let others):
      guard keys.contains(name) else { return }
      for member in node.members ?? [] where others.contains(member.key) {
        issues.add(
          ConfigIssue(
            at: member.keyPosition, path: "\(path).\(member.key)", found: "this key together with \(name)",
            expected: "only one of the two"))
      }
    case .ascending(let low, let high):
      let given = { (name: String) in
        node[name]?.typedValue.number ?? parameters.first { $0.name == name }?.defaultValue?.number
      }
      guard let least = given(low), let most = given(high), least > most else { return }
      guard let place = node[high] else {
        return issues.add(
          node[low] ?? node, "\(path).\(low)",
          expected: "at most \(high), which is \(JSONValue.spelling(of: most))")
      }
      issues.add(
        place, "\(path).\(high)", expected: "at least \(low), which is \(JSONValue.spelling(of: least))")
    case .between(let name, let ends):
      guard let place = node[name], let number = place.typedValue.number,
        let range = node[ends]?.items?.compactMap(\.typedValue.number), range.count == 2,
        range[0] <= range[1], !(range[0]...range[1]).contains(number)
      else { return }
      issues.add(
        place, "\(path).\(name)",
        expected: "a number in the \(ends), from \(JSONValue.spelling(of: range[0])) to "
          + JSONValue.spelling(of: range[1]))
    case .onlyWhere(let condition, let names):
      check(
        names, onlyWhere: condition, parameters.first { $0.name == condition.parameter }, node, path: path)
    case .onlyWithFile(let names, let file, let word):
      // Where the file's key is absent, the keys lack their companion.
      guard node[file]?.text == word else { return }
      for member in node.members ?? [] where names.contains(member.key) {
        issues.add(
          ConfigIssue(
            at: member.keyPosition, path: "\(path).\(member.key)",
            found: "this key together with \(file) \"\(word)\"",
            expected: "a file as \(file), because this key has no effect without one"))
      }
    }
  }

  /// A parameter that an axis decides may have any of its values; one whose value is no choice is an error
  /// of its own, and says nothing of the others.
  private mutating func check(
    _ names: [String], onlyWhere condition: ParameterCondition, _ parameter: Parameter?, _ node: ConfigNode,
    path: String
  ) {
    let given = node[condition.parameter]
    guard let value = given.map({ $0.text ?? $0.typedValue.word }) ?? parameter?.defaultValue?.word,
      !value.contains("${"),
      !condition.values.contains(value)
    else { return }
    if case .choice(let words)? = parameter?.type, !words.contains(value) { return }
    for member in node.members ?? [] where names.contains(member.key) {
      issues.add(
        ConfigIssue(
          at: member.keyPosition, path: "\(path).\(member.key)",
          found:
            "this key together with \(condition.parameter) \((given?.value ?? parameter?.defaultValue)?.canonical ?? value)"
            + (given == nil ? ", the default" : ""),
          expected: "this key only with \(condition.values.joined(separator: ", "))"))
    }
  }

  private static func alternatives(_ groups: [[String]]) -> String {
    groups.map { $0.joined(separator: " and ") }.joined(separator: ", or ")
  }

  // MARK: - References to axes

  /// Checks one value, whatever the axes may put in its place.
  mutating func check(_ node: ConfigNode, _ type: ParameterType, path: String) -> JSONValue {
    guard let text = node.text, text.contains("${") else { return checkPlain(node, type, path: path) }
    let references = Interpolation.references(in: text)
    if isPresentation {
      guard let first = references.first else { return checkPlain(node, type, path: path) }
      issues.add(
        node, path, expected: "no axis here, because figures, claims and titles are about all runs together",
        found: "${\(first.name)}")
      return node.value
    }
    guard !Interpolation.hasOpenReference(text) else {
      issues.add(node, path, expected: "a \"}\" after each \"${\"")
      return node.value
    }
    let names = references.map(\.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    guard areAxes(names, node, path), isResolvable(type, node, path) else { return node.value }
    checkResolved(
      node, text, isWhole: references[0].range == text.startIndex..<text.endIndex, names, type, path)
    return isFile(type) ? relative(text, names, words(of: type), node, path) : node.value
  }

  private mutating func areAxes(_ names: [String], _ node: ConfigNode, _ path: String) -> Bool {
    let known = axes.map(\.name)
    let unknown = names.filter { !known.contains($0) }
    for name in unknown {
      issues.add(
        node, path,
        expected: known.isEmpty
          ? "an axis, but the config has no matrix"
          : "the name of an axis in ${…}: \(known.joined(separator: ", "))",
        found: "${\(name)}", suggestion: nearestName(to: name, among: known))
    }
    return unknown.isEmpty
  }

  /// The graph of stages is the same in every run.
  private mutating func isResolvable(_ type: ParameterType, _ node: ConfigNode, _ path: String) -> Bool {
    guard case .stageReference = type else { return true }
    issues.add(
      node, path,
      expected: "the id of a stage without ${…}, because the graph of stages is the same in every run")
    return false
  }

  private mutating func checkResolved(
    _ node: ConfigNode, _ text: String, isWhole: Bool, _ names: [String], _ type: ParameterType,
    _ path: String
  ) {
    let before = issues.count
    forEachCombination(of: names) { checker, values in
      let value = isWhole ? values[names[0]] ?? .null : Interpolation.resolve(node.value, values)
      var resolved = ConfigNode(value, at: node.position)
      resolved.origin = .axis(text)
      _ = checker.checkPlain(resolved, type, path: path)
      return checker.issues.count == before
    }
  }

  /// Calls `body` with each combination of the axes' values, until it returns false.
  mutating func forEachCombination(
    of names: [String], _ body: (inout ParameterChecker, [String: JSONValue]) -> Bool
  ) {
    let lists = names.map { name in axes.first { $0.name == name }?.values ?? [] }
    guard lists.allSatisfy({ !$0.isEmpty }) else { return }
    var places = [Int](repeating: 0, count: lists.count)
    for _ in 0..<Self.mostCombinations {
      var values: [String: JSONValue] = [:]
      for (index, name) in names.enumerated() { values[name] = lists[index][places[index]] }
      guard body(&self, values) else { return }
      guard let turned = lists.indices.last(where: { places[$0] + 1 < lists[$0].count }) else { return }
      places[turned] += 1
      for index in (turned + 1)..<max(turned + 1, lists.count) { places[index] = 0 }
    }
  }

  // MARK: - Files

  private func isFile(_ type: ParameterType) -> Bool {
    switch type {
    case .file, .folder: true
    case .either(let first, let second): isFile(first) || isFile(second)
    default: false
    }
  }

  /// Words that may stand in a path's place.
  private func words(of type: ParameterType) -> [String] {
    switch type {
    case .choice(let words): words
    case .either(let first, let second): words(of: first) + words(of: second)
    default: []
    }
  }

  /// The text with the config's folder in front, unless its axes give absolute paths, or words among them:
  /// the plan then makes paths of the others.
  private mutating func relative(
    _ text: String, _ names: [String], _ words: [String], _ node: ConfigNode, _ path: String
  ) -> JSONValue {
    if text.hasPrefix("/") { return node.value }
    var kinds: Set<Bool> = []
    var hasWord = false
    forEachCombination(of: text.hasPrefix("${") ? names : []) { _, values in
      let resolved = Interpolation.resolve(node.value, values).string ?? ""
      hasWord = hasWord || words.contains(resolved)
      if !words.contains(resolved) { kinds.insert(resolved.hasPrefix("/")) }
      return true
    }
    if hasWord { return node.value }
    if kinds.count == 2 {
      issues.add(node, path, expected: "paths that are all absolute or all relative")
    }
    return kinds.contains(true) ? node.value : .string("\(folder(of: node.position.file))/\(text)")
  }

  func absolute(_ path: String, near file: String) -> String {
    let joined = path.hasPrefix("/") ? path : "\(folder(of: file))/\(path)"
    return URL(fileURLWithPath: joined).standardizedFileURL.path
  }

  /// A path on the command line is relative to where one stands, all others to their config.
  private func folder(of file: String) -> String {
    file.hasPrefix("--set ")
      ? fileSystem.currentFolder
      : URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
  }

  mutating func note(file path: String, _ node: ConfigNode, field: String, isFolder: Bool) {
    files.append(NamedFile(path: path, node: node, field: field, isFolder: isFolder))
  }

  /// The files from this one on stand where one of some words might have stood.
  mutating func mayBeWords(_ words: [String], from first: Int) {
    for index in first..<files.count { files[index].words = words }
  }
}
