import Kernels
import Testing

@Suite("Rows of a product")
struct BLASRowsTests {
  /// With NaN in the rows of others, which must not show.
  private func product(_ row: [Float], at place: Int, of rows: Int, _ weights: [Float], columns: Int)
    -> [Float]
  {
    var a = [Float](repeating: .nan, count: rows * row.count)
    a.replaceSubrange(place * row.count..<(place + 1) * row.count, with: row)
    var c = [Float](repeating: 0, count: rows * columns)
    a.withUnsafeBufferPointer { a in
      weights.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          BLAS.multiply(
            ProductShape(rows: rows, columns: columns, inner: row.count), Operand(a, stride: row.count),
            Operand(b, stride: columns), into: c, stride: columns)
        }
      }
    }
    return Array(c[place * columns..<(place + 1) * columns])
  }

  @Test("a whole number of periods apart, rows are rounded alike, whatever the others hold")
  func period() throws {
    guard let period = BLAS.rowPeriod else { return }
    let budget = ThreadBudget(jobs: 1)
    for (inner, columns) in [(144, 16), (300, 80), (2304, 64)] {
      let numbers = { (name: String, count: Int) in
        try RandomStream(seed: 4, stage: "rows", name: name).gaussianMatrix(
          rows: 1, columns: count, budget: budget
        )
        .values
      }
      let (row, weights) = (try numbers("row", inner), try numbers("weights", inner * columns))
      let rows = 8 * max(12, period)
      let first = product(row, at: 0, of: rows, weights, columns: columns)
      for place in stride(from: period, to: rows, by: period) {
        #expect(product(row, at: place, of: rows, weights, columns: columns) == first)
      }
    }
  }
}
