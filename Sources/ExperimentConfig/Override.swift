import Declarations
import Foundation

/// An argument of `--set` that is neither `path=value` nor `path+=value`; a mistake on the command line.
package struct OverrideError: Failure {
  package let argument: String
  package var kind: FailureKind { .usage }
  package var message: String {
    "--set: found \"\(argument)\", expected path=value, as in seed=3 or stages.loss.with.batch=100, or "
      + "path+=value, as in matrix.seed+=[3,4]"
  }
}

/// `--set path=value`: one value of the config replaced from the command line; `--set path+=value`: a list of the
/// config made longer by a value, or by each value of a list.
package struct Override: Sendable {
  package let path: String
  private let steps: [String]
  private let appends: Bool
  private let text: String
  private let node: ConfigNode
  private let duplicates: [ConfigIssue]

  package var value: JSONValue { node.value }

  /// The value is JSON where it reads as JSON, else text. Where a text is wanted and JSON is a number, `true` or
  /// `false`, its spelling is that text: `name=2024`.
  /// - Throws: `OverrideError` where there is no path or no `=`.
  package init(_ argument: String) throws {
    guard let equals = argument.firstIndex(of: "=") else { throw OverrideError(argument: argument) }
    let target = argument[..<equals]
    appends = target.hasSuffix("+")
    path = String(appends ? target.dropLast() : target)
    // Where a step is in brackets, its digits are a number of the list, never an id.
    steps = path.replacingBytes("[", with: ".[").replacingBytes("]", with: "")
      .split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !steps.contains(where: { $0.isEmpty || $0 == "[" }) else { throw OverrideError(argument: argument) }
    text = "--set \(argument)"
    let raw = String(argument[argument.index(after: equals)...])
    let column = target.unicodeScalars.count + 2
    if let parsed = try? ParsedText([UInt8](raw.utf8), file: text, column: column) {
      node = Self.spelt(parsed.node, Array(raw.unicodeScalars), from: column)
      duplicates = parsed.duplicates
    } else {
      node = ConfigNode(.scalar(.string(raw)), at: Position(file: text, line: 1, column: column))
      duplicates = []
    }
  }

  /// The value's numbers and truth values with their spelling.
  private static func spelt(_ node: ConfigNode, _ raw: [Unicode.Scalar], from column: Int) -> ConfigNode {
    var copy = node
    switch node.content {
    case .scalar(.number), .scalar(.bool):
      let start = node.position.column - column
      guard node.position.line == 1, raw.indices.contains(start) else { return node }
      let ends = Set<Unicode.Scalar>([",", "]", "}", " ", "\t", "\n", "\r"])
      let spelling = raw[start...].prefix { !ends.contains($0) }
      copy.origin = .argument(String(String.UnicodeScalarView(spelling)))
    case .scalar: break
    case .array(let items): copy.content = .array(items.map { spelt($0, raw, from: column) })
    case .object(let members):
      copy.content = .object(
        members.map { member in
          var member = member
          member.node = spelt(member.node, raw, from: column)
          return member
        })
    }
    return copy
  }

  /// Adds to `issues` where the path leads through something that is not there.
  func apply(to root: ConfigNode, issues: inout IssueList) -> ConfigNode {
    for duplicate in duplicates { issues.add(duplicate) }
    if steps.first == "extends" {
      add(
        "extends", "\"extends\" on the command line", "\"extends\" in the config file, which is read first",
        to: &issues)
      return root
    }
    return set(root, steps[...], walked: "", issues: &issues)
  }

  private var position: Position { Position(file: text, line: 1, column: 1) }

  private func add(
    _ path: String, _ found: String, _ expected: String, _ suggestion: String? = nil,
    to issues: inout IssueList
  ) {
    issues.add(
      ConfigIssue(at: position, path: path, found: found, expected: expected, suggestion: suggestion))
  }

  private func set(
    _ node: ConfigNode, _ steps: ArraySlice<String>, walked: String, issues: inout IssueList
  ) -> ConfigNode {
    guard let spelt = steps.first else { return appends ? longer(node, walked, &issues) : self.node }
    let step = Self.name(of: spelt)
    let here = walked.isEmpty ? step : Int(step) == nil ? "\(walked).\(step)" : "\(walked)[\(step)]"
    var copy = node
    switch node.content {
    case .object:
      if appends, node[step] == nil {
        add(here, "no such key", "a list to append to; use \(path)=[…] to create one", to: &issues)
        return node
      }
      let child = node[step] ?? ConfigNode(.object([]), at: position)
      copy.set(
        step, set(child, steps.dropFirst(), walked: here, issues: &issues), keyPosition: position)
    case .array(var items):
      guard let index = Self.index(of: spelt, in: items) else {
        reportElement(step, in: items, walked: walked, here: here, issues: &issues)
        return node
      }
      items[index] = set(items[index], steps.dropFirst(), walked: here, issues: &issues)
      copy.content = .array(items)
    case .scalar:
      add(here, "\(walked), which is \(node.described)", "an object or a list there", to: &issues)
    }
    return copy
  }

  /// The list with the value, or each value of a list, behind what it has.
  private func longer(_ list: ConfigNode, _ walked: String, _ issues: inout IssueList) -> ConfigNode {
    guard case .array(let items) = list.content else {
      add(walked, list.described, "a list to append to; use \(path)=… to replace the value", to: &issues)
      return list
    }
    var copy = list
    copy.content = .array(items + (node.items ?? [node]))
    return copy
  }

  private static func name(of step: String) -> String {
    step.hasBytes(first: "[") ? step.droppingBytes(1) : step
  }

  /// A list's element by its `id` or `name`, which may be digits, else by number; in brackets by number first.
  private static func index(of step: String, in items: [ConfigNode]) -> Int? {
    let name = name(of: step)
    let byNumber = Int(name).flatMap { items.indices.contains($0) ? $0 : nil }
    let byName = items.firstIndex { ($0["id"] ?? $0["name"])?.text.map { $0.isExactly(name) } ?? false }
    return step.hasBytes(first: "[") ? byNumber ?? byName : byName ?? byNumber
  }

  private func reportElement(
    _ step: String, in items: [ConfigNode], walked: String, here: String, issues: inout IssueList
  ) {
    let names = items.compactMap { ($0["id"] ?? $0["name"])?.text }
    let indices = items.count == 1 ? "the index 0" : "an index from 0 to \(items.count - 1)"
    let expected =
      items.isEmpty
      ? "a list with elements"
      : names.isEmpty ? indices : "one of \(names.joined(separator: ", ")), or \(indices)"
    add(
      here, "no such element of \(walked)", expected, nearestName(to: step, among: names), to: &issues)
  }
}
