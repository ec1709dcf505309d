import Contracts
import Foundation

/// Checks nodes against parameter types and makes file names absolute; adds every problem it meets.
struct ParameterChecker {
  let axes: [Axis]
  /// What `table` may name.
  let tables: [String]
  let figures: [FigureSignature]
  var issues = IssueList()
  /// The config's `data` section, whose entries `inputs` and the like may name.
  var data: [String: ConfigNode] = [:]
  /// Files that a value names, after axes are resolved: checked for existence by the caller.
  private(set) var files: [(path: String, node: ConfigNode, field: String)] = []

  init(axes: [Axis], tables: [String] = [], figures: [FigureSignature] = []) {
    self.axes = axes
    self.tables = tables
    self.figures = figures
  }

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
    for member in members where member.key != "$comment" {
      if let parameter = parameters.first(where: { $0.name == member.key }) {
        result[member.key] = check(member.node, parameter.type, path: "\(path).\(member.key)")
      } else if !allowed.contains(member.key) {
        unknownKey(member, path: path, among: names + allowed)
      }
    }
    for parameter in parameters where parameter.isRequired && node[parameter.name] == nil {
      missingKey(parameter.name, node, path: path)
    }
    for rule in rules { check(rule, node, path: path) }
    return .object(result)
  }

  mutating func unknownKey(_ member: ConfigNode.Member, path: String, among names: [String]) {
    let list = names.isEmpty ? "no keys here" : "one of " + names.sorted().joined(separator: ", ")
    issues.add(
      ConfigIssue(
        at: member.keyPosition, path: path.isEmpty ? member.key : "\(path).\(member.key)",
        found: "an unknown key", expected: list, suggestion: nearestName(to: member.key, among: names)))
  }

  mutating func missingKey(_ name: String, _ node: ConfigNode, path: String) {
    issues.add(
      ConfigIssue(
        at: node.position, path: path.isEmpty ? name : "\(path).\(name)", found: "nothing",
        expected: "this key"))
  }

  private mutating func check(_ rule: ParameterRule, _ node: ConfigNode, path: String) {
    guard case .exactlyOne(let groups) = rule else { return }
    let keys = Set((node.members ?? []).map(\.key))
    let touched = groups.filter { !keys.isDisjoint(with: $0) }
    if touched.count == 1, keys.isSuperset(of: touched[0]) { return }
    let choices = groups.map { $0.joined(separator: " and ") }.joined(separator: ", or ")
    let found = groups.flatMap { $0 }.filter(keys.contains)
    issues.add(
      ConfigIssue(
        at: node.position, path: path,
        found: found.isEmpty ? "neither" : found.joined(separator: " and "), expected: "either \(choices)"))
  }

  /// Checks one value of whatever the axes may put in its place.
  mutating func check(_ node: ConfigNode, _ type: ParameterType, path: String) -> JSONValue {
    guard case .scalar(.string(let text)) = node.content, text.contains("${") else {
      return checkPlain(node, type, path: path)
    }
    let names = Interpolation.references(in: text).map(\.name)
    for name in names where !axes.contains(where: { $0.name == name }) {
      issues.add(
        node, path, expected: "an axis of the matrix in ${…}", found: "${\(name)}",
        suggestion: nearestName(to: name, among: axes.map(\.name)))
      return node.value
    }
    var relative = node.value
    for values in combinations(of: Array(Set(names)).sorted()) {
      let resolved = ConfigNode(Interpolation.resolve(node.value, values), at: node.position)
      let before = issues.issues.count
      _ = checkPlain(resolved, type, path: path)
      if issues.issues.count > before { break }
    }
    if case .file = type { relative = .string(Self.absolute(text, near: node.position.file)) }
    return relative
  }

  private func combinations(of names: [String]) -> [[String: JSONValue]] {
    names.reduce([[:]]) { partial, name in
      let values = axes.first { $0.name == name }?.values ?? []
      return partial.flatMap { base in values.map { base.merging([name: $0]) { _, new in new } } }
    }
  }

  static func absolute(_ path: String, near file: String) -> String {
    if path.hasPrefix("/") || path.hasPrefix("${") { return path }
    let folder =
      file.hasPrefix("--set")
      ? FileManager.default.currentDirectoryPath
      : URL(fileURLWithPath: file).deletingLastPathComponent().path
    return URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
      .standardizedFileURL.path
  }

  mutating func note(file path: String, _ node: ConfigNode, field: String) {
    files.append((path, node, field))
  }
}
