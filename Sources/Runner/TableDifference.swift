import Contracts

/// How far two tables, or two datasets, are apart, column by column.
package struct ColumnDifference: Sendable, Equatable {
  package let place: String
  package let column: String
  package let rows: Int
  package let differing: Int
  package let largestAbsolute: Double
  /// max |a − b| / max(|a|, |b|); 0 where both are 0.
  package let largestRelative: Double
  /// What cannot be put in a number: other rows, other text, a missing column.
  package let note: String?

  package var isSame: Bool { differing == 0 && note == nil }

  /// Compares two columns of numbers or text, row by row.
  package static func between(_ a: Column, _ b: Column, place: String, column: String) -> ColumnDifference {
    guard a.count == b.count else {
      return ColumnDifference(
        place: place, column: column, rows: max(a.count, b.count), differing: max(a.count, b.count),
        largestAbsolute: .infinity, largestRelative: .infinity, note: "\(a.count) rows against \(b.count)")
    }
    var state = Running()
    for row in 0..<a.count { state.add(a.cell(row), b.cell(row)) }
    return state.difference(place: place, column: column, rows: a.count)
  }

  /// Compares two arrays element by element.
  package static func between(_ a: [Float], _ b: [Float], place: String, column: String) -> ColumnDifference {
    var state = Running()
    for (left, right) in zip(a, b) where left != right { state.add(Double(left), Double(right)) }
    return state.difference(place: place, column: column, rows: a.count)
  }

  private struct Running {
    var differing = 0
    var absolute = 0.0
    var relative = 0.0
    var texts = 0

    mutating func add(_ a: Cell, _ b: Cell) {
      if let left = a.number, let right = b.number {
        add(left, right)
      } else if !a.plain.isExactly(b.plain) {
        differing += 1
        texts += 1
      }
    }

    mutating func add(_ a: Double, _ b: Double) {
      if a == b || (a.isNaN && b.isNaN) { return }
      differing += 1
      let distance = abs(a - b)
      absolute = max(absolute, distance.isNaN ? .infinity : distance)
      let size = max(abs(a), abs(b))
      relative = max(relative, distance.isNaN || size.isInfinite ? .infinity : distance / size)
    }

    func difference(place: String, column: String, rows: Int) -> ColumnDifference {
      ColumnDifference(
        place: place, column: column, rows: rows, differing: differing, largestAbsolute: absolute,
        largestRelative: relative, note: texts > 0 ? "\(texts) texts differ" : nil)
    }
  }
}
