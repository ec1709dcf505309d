/// How far two numbers may be apart: |a − b| ≤ absolute + relative·max(|a|, |b|).
package struct Tolerance: Sendable, Equatable {
  package var relative: Double
  package var absolute: Double

  package init(relative: Double = 0, absolute: Double = 0) {
    self.relative = relative
    self.absolute = absolute
  }

  /// Equal numbers are no distance apart, two NaNs and two infinities of one sign among them; nothing else is near
  /// what is not finite.
  package func accepts(_ a: Double, _ b: Double) -> Bool {
    a == b || (a.isNaN && b.isNaN) || accepts(a, b, distance: abs(a - b))
  }

  /// The same of two that are not equal.
  func accepts(_ a: Double, _ b: Double, distance: Double) -> Bool {
    guard a.isFinite, b.isFinite else { return false }
    return distance <= absolute + relative * max(abs(a), abs(b))
  }
}

/// A tolerance for all columns, and those of columns that have their own.
package struct Tolerances: Sendable, Equatable {
  /// Nil where any difference passes.
  package var general: Tolerance?
  package var columns: [String: Tolerance]

  package init(general: Tolerance? = nil, columns: [String: Tolerance] = [:]) {
    self.general = general
    self.columns = columns
  }

  package var areGiven: Bool { general != nil || !columns.isEmpty }

  func tolerance(of column: String) -> Tolerance? { columns[column] ?? general }
}
