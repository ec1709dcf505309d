import Contracts
import Foundation

/// Reads a config file into nodes: size limit, syntax, duplicate keys, `extends`.
package struct ConfigReader {
  /// A config is written by hand; anything larger is some other file.
  static let largestFile = 8 << 20
  static let longestChain = 16

  private var issues = IssueList()

  package init() {}

  /// - Throws: `ConfigError`: unreadable, too large, not JSON, duplicate keys, a circle of `extends`.
  package mutating func read(_ path: String) throws -> ConfigNode {
    let node = try chain(path, shownAs: path, from: nil, visited: [])
    try issues.throwIfAny()
    return node
  }

  private mutating func chain(
    _ path: String, shownAs shown: String, from origin: ConfigNode?, visited: [String]
  ) throws -> ConfigNode {
    let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
    guard !visited.contains(absolute), visited.count < Self.longestChain else {
      throw ConfigError([
        ConfigIssue(
          at: origin?.position, path: "extends", found: "a circle: \(shown) extends itself",
          expected: "a config that does not lead back here")
      ])
    }
    var node = try parse(absolute, shownAs: shown, from: origin)
    guard let base = node["extends"] else { return node }
    guard let name = base.value.string else {
      issues.add(base, "extends", expected: "the path of another config")
      return node
    }
    let folder = (shown as NSString).deletingLastPathComponent
    let target = name.hasPrefix("/") ? name : (folder as NSString).appendingPathComponent(name)
    node.remove("extends")
    return node.merged(over: try chain(target, shownAs: target, from: base, visited: visited + [absolute]))
  }

  private mutating func parse(_ path: String, shownAs shown: String, from origin: ConfigNode?) throws
    -> ConfigNode
  {
    let bytes = try Self.bytes(of: path, shownAs: shown, from: origin)
    var scanner = JSONScanner(bytes, file: shown)
    let shape = try scanner.scan()
    for duplicate in scanner.duplicates { issues.add(duplicate) }
    let value: JSONValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw ConfigError([
        ConfigIssue(
          at: Position(file: shown, line: 1, column: 1), path: "", found: "text that is not JSON",
          expected: "a JSON object")
      ])
    }
    let node = ConfigNode(value: value, shape: shape)
    guard node.members != nil else {
      throw ConfigError([
        ConfigIssue(
          at: node.position, path: "", found: value.described, expected: "an experiment, a JSON object")
      ])
    }
    return node
  }

  private static func bytes(of path: String, shownAs shown: String, from origin: ConfigNode?) throws
    -> [UInt8]
  {
    func refusal(_ found: String, _ expected: String) -> ConfigError {
      ConfigError([
        ConfigIssue(
          at: origin?.position ?? Position(file: shown, line: 1, column: 1),
          path: origin == nil ? "" : "extends",
          found: found, expected: expected)
      ])
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw refusal("no file \(shown)", "an experiment's config")
    }
    guard !isFolder.boolValue else { throw refusal("a folder", "an experiment's config") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw refusal("a file that may not be read", "an experiment's config")
    }
    defer { try? handle.close() }
    let data = (try? handle.read(upToCount: largestFile + 1)) ?? Data()
    guard data.count <= largestFile else {
      throw refusal("more than \(largestFile >> 20) MB", "a config of at most \(largestFile >> 20) MB")
    }
    let bytes = [UInt8](data)
    return bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
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
    case (.scalar(let position), _), (.array(let position, _), _), (.object(let position, _), _):
      self.init(.scalar(value), at: position)
    }
  }
}
