import Foundation
import Kernels
import Testing

@Suite("Linear algebra")
struct LinearAlgebraTests {
  private static func random(_ rows: Int, _ columns: Int, _ name: String) -> RealMatrix {
    var values = [Float](repeating: 0, count: rows * columns)
    values.withSlice { RandomStream(seed: 1, stage: "algebra", name: name).gaussians(into: $0) }
    return RealMatrix(rows: rows, columns: columns, values: values.map(Double.init))
  }

  private static func naive(_ a: RealMatrix, _ b: RealMatrix, _ row: Int, _ column: Int) -> Double {
    (0..<a.columns).reduce(0) { $0 + a[row, $1] * b[$1, column] }
  }

  private static func transposed(_ a: RealMatrix) -> RealMatrix {
    RealMatrix(
      rows: a.columns, columns: a.rows,
      values: (0..<a.columns).flatMap { column in (0..<a.rows).map { a[$0, column] } })
  }

  private static func maximalDifference(_ a: RealMatrix, _ b: RealMatrix) -> Double {
    zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
  }

  @Test("float64 product against the naive one", arguments: [false, true])
  func product(transposed: Bool) {
    let a = Self.random(17, 23, "a")
    let b = Self.random(23, 9, "b")
    let stored = transposed ? Self.transposed(a) : a
    let product = stored.multiplied(by: b, transposed: transposed)
    #expect(product.rows == 17 && product.columns == 9)
    for row in 0..<17 {
      for column in 0..<9 {
        #expect(abs(product[row, column] - Self.naive(a, b, row, column)) < 1e-12)
      }
    }
  }

  @Test("float32 product with a stride, a transpose and an old C")
  func singleProduct() {
    let a = Self.random(5, 7, "a")
    let b = Self.random(6, 7, "b")
    let (x, y) = (a.rounded.values, b.rounded.values)
    var c = [Float](repeating: 2, count: 5 * 8)
    c.withSlice { c in
      withOperands(x, stride: 7, y, stride: 7, transposed: (false, true)) {
        BLAS.multiply(
          ProductShape(rows: 5, columns: 6, inner: 7), $0, $1, into: c, stride: 8, alpha: 3, beta: 0.5)
      }
    }
    let expected = { (row: Int, column: Int) in 3 * Self.naive(a, Self.transposed(b), row, column) + 1 }
    for row in 0..<5 {
      for column in 0..<6 { #expect(abs(Double(c[row * 8 + column]) - expected(row, column)) < 1e-4) }
      #expect(c[row * 8 + 6] == 2 && c[row * 8 + 7] == 2)
    }
  }

  @Test("dot products and sums", arguments: [0, 1, 7, 8, 9, 100])
  func dots(count: Int) {
    let a = Self.random(1, max(1, count), "a").values.prefix(count)
    let b = Self.random(1, max(1, count), "b").values.prefix(count)
    let expected = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(dot(Array(a), Array(b)) - expected) < 1e-12)
    var sum = Array(a)
    sum.withSlice { sum in Array(b).withReadSlice { add(2, times: $0, to: sum) } }
    for index in 0..<count { #expect(sum[index] == a[index] + 2 * b[index]) }
  }

  @Test("eigenvalues descend and rebuild the matrix")
  func eigen() throws {
    let z = Self.random(30, 12, "z")
    let gram = z.multiplied(by: z, transposed: true)
    let eigen = try LAPACK.symmetricEigen(gram)
    #expect(eigen.values == eigen.values.sorted(by: >))
    var scaled = eigen.vectors
    for row in 0..<12 { for column in 0..<12 { scaled[row, column] *= eigen.values[row] } }
    #expect(Self.maximalDifference(eigen.vectors.multiplied(by: scaled, transposed: true), gram) < 1e-10)
  }

  @Test("singular values rebuild a matrix that is not symmetric")
  func singularValues() throws {
    let a = Self.random(11, 11, "a")
    let parts = try LAPACK.singularValues(a)
    var scaled = parts.vTransposed
    for row in 0..<11 { for column in 0..<11 { scaled[row, column] *= parts.values[row] } }
    #expect(Self.maximalDifference(parts.u.multiplied(by: scaled), a) < 1e-12)
    let identity = parts.u.multiplied(by: parts.u, transposed: true)
    for row in 0..<11 {
      for column in 0..<11 { #expect(abs(identity[row, column] - (row == column ? 1 : 0)) < 1e-12) }
    }
  }
}
