import ConfigSupport
import Contracts
import Declarations
import Foundation
import Testing

/// A config with mistakes, and every word of what is said about them.
///
/// The table is in `Corpus/*.txt`, where neither JSON nor messages need escapes:
///
///     === an axis without a matrix
///     --- schema blind
///     --- config
///     {"name": "t", …}
///     --- error
///     c.json:1:15: …
///
/// Lists of all kinds that there are stand as `<kinds of init>`, `<kinds of figure>`, `<kinds of data>` and `<checks>`,
/// so that a new kind is no new text.
struct BadConfig: Sendable, CustomTestStringConvertible {
  /// What a schema can know of a mistake.
  enum Sight: String, Sendable {
    /// It stands in the file itself, in keys, types, words or ranges.
    case sees
    /// Ids, circles, files, other configs, axes: the validator's alone.
    case blind
    /// Not JSON.
    case unreadable
  }

  let title: String
  var schema = Sight.blind
  var environment: [String: String] = [:]
  var sets: [String] = []
  /// By name; `c.json` is the config itself.
  var files: [String: String] = [:]
  var error = ""

  var text: String { files["c.json"] ?? "" }
  var testDescription: String { title }

  static let all: [BadConfig] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted().flatMap { name in
      parse((try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? "")
    }
  }()

  private static func parse(_ text: String) -> [BadConfig] {
    text.components(separatedBy: "\n=== ").dropFirst().map { entry in
      let parts = entry.components(separatedBy: "\n--- ")
      var config = BadConfig(title: parts[0])
      for part in parts.dropFirst() { config.take(part) }
      return config
    }
  }

  /// Stages and figures are listed in the order of their catalogs, checks and data by name.
  static func listing(_ error: String) -> String {
    let lists = [
      ("<kinds of init>", grammar.stages.filter { $0.phase == .`init` }.map(\.kind)),
      ("<kinds of figure>", grammar.figures.map(\.kind)),
      ("<kinds of data>", grammar.data.map(\.kind).sorted()),
      ("<checks>", grammar.checks.map(\.name).sorted()),
      ("<architectures>", architectures), ("<keys of a tower of two>", keysOfATower),
    ]
    return lists.reduce(error) { $0.replacingOccurrences(of: $1.0, with: $1.1.joined(separator: ", ")) }
  }

  private static func type(of parameter: String, _ kind: String) -> ParameterType? {
    grammar.stages.first { $0.kind == kind }?.parameters.first { $0.name == parameter }?.type
  }

  private static var architectures: [String] {
    guard case .choice(let names)? = type(of: "architecture", "encoder") else { return [] }
    return names
  }

  private static var keysOfATower: [String] {
    guard case .ruled(let keys, _)? = type(of: "x", "dual-encoder") else { return [] }
    return keys.map(\.name).sorted()
  }

  private mutating func take(_ part: String) {
    let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let head = lines[0].split(separator: " ", maxSplits: 1).map(String.init)
    let body = lines.count > 1 ? lines[1] : ""
    let argument = head.count > 1 ? head[1] : ""
    switch head[0] {
    case "schema": schema = Sight(rawValue: argument) ?? .blind
    case "env":
      let pair = argument.split(separator: "=", maxSplits: 1).map(String.init)
      environment[pair[0]] = pair[1]
    case "set": sets.append(argument)
    case "file": files[argument] = body
    case "config": files["c.json"] = body
    case "error": error = Self.listing(body.trimmingCharacters(in: .newlines))
    default: Issue.record("\(title): no part called \(head[0])")
    }
  }
}
