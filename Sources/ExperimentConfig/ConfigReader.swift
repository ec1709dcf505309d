import Declarations
import Foundation

/// Reads a config file into nodes: size limit, syntax, duplicate keys, `extends`.
struct ConfigReader {
  /// A config is written by hand; anything larger is some other file.
  static let largestFile = 8 << 20
  static let longestChain = 16

  private let environment: EnvironmentInterpolation
  private(set) var issues = IssueList()

  init(environment: EnvironmentInterpolation) { self.environment = environment }

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
    let bytes = try Self.bytes(of: path, shownAs: shown, from: origin)
    var scanner = JSONScanner(bytes, file: shown)
    let (shape, value): (JSONScanner.Shape, JSONValue)
    do {
      (shape, value) = (try scanner.scan(), try Self.decode(bytes, file: shown))
    } catch let error as ConfigError {
      if let origin {
        throw Self.noConfig("text that is not JSON", at: error.issues.first?.position, from: origin)
      }
      for duplicate in scanner.duplicates { issues.add(duplicate) }
      throw error
    }
    if let origin { try Self.requireConfig(value, file: shown, from: origin) }
    for duplicate in scanner.duplicates { issues.add(duplicate) }
    let node = ConfigNode(value: value, shape: shape)
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

  private static func requireConfig(_ value: JSONValue, file: String, from origin: ConfigNode) throws {
    let start = Position(file: file, line: 1, column: 1)
    guard let members = value.object else {
      throw noConfig("JSON that is not an object", at: start, from: origin)
    }
    guard members.isEmpty || Grammar.topLevelKeys.contains(where: { members[$0] != nil }) else {
      throw noConfig("an object without any of a config's keys", at: start, from: origin)
    }
  }

  private static func decode(_ bytes: [UInt8], file: String) throws -> JSONValue {
    do {
      return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw ConfigError([
        ConfigIssue(
          at: Position(file: file, line: 1, column: 1), path: "", found: "text that is not JSON",
          expected: "a JSON object")
      ])
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

  private static func bytes(of path: String, shownAs shown: String, from origin: ConfigNode?) throws
    -> [UInt8]
  {
    let wanted = "the config of an experiment"
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw refusal(shown, origin, "no file \(shown)", wanted)
    }
    guard !isFolder.boolValue else { throw refusal(shown, origin, "the folder \(shown)", wanted) }
    // A config may come through a stream that is open already, as a shell's `<(…)` is; for a pipe in the file system
    // one could wait for ever.
    guard DataFilePath.isRegular(path) || origin == nil && DataFilePath.openDescriptor(path) != nil else {
      throw refusal(shown, origin, "\(shown), which is not a regular file", wanted)
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw refusal(shown, origin, "\(shown), which this user is not allowed to read", wanted)
    }
    defer { try? handle.close() }
    var data = Data()
    do {
      while data.count <= largestFile, let more = try handle.read(upToCount: largestFile + 1 - data.count),
        !more.isEmpty
      {
        data += more
      }
    } catch {
      throw refusal(shown, origin, "\(shown), which cannot be read", wanted)
    }
    guard data.count <= largestFile else {
      throw refusal(
        shown, origin, "a file of more than \(largestFile >> 20) MB",
        "a config of at most \(largestFile >> 20) MB")
    }
    return data.starts(with: [0xef, 0xbb, 0xbf]) ? [UInt8](data.dropFirst(3)) : [UInt8](data)
  }
}

extension ConfigNode {
  /// What JSONDecoder decoded, with the places that the scanner found.
  init(value: JSONValue, shape: JSONScanner.Shape) {
    switch (shape, value) {
    case (.array(let position, let shapes), .array(let values)):
      self.init(.array(zip(values, shapes).map { ConfigNode(value: $0, shape: $1) }), at: position)
    case (.object(let position, let members), .object(let values)):
      var seen: Set<String> = []
      let unique = members.filter { seen.insert($0.key).inserted }
      self.init(
        .object(
          unique.map {
            Member(
              key: $0.key, keyPosition: $0.keyPosition,
              node: ConfigNode(value: values[$0.key] ?? .null, shape: $0.shape))
          }), at: position)
    // Only behind a duplicate key, which is an error already, may text and value differ in shape.
    case (.scalar(let position), _), (.array(let position, _), _), (.object(let position, _), _):
      self.init(value, at: position)
    }
  }
}
