import Contracts
import Foundation

/// `${axis}` in a config's strings: a whole string keeps the axis value's type, inside a longer
/// string it is text.
package enum Interpolation {
  package typealias Reference = (name: String, range: Range<String.Index>)

  /// The axes that a value names anywhere inside it.
  package static func axes(in value: JSONValue) -> Set<String> {
    switch value {
    case .string(let text): Set(references(in: text).map(\.name))
    case .array(let items): items.reduce(into: []) { $0.formUnion(axes(in: $1)) }
    case .object(let members): members.values.reduce(into: []) { $0.formUnion(axes(in: $1)) }
    default: []
    }
  }

  /// `value` with every `${axis}` replaced.
  package static func resolve(_ value: JSONValue, _ axes: [String: JSONValue]) -> JSONValue {
    switch value {
    case .string(let text): resolve(text, axes)
    case .array(let items): .array(items.map { resolve($0, axes) })
    case .object(let members): .object(members.mapValues { resolve($0, axes) })
    default: value
    }
  }

  private static func resolve(_ text: String, _ axes: [String: JSONValue]) -> JSONValue {
    let found = references(in: text)
    guard let first = found.first else { return .string(text) }
    if first.range == text.startIndex..<text.endIndex { return axes[first.name] ?? .string(text) }
    var result = ""
    var end = text.startIndex
    for reference in found {
      result += text[end..<reference.range.lowerBound]
      result += axes[reference.name].map(plain) ?? String(text[reference.range])
      end = reference.range.upperBound
    }
    return .string(result + text[end...])
  }

  /// How an axis value reads inside text: strings bare, everything else canonical.
  package static func plain(_ value: JSONValue) -> String { value.string ?? value.canonical }

  /// Every `${…}` of the text, outermost only: in `${env:A:-${b}}` the default holds another.
  package static func references(in text: String) -> [Reference] {
    var found: [Reference] = []
    var start = text.startIndex
    while let open = text.range(of: "${", range: start..<text.endIndex) {
      guard let close = closingBrace(of: text, after: open.upperBound) else { break }
      let end = text.index(after: close)
      found.append((String(text[open.upperBound..<close]), open.lowerBound..<end))
      start = end
    }
    return found
  }

  /// Whether a `${` in the text is never closed.
  static func hasOpenReference(_ text: String) -> Bool {
    let rest = references(in: text).last.map { text[$0.range.upperBound...] } ?? text[...]
    return rest.contains("${")
  }

  private static func closingBrace(of text: String, after start: String.Index) -> String.Index? {
    var depth = 0
    var index = start
    while index < text.endIndex {
      switch text[index] {
      case "}" where depth == 0: return index
      case "}": depth -= 1
      case "{" where text[..<index].last == "$": depth += 1
      default: break
      }
      index = text.index(after: index)
    }
    return nil
  }
}

/// `${env:NAME}` and `${env:NAME:-default}`, replaced once, when a config is read. As in a shell, the
/// default stands for a variable that is not set or empty.
struct EnvironmentInterpolation {
  let variables: [String: String]

  func apply(to node: ConfigNode, path: String = "", issues: inout IssueList) -> ConfigNode {
    var found = issues
    issues = IssueList()
    let result = node.mapStrings(path: path) { text, place, path in
      let references = Interpolation.references(in: text).filter { $0.name.hasPrefix("env:") }
      guard !references.isEmpty else { return nil }
      var changed = text
      var isComplete = true
      for reference in references.reversed() {
        guard let value = value(of: reference.name) else {
          isComplete = false
          continue
        }
        changed.replaceSubrange(reference.range, with: value)
      }
      if !isComplete {
        for reference in references where value(of: reference.name) == nil {
          found.add(Self.unset(Self.split(reference.name).name, place, path))
        }
        found.settle(place.position)
      }
      var replaced = place
      replaced.content = .scalar(.string(changed))
      replaced.origin = .environment(text)
      return replaced
    }
    issues = found
    return result
  }

  /// A default may name variables in turn.
  private func resolve(_ text: String, depth: Int) -> String? {
    guard depth < Self.deepest else { return nil }
    var result = text
    for reference in Interpolation.references(in: text).reversed() where reference.name.hasPrefix("env:") {
      guard let value = value(of: reference.name, depth: depth + 1) else { return nil }
      result.replaceSubrange(reference.range, with: value)
    }
    return result
  }

  private static let deepest = 8

  private func value(of reference: String, depth: Int = 0) -> String? {
    let parts = Self.split(reference)
    let name = parts.name
    let fallback = parts.fallback.flatMap { resolve($0, depth: depth) }
    guard let value = variables[name], !name.isEmpty else { return fallback }
    return value.isEmpty ? fallback ?? value : value
  }

  private static func unset(_ name: String, _ place: ConfigNode, _ path: String) -> ConfigIssue {
    guard !name.isEmpty else {
      return ConfigIssue(
        at: place.position, path: path, found: "${env:}", expected: "the name of an environment variable")
    }
    return ConfigIssue(
      at: place.position, path: path, found: "${env:\(name)}, which is not set",
      expected: "the environment variable \(name), or a default: ${env:\(name):-default}")
  }

  private static func split(_ reference: String) -> (name: String, fallback: String?) {
    let body = reference.dropFirst("env:".count)
    guard let separator = body.range(of: ":-") else { return (String(body), nil) }
    return (String(body[..<separator.lowerBound]), String(body[separator.upperBound...]))
  }
}
