import Contracts
import Execution
import Kernels

/// How a classifier by similarity answers for each row of x: the rows of y are the classes.
package struct ZeroShotAnswers: Sendable, Equatable {
  /// The class with the greatest similarity; of equal ones the first.
  package let predicted: [Int32]
  /// How many classes are more similar than the right one, or as similar and come first. Empty without labels.
  package let ranks: [Int32]
  /// Rows whose answer, or rank, was decided by a tie.
  package let decidedByTies: Int

  /// The number of rows whose right class is among the k most similar.
  package func successes(at k: Int) -> Int { ranks.count { Int($0) < k } }
}

extension GapShiftGroup {
  /// How some shifts classify the rows of x, from one product x·y in tiles.
  ///
  ///     predicted_i = argmax_j s_ij,   s_ij = (x_i·y_j + b·(x_i·g) − a·(y_j·g) − a·b)·r_i·q_j
  ///
  /// with the amounts a and b and the inverse norms r and q of the shifted rows. Similarities are float64. Two that differ
  /// by less than 1e-12 of the largest possible one are compared again with dot products in one order, so the answer
  /// depends neither on the tile nor on the kernel of the product; what is equal then is a tie, and the first class wins.
  /// - Parameters:
  ///   - factors: of each shift.
  ///   - labels: the right class of each row of x; empty where there are none.
  /// - Precondition: every label is a row of y.
  package func zeroShot(
    _ factors: [Factors], labels: [Int32], _ budget: ThreadBudget
  ) throws -> [ZeroShotAnswers] {
    let size = ClassCounter.rows
    let blocks = blockCount(x.rows, size: size)
    let own = labels.isEmpty ? [] : y.rowProducts(with: x, of: labels.map(Int.init))
    let parts = try budget.map(blocks: blocks) { block in
      var counter = ClassCounter(self, factors, labels, own, blockRange(block, size: size, count: x.rows))
      counter.run()
      return counter.answers
    }
    return factors.indices.map { shift in
      ZeroShotAnswers(
        predicted: parts.flatMap { $0[shift].predicted }, ranks: parts.flatMap { $0[shift].ranks },
        decidedByTies: parts.reduce(0) { $0 + $1[shift].decidedByTies })
    }
  }

  /// s_ij of every row of x for two classes: `(first, second)` of each shift, in one order of operations.
  package func similaritiesOfTwoClasses(_ factors: [Factors]) -> [(first: [Double], second: [Double])] {
    let products = (0..<2).map { y.rowProducts(with: x, of: [Int](repeating: $0, count: x.rows)) }
    return factors.map { factors in
      let sides = (0..<2).map { j in
        products[j].enumerated().map { i, product in
          (product + (factors.offsetY[j] + factors.offsetX[i])) * (factors.scaleY[j] * factors.scaleX[i])
        }
      }
      return (sides[0], sides[1])
    }
  }
}

/// Classifies a strip of rows of x for some shifts.
private struct ClassCounter {
  static let rows = 256
  /// Classes in a tile; a multiple of the vector length.
  private static let tileColumns = 512

  private let group: GapShiftGroup
  private let factors: [GapShiftGroup.Factors]
  private let labels: [Int32]
  /// x·y of each row and its right class.
  private let own: [Double]
  private let range: Range<Int>
  /// `(shifts, range.count)`.
  private var states: [RowState]

  /// What is known of a row after some tiles.
  private struct RowState {
    var best = Int32(-1)
    var value = -Double.infinity
    var rank: Int32 = 0
    /// Whether another class is as similar as the best, or as the right one.
    var isBestTied = false
    var isRankTied = false
  }

  init(
    _ group: GapShiftGroup, _ factors: [GapShiftGroup.Factors], _ labels: [Int32], _ own: [Double],
    _ range: Range<Int>
  ) {
    (self.group, self.factors, self.labels, self.own, self.range) = (group, factors, labels, own, range)
    states = [RowState](repeating: RowState(), count: factors.count * range.count)
  }

  var answers: [ZeroShotAnswers] {
    factors.indices.map { shift in
      let rows = states[shift * range.count..<(shift + 1) * range.count]
      return ZeroShotAnswers(
        predicted: rows.map(\.best), ranks: labels.isEmpty ? [] : rows.map(\.rank),
        decidedByTies: rows.count { $0.isBestTied || $0.isRankTied })
    }
  }

  mutating func run() {
    LossTile.forEach(group, factors, range, width: min(group.y.rows, Self.tileColumns)) {
      look($0, $1, $2)
    }
  }

