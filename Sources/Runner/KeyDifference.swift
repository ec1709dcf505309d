import Declarations

/// One value by which two key trees differ.
package struct KeyDifference: Sendable, Equatable {
  /// `with.temperature[0]`, `files.path.digest`, `inputs[0]`.
  package let path: String
  package let before: JSONValue?
  package let now: JSONValue?

  /// Every leaf in which the trees differ, in alphabetical order.
  package static func between(_ before: JSONValue, _ now: JSONValue) -> [KeyDifference] {
    differences(before, now, path: "")
  }

  private static func differences(_ a: JSONValue?, _ b: JSONValue?, path: String) -> [KeyDifference] {
    if a == b { return [] }
    if let left = a?.object, let right = b?.object {
      return Set(left.keys).union(right.keys).sorted().flatMap { key in
        differences(left[key], right[key], path: path.isEmpty ? key : "\(path).\(key)")
      }
    }
    if let left = a?.array, let right = b?.array, left.count == right.count {
      return left.indices.flatMap { differences(left[$0], right[$0], path: "\(path)[\($0)]") }
    }
    return [KeyDifference(path: path, before: a, now: b)]
  }

  package var message: String {
    let field = path.split(separator: "[").first.map(String.init) ?? path
    switch field {
    case "numerics": return "the numeric policy changed, from \(Self.text(before)) to \(Self.text(now))"
    case "version":
      return "the stage's own code changed, from version \(Self.text(before)) to \(Self.text(now))"
    case "inputs": return "its input changed, from \(Self.text(before)) to \(Self.text(now))"
    case _ where field.hasPrefix("files."):
      return "the content of its data file changed, from \(Self.text(before)) to \(Self.text(now))"
    default: return "\(path) changed, from \(Self.text(before)) to \(Self.text(now))"
    }
  }

  private static func text(_ value: JSONValue?) -> String {
    guard let value else { return "no value" }
    if let text = value.string, text.count == 64, text.allSatisfy(\.isHexDigit) {
      return String(text.prefix(12))
    }
    let spelled = value.canonical
    return spelled.count > 120 ? String(spelled.prefix(117)) + "…" : spelled
  }
}
