import Execution
import Foundation
import Kernels

/// How well a line separates the sides: the share of held-out rows whose side a logistic regression tells.
///
/// A fifth of the pairs, drawn at random, are learnt from, both rows of a pair; the rest is measured. ½ is chance; 1 where the sides are
/// apart. A row on the line counts as one of x. The weights minimise Σ ln(1 + exp(−t(w·x + b))) + ½‖w‖² over t = ±1, as scikit-learn's do by default. Source: Fahim et al.
/// 2024, arXiv:2405.18570; Shi et al. 2023.
struct Separability: GapMetric {
  let card = GapMetricCard(
    "separability", "Linear separability, held out",
    formula: "(1/2m) #{held-out rows whose side sign(w·x + b) tells}",
    source: "Fahim et al. 2024, arXiv:2405.18570", range: 0...1, reading: "sides further apart",
    sides: [.both],
    leastPairs: 5)

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let order = sample.options.stream("separability").permutation(sample.count)
    let learnt = max(1, sample.count / 5)
    let (train, test) = (Array(order.prefix(learnt)), Array(order.dropFirst(learnt)))
    let line = LogisticRegression(sample.x.picking(train), sample.y.picking(train))
    let x = line.margins(sample.x.picking(test))
    let y = line.margins(sample.y.picking(test))
    let right = zip(x, y).map { ($0 >= 0 ? 0.5 : 0) + ($1 < 0 ? 0.5 : 0) }
    return [GapMeasure(.both, meanOf: right, null: 0.5, heldOut: test.count, notes: sample.notes)]
  }
}

/// A line between rows of two kinds, by Newton's method with conjugate gradients.
package struct LogisticRegression {
  /// One weight a dimension, then the constant.
  package private(set) var weights: [Double]
  private let rows: RealMatrix
  private let signs: [Double]

  package init(_ positive: Matrix, _ negative: Matrix) {
    let d = positive.columns
    rows = RealMatrix(
      rows: positive.rows + negative.rows, columns: d,
      values: positive.values.map { Double($0) } + negative.values.map { Double($0) })
    signs = (0..<rows.rows).map { $0 < positive.rows ? 1 : -1 }
    weights = [Double](repeating: 0, count: d + 1)
    fit()
  }

  func margins(_ rows: Matrix) -> [Double] {
    let d = rows.columns
    return (0..<rows.rows).map { row in
      zip(rows.row(row), weights).reduce(weights[d]) { $0 + Double($1.0) * $1.1 }
    }
  }

  private mutating func fit() {
    var first = 0.0
    for step in 0..<50 {
      let margins = products(weights)
      let chances = zip(margins, signs).map { 1 / (1 + exp($0 * $1)) }
      var gradient = sums(zip(chances, signs).map { -$0 * $1 })
      for index in 0..<rows.columns { gradient[index] += weights[index] }
      let length = dot(gradient, gradient).squareRoot()
      if step == 0 { first = length }
      if length <= 1e-8 * max(1, first) { return }
      let direction = solve(gradient, curvature: chances.map { $0 * (1 - $0) })
      let size = reach(along: direction, margins, gradient)
      for index in weights.indices { weights[index] -= size * direction[index] }
    }
  }

  /// Halves Newton's step until the loss falls.
  private func reach(along direction: [Double], _ margins: [Double], _ gradient: [Double]) -> Double {
    let moves = products(direction)
    let (before, slope) = (loss(margins, weights), dot(gradient, direction))
    var size = 1.0
    for _ in 0..<30 {
      let moved = zip(margins, moves).map { $0 - size * $1 }
      let next = zip(weights, direction).map { $0 - size * $1 }
      if loss(moved, next) <= before - 1e-4 * size * slope { return size }
      size /= 2
    }
    return size
  }

  private func loss(_ margins: [Double], _ weights: [Double]) -> Double {
    let misfit = zip(margins, signs).reduce(0) { sum, entry in
      let value = -entry.0 * entry.1
      return sum + max(0, value) + log1p(exp(-abs(value)))
    }
    return misfit + weights.dropLast().reduce(0) { $0 + $1 * $1 } / 2
  }

  /// H⁻¹·g, H = Σ c_i·z_i·z_iᵀ + I without the constant.
  private func solve(_ gradient: [Double], curvature: [Double]) -> [Double] {
    var solution = [Double](repeating: 0, count: gradient.count)
    var rest = gradient
    var direction = rest
    var square = dot(rest, rest)
    let goal = 1e-10 * square
    for _ in 0..<200 where square > goal {
      var turned = sums(zip(products(direction), curvature).map { $0 * $1 })
      for index in 0..<rows.columns { turned[index] += direction[index] }
      let size = square / dot(direction, turned)
      for index in solution.indices {
        solution[index] += size * direction[index]
        rest[index] -= size * turned[index]
      }
      let next = dot(rest, rest)
      for index in direction.indices { direction[index] = rest[index] + next / square * direction[index] }
      square = next
    }
    return solution
  }

  /// z_i·w of every row.
  private func products(_ weights: [Double]) -> [Double] {
    let d = rows.columns
    return rows.withSlice { rows in
      weights.withReadSlice { weights in
        (0..<signs.count).map { dot(rows[$0 * d..<($0 + 1) * d], weights) + weights[d] }
      }
    }
  }

  /// Σ f_i·z_i.
  private func sums(_ factors: [Double]) -> [Double] {
    let d = rows.columns
    var sums = [Double](repeating: 0, count: d + 1)
    rows.withSlice { rows in
      sums.withSlice { sums in
        for (row, factor) in factors.enumerated() {
          add(factor, times: rows[row * d..<(row + 1) * d], to: sums)
          sums[d] += factor
        }
      }
    }
    return sums
  }
}
