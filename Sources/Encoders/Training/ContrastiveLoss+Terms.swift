import Execution
import Foundation
import Kernels

extension ContrastiveLoss {
  /// The contrastive loss; G gets its slopes.
  func contrast(_ pairs: Int, _ scale: Double, _ budget: ThreadBudget) throws -> ContrastiveValue {
    try forEachRows(pairs, budget) { rows in
      for row in rows { self.crossEntropy(row, pairs, scale) }
    }
    let weights = weights(pairs)
    try forEachRows(pairs, budget) { rows in
      for row in rows { self.weigh(row, pairs, weights[row] * scale) }
    }
    var value = ContrastiveValue()
    for row in 0..<2 * pairs where weights[row] != 0 {
      value.contrastive += weights[row] * losses[row]
      value.scaleGradient += scaleSlopes[row]
    }
    value.total = value.contrastive
    return value
  }

  /// Row r of G ← softmax(s·C_r) − 1 at the partner, over the candidates; elsewhere 0. Its cross-entropy is
  /// ln Σ exp(s·(C_rk − max)) + s·(max − C_rp).
  private func crossEntropy(_ row: Int, _ pairs: Int, _ scale: Double) {
    let (size, partner) = (2 * pairs, (row + pairs) % (2 * pairs))
    let (cosine, slope) = (cosines(row, pairs), slopes(row, pairs))
    slope.fill(0)
    let candidates =
      objective.kind == .dual ? 0..<size : (row < pairs ? pairs..<size : 0..<pairs)
    var best = candidates.lowerBound == row ? row + 1 : candidates.lowerBound
    for column in candidates where column != row && cosine[column] > cosine[best] { best = column }
    var sum = exponentials(cosine[candidates], around: cosine[best], scale, into: slope[candidates])
    if candidates.contains(row) {
      // An item is no candidate for itself, whatever the temperature.
      sum = 0
      slope[row] = 0
      for column in candidates { sum += slope[column] }
    }
    for column in candidates { slope[column] /= sum }
    slope[partner] -= 1
    isBest[row] = best == partner ? 1 : 0
    losses[row] = log(sum) + scale * (cosine[best] - cosine[partner])
  }

  /// What each row's cross-entropy counts.
  private func weights(_ pairs: Int) -> [Double] {
    let count = Double(pairs)
    return (0..<2).flatMap { side -> [Double] in
      switch objective.kind {
      case .symmetric, .dual: return Array(repeating: 0.5 / count, count: pairs)
      case .xToY: return Array(repeating: side == 0 ? 1 / count : 0, count: pairs)
      case .simple:
        let marks = (0..<pairs).map { isBest[side * pairs + $0] }
        return marks.map { 0.5 * $0 / (marks.reduce(0, +) + 1e-6) }
      }
    }
  }

  private func weigh(_ row: Int, _ pairs: Int, _ factor: Double) {
    let (cosine, slope) = (cosines(row, pairs), slopes(row, pairs))
    for column in slope.indices { slope[column] *= factor }
    scaleSlopes[row] = dot(cosine, slope)
  }

  // MARK: - Further losses

  func addFurtherLosses(_ pairs: Int, to value: inout ContrastiveValue) {
    let size = 2 * pairs
    if objective.uniformity != 0 {
      let (half, scale) = (objective.uniformity / 2, objective.uniformityScale)
      let x = addLogMean(0..<pairs, pairs, scale, half) { [$0 + 1..<pairs] }
      let y = addLogMean(pairs..<size, pairs, scale, half) { [$0 + 1..<size] }
      value.uniformity = (x + y) / 2
    }
    if objective.crossUniformity != 0 {
      value.crossUniformity = addLogMean(0..<pairs, pairs, 2, objective.crossUniformity) {
        [pairs..<pairs + $0, pairs + $0 + 1..<size]
      }
    }
    if objective.alignment != 0 { value.alignment = addAlignment(pairs) }
    value.total += objective.uniformity * value.uniformity
    value.total += objective.crossUniformity * value.crossUniformity
    value.total += objective.alignment * value.alignment
  }

  /// ln mean exp(−t·(2 − 2C)) over some columns of some rows, whose slope is 2t times the softmax there.
  private func addLogMean(
    _ rows: Range<Int>, _ pairs: Int, _ t: Double, _ weight: Double, _ columns: (Int) -> [Range<Int>]
  ) -> Double {
    var (sum, count) = (0.0, 0)
    for row in rows {
      for range in columns(row) {
        sum += powers(row, range, pairs, t)
        count += range.count
      }
    }
    guard count > 0 else { return 0 }
    for row in rows {
      for range in columns(row) {
        _ = powers(row, range, pairs, t)
        add(2 * t * weight / sum, times: line[0..<range.count], to: slopes(row, pairs)[range])
      }
    }
    return log(sum / Double(count))
  }

  private func powers(_ row: Int, _ columns: Range<Int>, _ pairs: Int, _ t: Double) -> Double {
    exponentials(cosines(row, pairs)[columns], around: 1, 2 * t, into: line)
  }

  /// mean (2 − 2C_ii)^{α/2}, whose slope is −α·(2 − 2C_ii)^{α/2 − 1}/N.
  private func addAlignment(_ pairs: Int) -> Double {
    let (power, count) = (objective.alignmentPower, Double(pairs))
    var sum = 0.0
    for row in 0..<pairs {
      let (cosine, slope) = (cosines(row, pairs)[pairs + row], slopes(row, pairs))
      // Below a distance of 10⁻⁶ a power α < 2 would have a slope without bound.
      let squared = max(1e-12, 2 - 2 * cosine)
      sum += pow(squared, power / 2)
      slope[pairs + row] -= objective.alignment * power * pow(squared, power / 2 - 1) / count
    }
    return sum / count
  }
}
