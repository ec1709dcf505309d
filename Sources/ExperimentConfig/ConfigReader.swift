import Declarations
import Foundation

/// Reads a config file into nodes: size limit, syntax, duplicate keys, `extends`.
struct ConfigReader {
  /// A config is written by hand; anything larger is some other file.
  static let largestFile = 8 << 20
  static let longestChain = 16

  private let environment: EnvironmentInterpolation
  private let files: FileSystem
  private(set) var issues = IssueList()

  init(environment: EnvironmentInterpolation, files: FileSystem) {
    self.environment = environment
    self.files = files
  }

  /// The file's node, over those it extends; duplicate keys are among `issues`.
  /// - Throws: `ConfigError`: unreadable, too large, not JSON, a circle of `extends`.
  mutating func read(_ path: String) throws -> ConfigNode {
    do {
      return try chain(path, from: nil, visited: [])
    } catch let error as ConfigError {
      for issue in error.issues { issues.add(issue) }
      throw ConfigError(issues.sorted)
    }
  }

  private mutating func chain(
    _ path: String, from origin: ConfigNode?, visited: [(absolute: String, shown: String)]
  ) throws -> ConfigNode {
    let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
    if let index = visited.firstIndex(where: { $0.absolute == absolute }) {
      let names = visited[index...].map(\.shown) + [path]
      throw Self.refusal(
        path, origin, "a circle: \(names.joined(separator: " → "))", "a config that does not extend itself")
    }
    guard visited.count < Self.longestChain else {
      throw Self.refusal(
        path, origin, "more than \(Self.longestChain) configs that extend each other",
        "at most \(Self.longestChain)")
    }
    var node = try parse(absolute, shownAs: path, from: origin)
    guard let given = node["extends"] else { return node }
    node.remove("extends")
    let base = environment.apply(to: given, path: "extends", issues: &issues)
    guard let name = base.text, !name.isEmpty, !name.contains("\0") else {
      issues.add(base, "extends", expected: "the path of another config")
      return node
    }
    let folder = (path as NSString).deletingLastPathComponent
    let target = name.hasPrefix("/") ? name : (folder as NSString).appendingPathComponent(name)
    let extended = try chain(target, from: base, visited: visited + [(absolute, path)])
    return node.merged(over: extended, issues: &issues)
  }

  private mutating func parse(_ path: String, shownAs shown: String, from origin: ConfigNode?) throws
    -> ConfigNode
  {
    let bytes = try bytes(of: path, shownAs: shown, from: origin)
    let text: ParsedText
    do {
      text = try ParsedText(bytes, file: shown)
    } catch let broken as ParsedText.Broken {
      if let origin { throw Self.noConfig("text that is not JSON", at: broken.issue.position, from: origin) }
      for duplicate in broken.duplicates { issues.add(duplicate) }
      throw ConfigError([broken.issue])
    }
    let node = text.node
    if let origin { try Self.requireConfig(node, file: shown, from: origin) }
    for duplicate in text.duplicates { issues.add(duplicate) }
    guard node.members != nil else {
      throw ConfigError([
        ConfigIssue(
          at: node.position, path: "", found: node.described,
          expected: "an experiment, which is a JSON object")
      ])
    }
    return node
  }

  /// A config may name any file that its user may read, so of one that is no config nothing is told but where it
  /// ceases to be one.
  private static func noConfig(_ found: String, at position: Position?, from origin: ConfigNode)
    -> ConfigError
  {
    ConfigError([
      ConfigIssue(
        at: position, path: "", found: found,
        expected: "a config, because \(origin.position.file) extends this file")
    ])
  }

  private static func requireConfig(_ node: ConfigNode, file: String, from origin: ConfigNode) throws {
    let start = Position(file: file, line: 1, column: 1)
    guard let members = node.members else {
      throw noConfig("JSON that is not an object", at: start, from: origin)
    }
    guard members.isEmpty || members.contains(where: { Grammar.topLevelKeys.contains($0.key) }) else {
      throw noConfig("an object without any of a config's keys", at: start, from: origin)
    }
  }

  private static func refusal(_ shown: String, _ origin: ConfigNode?, _ found: String, _ expected: String)
    -> ConfigError
  {
    ConfigError([
      ConfigIssue(
        at: origin?.position ?? Position(file: shown, line: 1, column: 1),
        path: origin == nil ? "" : "extends", found: found, expected: expected)
    ])
  }

  private func bytes(of path: String, shownAs shown: String, from origin: ConfigNode?) throws -> [UInt8] {
    func refusal(_ found: String) -> ConfigError {
      Self.refusal(shown, origin, found, "the config of an experiment")
    }
    let entry = files.entry(path)
    // A config may come through a stream that is open already, as a shell's `<(…)` is; for a pipe in the file system
    // one could wait for ever.
    let isStream = origin == nil && DataFilePath.openDescriptor(path) != nil
    switch entry?.kind {
    case nil: throw refusal("no file \(shown)")
    case .folder: throw refusal("the folder \(shown)")
    case .other where !isStream: throw refusal("\(shown), which is not a regular file")
    case .file, .other: break
    }
    guard entry?.isReadable == true else { throw refusal("\(shown), which this user is not allowed to read") }
    guard let bytes = try? files.beginning(path, Self.largestFile + 1) else {
      throw refusal("\(shown), which cannot be read")
    }
    guard bytes.count <= Self.largestFile else {
      throw Self.refusal(
        shown, origin, "a file of more than \(Self.largestFile >> 20) MB",
        "a config of at most \(Self.largestFile >> 20) MB")
    }
    return bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
  }
}
