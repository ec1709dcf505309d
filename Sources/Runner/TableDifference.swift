import Contracts
import Declarations

/// How far two tables, or two datasets, are apart, column by column.
package struct ColumnDifference: Sendable, Equatable {
  package let place: String
  package let column: String
  package let rows: Int
  package let differing: Int
  package let largestAbsolute: Double
  /// max |a − b| / max(|a|, |b|); 0 where both are 0.
  package let largestRelative: Double
  /// Rows in which they are farther apart than they may be; 0 where no tolerance is set.
  package let beyond: Int
  /// What cannot be put in a number: other rows, other text, a missing column.
  package let note: String?

  package var isSame: Bool { differing == 0 && note == nil }

  /// Nothing can be compared, for the reason that the note gives.
  static func incomparable(_ place: String, _ column: String, rows: Int, note: String) -> ColumnDifference {
    ColumnDifference(
      place: place, column: column, rows: rows, differing: rows, largestAbsolute: .infinity,
      largestRelative: .infinity, beyond: rows, note: note)
  }

  /// Compares two columns of numbers or text, row by row.
  package static func between(
    _ a: Column, _ b: Column, place: String, column: String, within tolerance: Tolerance? = nil
  ) -> ColumnDifference {
    guard a.count == b.count else {
      return incomparable(
        place, column, rows: max(a.count, b.count), note: "\(counted(a.count, "row")) against \(b.count)")
    }
    var state = Running(tolerance: tolerance)
    for row in 0..<a.count { state.add(a.cell(row), b.cell(row)) }
    return state.difference(place: place, column: column, rows: a.count)
  }

  /// Compares two arrays element by element.
  package static func between<Number: BinaryFloatingPoint>(
    _ a: [Number], _ b: [Number], place: String, column: String, within tolerance: Tolerance? = nil
  ) -> ColumnDifference {
    var state = Running(tolerance: tolerance)
    for (left, right) in zip(a, b) where left != right { state.add(Double(left), Double(right)) }
    return state.difference(place: place, column: column, rows: a.count)
  }

  private struct Running {
    let tolerance: Tolerance?
    var differing = 0
    var beyond = 0
    var absolute = 0.0
    var relative = 0.0
    var texts = 0

    mutating func add(_ a: Cell, _ b: Cell) {
      if case .integer(let left) = a, case .integer(let right) = b {
        add(left, right)
      } else if let left = a.number, let right = b.number {
        add(left, right)
      } else if a != b, !a.plain.isExactly(b.plain) {
        differing += 1
        texts += 1
      }
    }

    /// Beyond 2⁵³ several integers are one double.
    mutating func add(_ a: Int, _ b: Int) {
      if a == b { return }
      let distance = abs(Double(a) - Double(b))
      add(Double(a), Double(b), distance: distance > 0 ? distance : Double((a &- b).magnitude))
    }

    mutating func add(_ a: Double, _ b: Double) {
      if a == b || (a.isNaN && b.isNaN) { return }
      add(a, b, distance: abs(a - b))
    }

    private mutating func add(_ a: Double, _ b: Double, distance: Double) {
      differing += 1
      if let tolerance, !tolerance.accepts(a, b, distance: distance) { beyond += 1 }
      absolute = max(absolute, distance.isNaN ? .infinity : distance)
      let size = max(abs(a), abs(b))
      relative = max(relative, distance.isNaN || size.isInfinite ? .infinity : distance / size)
    }

    func difference(place: String, column: String, rows: Int) -> ColumnDifference {
      ColumnDifference(
        place: place, column: column, rows: rows, differing: differing, largestAbsolute: absolute,
        largestRelative: relative, beyond: beyond,
        note: texts > 0 ? "\(counted(texts, "text")) \(texts == 1 ? "differs" : "differ")" : nil)
    }
  }
}
