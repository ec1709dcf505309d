import Foundation

/// Any JSON value. Numbers are doubles, so that `1` and `1.0` are one value everywhere; texts are equal where
/// their bytes are.
package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

extension JSONValue: Hashable {
  package static func == (a: JSONValue, b: JSONValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.isExactly(right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.allSatisfy { key, value in
          guard let index = right.index(forKey: key) else { return false }
          return right[index].key.isExactly(key) && right[index].value == value
        }
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let flag): hasher.combine(flag)
    case .number(let number): hasher.combine(number)
    case .string(let text): hasher.combine(text)
    case .array(let items): hasher.combine(items)
    case .object(let members): hasher.combine(members)
    }
  }
}

extension JSONValue: Codable {
  package init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if let number = try? single.decode(Double.self) {
      self = .number(number)
    } else if let text = try? single.decode(String.self) {
      self = .string(text)
    } else if single.decodeNil() {
      self = .null
    } else if let flag = try? single.decode(Bool.self) {
      self = .bool(flag)
    } else if let items = try? single.decode([JSONValue].self) {
      self = .array(items)
    } else {
      self = .object(try single.decode([String: JSONValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var single = encoder.singleValueContainer()
    switch self {
    case .null: try single.encodeNil()
    case .bool(let flag): try single.encode(flag)
    case .number(let number): try single.encode(number)
    case .string(let text): try single.encode(text)
    case .array(let items): try single.encode(items)
    case .object(let members): try single.encode(members)
    }
  }
}

extension JSONValue {
  package subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { return members[key] }
    return nil
  }

  package var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  package var number: Double? {
    if case .number(let number) = self { return number }
    return nil
  }

  /// The number as an integer, where it is one that a double holds exactly.
  package var integer: Int? {
    guard let number, number == number.rounded(), abs(number) <= 9_007_199_254_740_992 else { return nil }
    return Int(number)
  }

  package var bool: Bool? {
    if case .bool(let flag) = self { return flag }
    return nil
  }

  package var array: [JSONValue]? {
    if case .array(let items) = self { return items }
    return nil
  }

  package var object: [String: JSONValue]? {
    if case .object(let members) = self { return members }
    return nil
  }

  /// What an error message calls it: `the string "3"`, `a list of 2`.
  package var described: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number: canonical
    case .string(let text):
      text.utf8.count > 100
        ? "the string \(JSONValue.string(String(text.prefix(60))).canonical)…" : "the string \(canonical)"
    case .array(let items): items.isEmpty ? "an empty list" : "a list of \(items.count)"
    case .object(let members): members.isEmpty ? "an empty object" : "an object"
    }
  }
}
