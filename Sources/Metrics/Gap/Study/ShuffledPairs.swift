import Execution
import Kernels

/// The pairs anew, each row of x with the row of y that a permutation gives it: what a metric is where pairs mean nothing.
struct ShuffledPairs: Sendable {
  let orders: [[Int]]
  /// Of each shuffle, the mean of x_i·y_π(i) and of ‖x_i − y_π(i)‖.
  let meanCosines: [Double]
  let meanDistances: [Double]

  init(_ x: Matrix, _ y: Matrix, _ options: GapMetricOptions, _ budget: ThreadBudget) throws {
    let shuffles = try budget.map(blocks: options.permutations) { shuffle in
      let order = options.stream("pairs/\(shuffle)").permutation(x.rows)
      guard x.columns == y.columns else { return (order, Double.nan, Double.nan) }
      var (cosines, distances) = (0.0, 0.0)
      x.withSlice { a in
        y.withSlice { b in
          for row in 0..<x.rows {
            let square = squaredDistance(
              a[row * x.columns..<(row + 1) * x.columns], b.from(order[row] * x.columns))
            cosines += 1 - square / 2
            distances += square.squareRoot()
          }
        }
      }
      return (order, cosines / Double(x.rows), distances / Double(x.rows))
    }
    (orders, meanCosines, meanDistances) = (shuffles.map(\.0), shuffles.map(\.1), shuffles.map(\.2))
  }
}

extension [Double] {
  /// The mean over shuffles and the share of those that reach the value, counting the pairs as they are as one.
  func null(reaching holds: (Double) -> Bool) -> (null: Double, p: Double) {
    isEmpty ? (.nan, .nan) : (mean, Double(count(where: holds) + 1) / Double(count + 1))
  }
}

/// Second moments of x with shuffled y.
struct ShuffledMoments: Sendable {
  /// More would cost as much as all else.
  static let most = 20
  let order: [Int]
  let xy: RealMatrix

  static func all(_ study: GapStudy) throws -> [ShuffledMoments] {
    let (x, y, options, budget) = (study.x, study.y, study.options, study.budget)
    return try budget.map(blocks: min(most, options.permutations)) { shuffle in
      let order = options.stream("moments/\(shuffle)").permutation(x.rows)
      return ShuffledMoments(order: order, xy: MomentSum.of(x, y, order: order, budget))
    }
  }
}
