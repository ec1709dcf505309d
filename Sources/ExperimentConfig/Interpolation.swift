import Contracts
import Foundation

/// `${axis}` in a config's strings: a whole string keeps the axis value's type, inside a longer
/// string it is text.
package enum Interpolation {
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
    if found.count == 1, first.range == text.startIndex..<text.endIndex {
      return axes[first.name] ?? .string(text)
    }
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

  package static func references(in text: String) -> [(name: String, range: Range<String.Index>)] {
    guard text.contains("${") else { return [] }
    var found: [(String, Range<String.Index>)] = []
    var rest = text.startIndex..<text.endIndex
    while let open = text.range(of: "${", range: rest),
      let close = text.range(of: "}", range: open.upperBound..<text.endIndex)
    {
      found.append((String(text[open.upperBound..<close.lowerBound]), open.lowerBound..<close.upperBound))
      rest = close.upperBound..<text.endIndex
    }
    return found
  }
}

/// `${env:NAME}` and `${env:NAME:-default}`, replaced once, when a config is read.
struct EnvironmentInterpolation {
  let environment: [String: String]

  func apply(to node: ConfigNode, path: String = "", issues: inout IssueList) -> ConfigNode {
    var found = issues
    let result = node.mapStrings { text, position in
      var changed = text
      for reference in Interpolation.references(in: text).reversed() where reference.name.hasPrefix("env:") {
        let (name, fallback) = Self.split(reference.name)
        if let value = environment[name] ?? fallback {
          changed.replaceSubrange(reference.range, with: value)
        } else {
          found.add(
            ConfigIssue(
              at: position, path: path, found: "${env:\(name)}, which is not set",
              expected: "the environment variable \(name), or a default: ${env:\(name):-default}"))
        }
      }
      return (changed, changed != text)
    }
    issues = found
    return result
  }

  private static func split(_ reference: String) -> (name: String, fallback: String?) {
    let body = reference.dropFirst("env:".count)
    guard let separator = body.range(of: ":-") else { return (String(body), nil) }
    return (String(body[..<separator.lowerBound]), String(body[separator.upperBound...]))
  }
}
