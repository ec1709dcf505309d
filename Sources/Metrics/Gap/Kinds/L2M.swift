import Execution
import Kernels

/// The distance between the means, ‖x̄ − ȳ‖.
///
/// Its p-value is that of exchanging the sides of pairs at random. Source: Liang et al. 2022, arXiv:2203.02053.
struct L2M: GapMetric {
  let card = GapMetricCard(
    "l2m", "Distance between the means", formula: "‖x̄ − ȳ‖", source: "Liang et al. 2022, arXiv:2203.02053",
    range: 0...2, reading: "a wider gap", sides: [.both])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let gap = try study.moments().gap
    let length = dot(gap, gap).squareRoot()
    let exchanged = try study.exchangedGaps()
    let (null, p) = exchanged.null { $0 >= length }
    return [
      GapMeasure(.both, length, null: null, p: p) {
        let along = try study.along(gap)
        return length > 0 ? along.map { ($0 - length * length) / length } : along
      }
    ]
  }
}

extension GapStudy {
  /// (x_i − y_i)·v of every pair.
  func along(_ vector: [Double]) throws -> [Double] {
    zip(try products(.x, vector), try products(.y, vector)).map { $0 - $1 }
  }

  /// How the square of the gap changes with each pair's weight.
  func squaredGapInfluence() throws -> [Double] {
    let gap = try moments().gap
    let square = dot(gap, gap)
    return try along(gap).map { 2 * ($0 - square) }
  }

  /// ‖(1/n) Σ ε_i (x_i − y_i)‖ of random signs ε.
  func exchangedGaps() throws -> [Double] {
    let (x, y, options) = (x, y, options)
    return try budget.map(blocks: options.permutations) { exchange in
      var sum = [Double](repeating: 0, count: x.columns)
      let signs = options.stream("exchange/\(exchange)").signs(x.rows)
      sum.withSlice { sum in
        x.withSlice { a in
          y.withSlice { b in
            for row in 0..<x.rows {
              let (first, other) = (a.from(row * x.columns), b.from(row * x.columns))
              for column in sum.indices {
                sum[column] += Double(signs[row] * (first[column] - other[column]))
              }
            }
          }
        }
      }
      return dot(sum, sum).squareRoot() / Double(x.rows)
    }
  }
}