  private mutating func look(_ shift: Int, _ tile: LossTile, _ columns: Range<Int>) {
    let factors = factors[shift]
    // Rounding of a float64 product of vectors of this length, with a wide margin.
    let margin = factors.bound * 1e-12
    tile.similarities.withReadSlice { values in
      for (place, i) in range.enumerated() {
        let line = values[place * tile.stride..<(place + 1) * tile.stride]
        let right = labels.isEmpty ? .infinity : similarity(i, factors)
        let found = Self.scan(line, right, margin)
        var state = states[shift * range.count + place]
        if !labels.isEmpty {
          state.rank += found.sure
          let label = Int(labels[i])
          if found.near > (columns.contains(label) ? 1 : 0) {
            count(i, line, columns, right, margin, factors, &state)
          }
        }
        improve(i, line, columns, found.greatest, margin, factors, &state)
        states[shift * range.count + place] = state
      }
    }
  }

  /// That of a row and its right class, as `exactSimilarity` gives it.
  private func similarity(_ i: Int, _ factors: GapShiftGroup.Factors) -> Double {
    let j = Int(labels[i])
    return (own[i] + (factors.offsetY[j] + factors.offsetX[i])) * (factors.scaleY[j] * factors.scaleX[i])
  }

  /// The greatest value, how many are greater than `right` by more than the margin, and how many lie within it.
  @inline(__always)
  private static func scan(
    _ line: DoubleSlice, _ right: Double, _ margin: Double
  ) -> (greatest: Double, sure: Int32, near: Int32) {
    let high = SIMD8<Double>(repeating: right + margin)
    let low = SIMD8<Double>(repeating: right - margin)
    var greatest = SIMD8<Double>(repeating: -.infinity)
    var above = SIMD8<Int64>(repeating: 0)
    var reached = above
    for column in Swift.stride(from: 0, to: line.count, by: 8) {
      let lanes = line.lanes(column)
      greatest.replace(with: lanes, where: lanes .> greatest)
      above &-= unsafeBitCast(lanes .> high, to: SIMD8<Int64>.self)
      reached &-= unsafeBitCast(lanes .>= low, to: SIMD8<Int64>.self)
    }
    let sure = above.wrappedSum()
    return (
      greatest.max(), Int32(truncatingIfNeeded: sure),
      Int32(truncatingIfNeeded: reached.wrappedSum() - sure)
    )
  }

  /// Counts the classes that lie within rounding of the right one.
  private func count(
    _ i: Int, _ line: DoubleSlice, _ columns: Range<Int>, _ right: Double, _ margin: Double,
    _ factors: GapShiftGroup.Factors, _ state: inout RowState
  ) {
    let label = Int(labels[i])
    for (offset, j) in columns.enumerated() where j != label && abs(line[offset] - right) <= margin {
      let exact = group.exactSimilarity(i, j, factors)
      if exact == right { state.isRankTied = true }
      if exact > right || (exact == right && j < label) { state.rank += 1 }
    }
  }

  /// Takes the best class of a tile where it is better than that of the tiles before.
  private func improve(
    _ i: Int, _ line: DoubleSlice, _ columns: Range<Int>, _ greatest: Double, _ margin: Double,
    _ factors: GapShiftGroup.Factors, _ state: inout RowState
  ) {
    guard greatest >= state.value - margin else { return }
    var near: [Int] = []
    for offset in 0..<columns.count where line[offset] >= greatest - margin {
      near.append(columns.lowerBound + offset)
    }
    if near.count == 1, greatest > state.value + margin {
      (state.best, state.value, state.isBestTied) = (Int32(near[0]), greatest, false)
      return
    }
    var best = state.best < 0 ? -.infinity : group.exactSimilarity(i, Int(state.best), factors)
    for j in near {
      let exact = group.exactSimilarity(i, j, factors)
      if exact == best { state.isBestTied = true }
      if exact > best {
        (state.best, state.value, state.isBestTied) = (Int32(j), exact, false)
        best = exact
      }
    }
  }
}

/// The area under the receiver operating characteristic: the probability that a positive item has a greater score than a
/// negative one, equal scores counting half.
///
///     AUC = (Σ midranks of the positives − p(p + 1)/2)/(p·q)
///
/// with p positives and q negatives. Source: Hanley and McNeil 1982, Radiology 143, 29, doi 10.1148/radiology.143.1.7063747.
/// - Returns: nil where there are no positives, or no negatives.
package func areaUnderROC(scores: [Double], isPositive: [Bool]) -> Double? {
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  let positives = isPositive.count { $0 }
  let negatives = isPositive.count - positives
  guard positives > 0, negatives > 0 else { return nil }
  // Twice the ranks, so that all sums are whole numbers.
  var doubled = 0.0
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
    let among = order[start..<end].count { isPositive[$0] }
    doubled += Double(among) * Double(start + 1 + end)
    start = end
  }
  let least = Double(positives) * Double(positives + 1)
  return (doubled - least) / (2 * Double(positives) * Double(negatives))
}
