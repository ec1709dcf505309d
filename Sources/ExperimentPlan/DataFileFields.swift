import Declarations

/// Where a stage's parameters name files, at any depth.
enum DataFileFields {
  /// The value with each file's path replaced by what `change` makes of it.
  static func map(
    _ value: JSONValue, _ parameters: [Parameter], prefix: String = "",
    _ change: (_ field: String, _ path: String) throws -> String
  ) rethrows -> JSONValue {
    guard case .object(var members) = value else { return value }
    for parameter in parameters {
      guard let given = members[parameter.name] else { continue }
      members[parameter.name] = try map(given, parameter.type, prefix + parameter.name, change)
    }
    return .object(members)
  }

  private static func map(
    _ value: JSONValue, _ type: ParameterType, _ field: String, _ change: (String, String) throws -> String
  ) rethrows -> JSONValue {
    switch (type, value) {
    case (.file, .string(let path)): return .string(try change(field, path))
    case (.object(let parameters), _), (.ruled(let parameters, _), _):
      return try map(value, parameters, prefix: "\(field).", change)
    case (.tagged(let kinds), _):
      return try map(value, value["kind"]?.string.flatMap { kinds[$0] } ?? [], prefix: "\(field).", change)
    case (.list(let element, _, _), .array(let items)), (.oneOrMany(let element), .array(let items)):
      return .array(try items.enumerated().map { try map($1, element, "\(field).\($0)", change) })
    case (.either(.choice(let words), _), .string(let word)) where words.contains(word): return value
    case (.either(_, .choice(let words)), .string(let word)) where words.contains(word): return value
    case (.either(let first, let second), _):
      return try map(map(value, first, field, change), first.namesFiles ? .boolean : second, field, change)
    default: return value
    }
  }

  /// The value without what stands at `field`: `weights`, `x.weights`, `paths.0`.
  static func removing(_ field: String, from value: JSONValue) -> JSONValue {
    removing(field.split(separator: ".").map(String.init)[...], from: value)
  }

  private static func removing(_ steps: ArraySlice<String>, from value: JSONValue) -> JSONValue {
    guard let step = steps.first else { return .null }
    switch value {
    case .object(var members):
      members[step] = steps.count == 1 ? nil : members[step].map { removing(steps.dropFirst(), from: $0) }
      return .object(members)
    case .array(var items):
      guard let index = Int(step), items.indices.contains(index) else { return value }
      items[index] = removing(steps.dropFirst(), from: items[index])
      return .array(items)
    default: return value
    }
  }
}

extension ParameterType {
  /// Whether a string of this type is a path.
  fileprivate var namesFiles: Bool {
    switch self {
    case .file: true
    case .either(let first, let second): first.namesFiles || second.namesFiles
    default: false
    }
  }
}
