import Execution

/// One of the two matrices of a pair; for images and texts, x is the images.
public enum Side: String, Sendable, CaseIterable {
  case x, y
}

/// Some rows of one modality, `float64 (count, columns)`.
package struct RowBlock {
  package let values: DoubleSlice
  package let columns: Int
  package let side: Side
  /// The number of the first of them in the whole matrix.
  package let firstRow: Int

  /// - Precondition: `values` are whole rows.
  package init(_ values: DoubleSlice, columns: Int, of side: Side, firstRow: Int) {
    precondition(columns > 0 && values.count.isMultiple(of: columns), "a block is of whole rows")
    self.values = values
    self.columns = columns
    self.side = side
    self.firstRow = firstRow
  }

  package var count: Int { values.count / columns }

  package subscript(place: Int) -> DoubleSlice { values[place * columns..<(place + 1) * columns] }
}

/// A transform, made ready for the rows of one modality.
package protocol RowTransform: Sendable {
  /// Changes the rows in place.
  ///
  /// - Throws: a `Failure` that names the row to which it cannot be applied.
  func apply(to rows: RowBlock) throws
}
