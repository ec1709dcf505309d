/// One leaf by which two JSON values differ.
package struct JSONDifference: Sendable, Equatable {
  /// `with.temperature[0]`, `files.path.digest`, `inputs[0]`.
  package let path: String
  package let before: JSONValue?
  package let now: JSONValue?

  /// Every leaf in which the values differ, in alphabetical order.
  package static func between(_ before: JSONValue, _ now: JSONValue) -> [JSONDifference] {
    differences(before, now, path: "")
  }

  private static func differences(_ a: JSONValue?, _ b: JSONValue?, path: String) -> [JSONDifference] {
    if a == b { return [] }
    if let left = a?.object, let right = b?.object {
      return Set(left.keys).union(right.keys).sorted().flatMap { key in
        differences(left[key], right[key], path: member(key, of: path))
      }
    }
    if let left = a?.array, let right = b?.array, left.count == right.count {
      return left.indices.flatMap { differences(left[$0], right[$0], path: element($0, of: path)) }
    }
    return [JSONDifference(path: path, before: a, now: b)]
  }

  private static func member(_ key: String, of path: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  private static func element(_ index: Int, of path: String) -> String { "\(path)[\(index)]" }

  /// `now`, with the leaves of these paths as they were `before`: keys that were not there are taken away, and those that
  /// are gone come back.
  package static func merged(_ before: JSONValue, _ now: JSONValue, taking paths: Set<ExactString>)
    -> JSONValue
  {
    merged(before, now, paths, path: "") ?? .null
  }

  private static func merged(_ a: JSONValue?, _ b: JSONValue?, _ paths: Set<ExactString>, path: String)
    -> JSONValue?
  {
    if a == b { return b }
    if let left = a?.object, let right = b?.object {
      let keys = Set(left.keys).union(right.keys)
      let members = keys.compactMap { key in
        merged(left[key], right[key], paths, path: member(key, of: path)).map { (key, $0) }
      }
      return .object(Dictionary(members, uniquingKeysWith: { first, _ in first }))
    }
    if let left = a?.array, let right = b?.array, left.count == right.count {
      return .array(
        left.indices.map { merged(left[$0], right[$0], paths, path: element($0, of: path)) ?? .null })
    }
    return paths.contains(ExactString(path)) ? a : b
  }

  /// `from 1 to 2`; digests and long values are shortened.
  package var change: String { "from \(Self.text(before)) to \(Self.text(now))" }

  private static func text(_ value: JSONValue?) -> String {
    guard let value else { return "no value" }
    if let text = value.string, text.count == 64, text.allSatisfy(\.isHexDigit) {
      return String(text.prefix(12))
    }
    let spelled = value.canonical
    return spelled.count > 120 ? String(spelled.prefix(117)) + "…" : spelled
  }
}
