import Kernels
import Regression
import TestSupport
import Testing

@Suite("Legal roundings")
struct LegalRoundingTests {
  @Test("number 0 is the identity; the others differ, and are the same again")
  func identity() throws {
    let (x, _) = try Pairs.pair(5, 16)
    #expect(LegalRounding(0).apply(x) == x)
    #expect(LegalRounding(1).apply(x) != x)
    #expect(LegalRounding(1).apply(x) == LegalRounding(1).apply(x))
    #expect(LegalRounding(1).apply(x) != LegalRounding(2).apply(x))
    #expect(LegalRounding(1, seed: 1).apply(x) != LegalRounding(1, seed: 2).apply(x))
  }

  @Test("every column is one of the matrix, once, or its negative; some are negative, and some are not")
  func columns() {
    let matrix = Matrix(
      rows: 2, columns: 64, values: (0..<128).map { Float($0 % 64 + 1) * ($0 < 64 ? 1 : 2) })
    let found = LegalRounding(3).apply(matrix)
    #expect(Set((0..<64).map { abs(found[0, $0]) }) == Set((1...64).map { Float($0) }))
    for column in 0..<64 { #expect(found[1, column] == 2 * found[0, column]) }
    let negative = (0..<64).count { found[0, $0] < 0 }
    #expect((10...54).contains(negative))
  }

  /// Sums of d products in float64 are within d·2⁻⁵³·Σ|x_i·y_i| of the exact ones, twice.
  @Test("inner products and distances are the same up to rounding, of both sides of a pair", arguments: 1...5)
  func products(number: Int) throws {
    let (x, y) = try Pairs.pair(20, 33)
    let rounding = LegalRounding(number)
    let (p, q) = (rounding.apply(x), rounding.apply(y))
    func sums(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> (dot: Double, size: Double, distance: Double)
    {
      zip(a, b).reduce((0, 0, 0)) { sum, pair in
        let (u, v) = (Double(pair.0), Double(pair.1))
        return (sum.0 + u * v, sum.1 + abs(u * v), sum.2 + (u - v) * (u - v))
      }
    }
    for i in 0..<20 {
      for j in 0..<20 {
        for (before, after) in [
          (sums(x.row(i), y.row(j)), sums(p.row(i), q.row(j))),
          (sums(x.row(i), x.row(j)), sums(p.row(i), p.row(j))),
        ] {
          #expect(abs(before.dot - after.dot) <= 2 * 33 * 0x1p-53 * before.size)
          #expect(abs(before.distance - after.distance) <= 2 * 33 * 0x1p-53 * before.distance)
        }
      }
    }
  }

  /// Metrics of float32 products move by some 2⁻²⁴ of their scale, which is at most 10 here; 1e-6 is 16 of these.
  @Test("metrics move, and by less than 1e-6", arguments: 1...3)
  func metrics(number: Int) throws {
    let before = try MetricsPipeline().numbers()
    let after = try MetricsPipeline(rounding: LegalRounding(number)).numbers()
    #expect(before.map(\.id) == after.map(\.id))
    let moves = zip(before, after).filter { $0.0.kind == .real }.map {
      Deviation.between($0.1.value.number ?? .nan, $0.0.value.number ?? .nan)
    }
    #expect(moves.allSatisfy { $0 < 1e-6 })
    #expect(moves.count { $0 > 0 } > moves.count / 2)
  }
}
