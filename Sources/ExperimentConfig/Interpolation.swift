import Declarations
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
