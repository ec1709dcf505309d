import Kernels

extension Matrix {
  /// These rows, in this order.
  package func picking(_ chosen: [Int]) -> Matrix {
    Matrix(rows: chosen.count, columns: columns) { out in
      withSlice { rows in
        for (place, row) in chosen.enumerated() {
          out.from(place * columns).update(from: rows[row * columns..<(row + 1) * columns])
        }
      }
    }
  }
}
