import Execution
import Kernels

/// Means and second moments of paired rows, in float64: (1/n) XᵀX, (1/n) YᵀY and (1/n) XᵀY.
struct SecondMoments: Sendable {
  let meanX: [Double]
  let meanY: [Double]
  /// About zero.
  let xx: RealMatrix
  let yy: RealMatrix
  let xy: RealMatrix

  init(_ x: Matrix, _ y: Matrix, _ budget: ThreadBudget) throws {
    let parts = try budget.map(blocks: 3) { part in
      switch part {
      case 0: MomentSum.of(x, x, budget)
      case 1: MomentSum.of(y, y, budget)
      default: MomentSum.of(x, y, budget)
      }
    }
    (xx, yy, xy) = (parts[0], parts[1], parts[2])
    (meanX, meanY) = (try x.columnMeans(budget), try y.columnMeans(budget))
  }

  func mean(_ side: GapSide) -> [Double] { side == .y ? meanY : meanX }
  /// Δ, the mean of x less that of y.
  var gap: [Double] { zip(meanX, meanY).map { $0 - $1 } }
  func raw(_ side: GapSide) -> RealMatrix { side == .y ? yy : xx }
  /// (1/n) Σ (x − x̄)(x − x̄)ᵀ.
  func covariance(_ side: GapSide) -> RealMatrix {
    raw(side).less(outer: mean(side), mean(side))
  }
  /// (1/n) Σ (x − x̄)(y − ȳ)ᵀ.
  var crossCovariance: RealMatrix { xy.less(outer: meanX, meanY) }
}

/// (1/n) Σ a_i·b_iᵀ, in blocks of rows, added in their order.
enum MomentSum {
  private static let blockRows = 1024

  static func of(_ a: Matrix, _ b: Matrix, order: [Int]? = nil, _ budget: ThreadBudget) -> RealMatrix {
    var sum = RealMatrix(zeros: a.columns, b.columns)
    for start in stride(from: 0, to: a.rows, by: blockRows) {
      let range = start..<min(a.rows, start + blockRows)
      add(a, b, range, order, to: &sum)
    }
    let scale = 1 / Double(a.rows)
    sum.values.withSlice { values in for index in values.indices { values[index] *= scale } }
    return sum
  }

  private static func add(
    _ a: Matrix, _ b: Matrix, _ range: Range<Int>, _ order: [Int]?, to sum: inout RealMatrix
  ) {
    let shape = ProductShape(rows: a.columns, columns: b.columns, inner: range.count)
    withScratch(of: Double.self, count: range.count * (a.columns + b.columns)) { room in
      let (left, right) = (room[0..<range.count * a.columns], room.from(range.count * a.columns))
      a.widen(range.lazy.map { $0 }, into: left)
      b.widen(range.lazy.map { order?[$0] ?? $0 }, into: right)
      sum.values.withSlice { out in
        BLAS.multiply(
          shape, Operand(left, stride: a.columns, transposed: true), Operand(right, stride: b.columns),
          into: out, stride: b.columns, beta: 1)
      }
    }
  }
}

extension Matrix {
  /// Some rows in float64.
  fileprivate func widen(_ chosen: some Sequence<Int>, into out: DoubleSlice) {
    withSlice { rows in
      for (place, row) in chosen.enumerated() {
        let (from, to) = (rows[row * columns..<(row + 1) * columns], out.from(place * columns))
        for column in 0..<columns { to[column] = Double(from[column]) }
      }
    }
  }

  func columnMeans(_ budget: ThreadBudget) throws -> [Double] {
    let size = 1024
    let parts = try budget.map(blocks: blockCount(rows, size: size)) { block in
      var sum = [Double](repeating: 0, count: columns)
      withSlice { rows in
        sum.withSlice { sum in
          for row in blockRange(block, size: size, count: self.rows) {
            let from = rows[row * columns..<(row + 1) * columns]
            for column in 0..<columns { sum[column] += Double(from[column]) }
          }
        }
      }
      return sum
    }
    return addInOrder(parts, count: columns).map { $0 / Double(rows) }
  }
}

extension RealMatrix {
  /// A − u·vᵀ.
  func less(outer u: [Double], _ v: [Double]) -> RealMatrix {
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result.values[row * columns + column] -= u[row] * v[column] }
    }
    return result
  }

  var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }
  /// Σ a_ij², the square of Frobenius' norm.
  var squaredNorm: Double { dot(values, values) }
  package var transposed: RealMatrix {
    var result = RealMatrix(zeros: columns, rows)
    for row in 0..<rows { for column in 0..<columns { result[column, row] = self[row, column] } }
    return result
  }
}
