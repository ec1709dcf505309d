import Declarations

/// Columns, and the values that a row must have in them.
struct RowSelection: Decodable, Sendable {
  let columns: [(name: String, values: [JSONValue])]

  init(from decoder: any Decoder) throws {
    let members = try decoder.singleValueContainer().decode([String: JSONValue].self)
    columns = members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.array ?? [$0.value]) }
  }

  /// `group = White, delta = 0 or -0.2`; "any value" of no column.
  var described: String {
    if columns.isEmpty { return "any value" }
    return columns.map { column in
      "\(column.name) = \(column.values.map { $0.string ?? $0.canonical }.joined(separator: " or "))"
    }.joined(separator: ", ")
  }
}
