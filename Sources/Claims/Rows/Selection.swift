import Contracts
import Declarations

/// Columns and the values that a row must have in them: the `where` of a claim or a figure.
package typealias Selection = [String: [JSONValue]]

/// The selection that a JSON object spells: each member a value, or a list of values.
package func selection(_ json: JSONValue?) -> Selection {
  (json?.object ?? [:]).mapValues { $0.array ?? [$0] }
}

/// Both selections at once; where both name a column, `narrower` decides.
package func merging(_ selection: Selection, _ narrower: Selection) -> Selection {
  selection.merging(narrower) { $1 }
}

extension Cell {
  /// Whether the cell is this value of a config; numbers are equal within 1e-12 of their size, and `"nan"` is a
  /// number that is none. Where a column holds texts, too, a number stands in it as `plain` or the config spells it.
  package func matches(_ value: JSONValue) -> Bool {
    switch value {
    case .number(let wanted):
      number.map { areEqual($0, wanted) }
        ?? (plain == value.canonical || plain == "\(wanted)" && !isWhole(wanted))
    case .string(let wanted): plain.isExactly(wanted)
    case .bool(let wanted): plain == (wanted ? "true" : "false")
    case .null, .array, .object: false
    }
  }
}

private func isWhole(_ number: Double) -> Bool { number.rounded() == number }

func areEqual(_ a: Double, _ b: Double) -> Bool {
  if a == b || (a.isNaN && b.isNaN) { return true }
  return a.isFinite && b.isFinite && abs(a - b) <= 1e-12 * max(abs(a), abs(b))
}

/// `temperature = 0.01, modality = x or y`, in alphabetical order.
package func describe(_ selection: Selection) -> String {
  selection.sorted { $0.key < $1.key }.map { column, values in
    "\(column) = \(values.map { $0.string ?? $0.canonical }.joined(separator: " or "))"
  }.joined(separator: ", ")
}
