import Execution
import Kernels
import Testing

@Suite("Rows of a product")
struct BLASRowsTests {
  /// `α·A·op(B) + β·C` of rows that lie as they may: `a` has one row more than is read on every side.
  private struct Product {
    let columns: Int
    let inner: Int
    let isRightTransposed: Bool
    let isTransposed: Bool
    let beta: Float
    let weights: [Float]

    init(columns: Int, inner: Int, kind: Int) throws {
      self.columns = columns
      self.inner = inner
      isRightTransposed = kind & 1 != 0
      isTransposed = kind & 2 != 0
      beta = kind & 4 != 0 ? 1 : 0
      weights = try numbers("weights", inner * columns)
    }

    /// The rows, in this order and number; `start` is what C holds before, a row each.
    func callAsFunction(_ rows: [[Float]], start: [[Float]]) -> [[Float]] {
      let count = rows.count
      var a = [Float](repeating: .nan, count: (count + 1) * (inner + 1))
      for (row, values) in rows.enumerated() {
        for (i, value) in values.enumerated() {
          a[isTransposed ? i * (count + 1) + row : row * (inner + 1) + i] = value
        }
      }
      let stride = columns + 2
      var c = start.flatMap { (beta == 0 ? $0.map { _ in .nan } : $0) + [7, 7] }
      c.withSlice { c in
        withOperands(
          a, stride: isTransposed ? count + 1 : inner + 1, weights,
          stride: isRightTransposed ? inner : columns,
          transposed: (isTransposed, isRightTransposed)
        ) {
          BLAS.multiply(
            ProductShape(rows: count, columns: columns, inner: inner), $0, $1, into: c, stride: stride,
            beta: beta)
        }
      }
      return (0..<count).map { row in
        #expect(c[row * stride + columns] == 7 && c[row * stride + columns + 1] == 7)
        return Array(c[row * stride..<row * stride + columns])
      }
    }
  }

  /// Sizes beside those of tiles, and of the parts that kernels cut sums into.
  private static let sizes = [
    (1, 40), (3, 5), (7, 600), (16, 33), (17, 147), (65, 384), (113, 1025), (512, 64),
  ]

  private static func count(_ name: String, below bound: Int, _ count: Int) -> [Int] {
    RandomStream(seed: 8, stage: "rows", name: name).integers(below: bound, count: count).map { Int($0) }
  }

  /// A row alone, with whatever few rows the kernel needs beside it, and at any place among any others.
  @Test(
    "are the same bytes whatever rows stand beside them",
    .enabled(
      if: BLAS.rowPeriod == 1, "under this kernel they are where they lie at the same place of a period"),
    // More rows than 3,000 tell nothing new and take their time.
    arguments: sizes.filter { BLAS.leastRows(columns: $0.0, inner: $0.1) < 3000 }, 0..<8)
  func company(size: (columns: Int, inner: Int), kind: Int) throws {
    let (columns, inner) = size
    let product = try Product(columns: columns, inner: inner, kind: kind)
    let least = max(1, BLAS.leastRows(columns: columns, inner: inner))
    let total = least + 60
    let rows = try numbers("rows", total * inner).chunked(inner)
    let start = try numbers("start", total * columns).chunked(columns)
    let all = product(rows, start: start)
    let spoilt = [Float](repeating: .nan, count: inner)
    for (first, extra) in zip(Self.count("first", below: 50, 6), Self.count("extra", below: 10, 6)) {
      let part = first..<first + least + extra
      // One row is asked after; the others hold no numbers.
      let asked = part.lowerBound + extra
      let company = part.map { $0 == asked ? rows[$0] : spoilt }
      #expect(product(company, start: Array(start[part]))[extra] == all[asked])
      #expect(product(Array(rows[part]), start: Array(start[part])) == Array(all[part]))
    }
  }

  @Test(
    "a whole number of periods apart, they are rounded alike, whatever the others hold",
    .enabled(if: BLAS.rowPeriod != nil, "this kernel has no period"))
  func period() throws {
    let period = try #require(BLAS.rowPeriod)
    for (inner, columns) in [(144, 16), (300, 80), (2304, 64)] {
      let product = try Product(columns: columns, inner: inner, kind: 0)
      let row = try numbers("row", inner)
      let rows = 8 * max(12, period)
      let start = [[Float]](repeating: [Float](repeating: 0, count: columns), count: rows)
      func result(at place: Int) -> [Float] {
        var company = [[Float]](repeating: [Float](repeating: .nan, count: inner), count: rows)
        company[place] = row
        return product(company, start: start)[place]
      }
      let first = result(at: 0)
      for place in stride(from: period, to: rows, by: period) { #expect(result(at: place) == first) }
    }
  }

  @Test("alone, they are the product", arguments: [1, 2, 3, 5, 11])
  func values(count: Int) throws {
    let product = try Product(columns: 5, inner: 9, kind: 6)
    let rows = try numbers("few", count * 9).chunked(9)
    let start = try numbers("few starts", count * 5).chunked(5)
    for (row, found) in product(rows, start: start).enumerated() {
      for column in 0..<5 {
        let sum = (0..<9).reduce(Double(start[row][column])) {
          $0 + Double(rows[row][$1]) * Double(product.weights[$1 * 5 + column])
        }
        #expect(abs(sum - Double(found[column])) < 1e-5)
      }
    }
  }
}

private func numbers(_ name: String, _ count: Int) throws -> [Float] {
  try RandomStream(seed: 4, stage: "rows", name: name).gaussianMatrix(
    rows: 1, columns: count, budget: ThreadBudget(jobs: 1)
  ).values
}

extension [Float] {
  fileprivate func chunked(_ size: Int) -> [[Float]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<$0 + size]) }
  }
}
