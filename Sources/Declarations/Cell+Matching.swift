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

/// Equal within 1e-12 of their size; NaN is NaN.
package func areEqual(_ a: Double, _ b: Double) -> Bool {
  if a == b || (a.isNaN && b.isNaN) { return true }
  return a.isFinite && b.isFinite && abs(a - b) <= 1e-12 * max(abs(a), abs(b))
}
