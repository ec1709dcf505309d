import Contracts
import Foundation

/// `--set path=value`: one value of the config replaced from the command line.
package struct Override: Sendable {
  package let path: String
  package let value: JSONValue
  private let text: String

  /// - Throws: `ConfigError` where there is no `=`. The value is JSON where it reads as JSON, else text.
  package init(_ argument: String) throws {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      throw ConfigError([
        ConfigIssue(at: nil, path: "--set", found: "\"\(argument)\"", expected: "path=value, as in seed=3")
      ])
    }
    path = String(argument[..<equals])
    text = argument
    let raw = String(argument[argument.index(after: equals)...])
    value = (try? JSONDecoder().decode(JSONValue.self, from: Data(raw.utf8))) ?? .string(raw)
  }

  /// - Throws: `ConfigError` where the path leads through something that is not there.
  func apply(to root: ConfigNode) throws -> ConfigNode {
    let steps = path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".").map(String.init)
    return try set(root, steps[...], walked: "")
  }

  private var position: Position { Position(file: "--set \(text)", line: 1, column: 1) }

  private func set(_ node: ConfigNode, _ steps: ArraySlice<String>, walked: String) throws -> ConfigNode {
    guard let step = steps.first else { return ConfigNode(value, at: position) }
    let here = walked.isEmpty ? step : "\(walked).\(step)"
    var copy = node
    switch node.content {
    case .object:
      let child = node[step] ?? ConfigNode(.object([]), at: position)
      copy.set(step, try set(child, steps.dropFirst(), walked: here), keyPosition: position)
    case .array(var items):
      guard let index = Self.index(of: step, in: items) else {
        throw missing(here, "an index below \(items.count)\(Self.names(items))")
      }
      items[index] = try set(items[index], steps.dropFirst(), walked: here)
      copy.content = .array(items)
    case .scalar(let value):
      throw missing(here, "a path into the config, but \(walked) is \(value.described)")
    }
    return copy
  }

  /// A list's element by number, or by its `id` or `name`.
  private static func index(of step: String, in items: [ConfigNode]) -> Int? {
    if let index = Int(step) { return items.indices.contains(index) ? index : nil }
    return items.firstIndex { ($0["id"] ?? $0["name"])?.value.string == step }
  }

  private static func names(_ items: [ConfigNode]) -> String {
    let names = items.compactMap { ($0["id"] ?? $0["name"])?.value.string }
    return names.isEmpty ? "" : " or one of " + names.joined(separator: ", ")
  }

  private func missing(_ path: String, _ expected: String) -> ConfigError {
    ConfigError([ConfigIssue(at: position, path: path, found: "no such place", expected: expected)])
  }
}
