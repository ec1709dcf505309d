import Foundation

/// The confidence set of a ratio of two means.
package enum RatioInterval: Equatable, Sendable {
  case bounded(Interval)
  /// The denominator may be zero: any ratio, or all but a stretch of them, agrees with the numbers.
  case unbounded

  package var bounds: Interval? {
    if case .bounded(let interval) = self { return interval }
    return nil
  }
}

/// Fieller's interval of mean(a)/mean(b): the θ for which a − θb does not differ from 0, that is
/// (ā − θb̄)² ≤ t²·(v_a − 2θ·v_ab + θ²·v_b) with the variances and the covariance v of the means. It is bounded
/// where t²·v_b < b̄², and then has the ends, with r = ā/b̄ and all v divided by b̄²,
/// (r − t²v_ab ± t·√(v_a − 2r·v_ab + r²v_b − t²(v_a·v_b − v_ab²)))/(1 − t²v_b).
///
/// Pairs of the same replicates have n − 1 degrees of freedom; else v_ab = 0, with those of Welch and Satterthwaite
/// at θ = r. One number alone has v = 0: it is a constant. Unbounded, too, where the denominator's own t interval
/// has 0 in it. Nil where neither has several numbers.
/// Source: Fieller 1954, J. R. Stat. Soc. B 16, 175; for unequal variances Tamhane and Logan 2004, Biometrika
/// 91, 715.
///
/// - Parameter pairs: the values of both by replicate, where both have the same ones.
package func ratioInterval(
  _ top: Summary, _ bottom: Summary, pairs: [(Double, Double)]? = nil, level: Double = 0.95
) -> RatioInterval? {
  guard top.count > 1 || bottom.count > 1 else { return nil }
  let mean = bottom.mean
  if let own = bottom.interval(level: level), own.low <= 0, own.high >= 0 { return .unbounded }
  let (va, vb) = (relativeVariance(top, mean), relativeVariance(bottom, mean))
  let vab = pairs.map { covariance($0, top.mean, mean) / mean / mean / Double($0.count) } ?? 0
  let ratio = top.mean / mean
  let own = pairs.map { Double($0.count - 1) } ?? degrees(va, top.count, ratio * ratio * vb, bottom.count)
  return fieller(ratio, va, vb, vab, degrees: own, level: level)
}

/// Fieller's interval of a/b by bootstrap samples of both, each pair of the same items: v_a, v_b and v_ab are the
/// variances and the covariance of the samples, and t is the normal distribution. Nil where samples are fewer than two or
/// not as many of both.
package func ratioInterval(
  _ top: Double, _ bottom: Double, resamples: [(Double, Double)], level: Double = 0.95
) -> RatioInterval? {
  guard resamples.count > 1 else { return nil }
  let (a, b) = (Summary(of: resamples.map(\.0)), Summary(of: resamples.map(\.1)))
  let (va, vb) = (a.standardDeviation / bottom, b.standardDeviation / bottom)
  let vab = covariance(resamples, a.mean, b.mean) / bottom / bottom
  return fieller(top / bottom, va * va, vb * vb, vab, degrees: MeanDifference.many, level: level)
}

/// - Parameters:
///   - va: the variance of the numerator over the square of the denominator; `vb` and `vab` likewise.
private func fieller(
  _ ratio: Double, _ va: Double, _ vb: Double, _ vab: Double, degrees: Double, level: Double
) -> RatioInterval {
  guard ratio.isFinite, va.isFinite, vb.isFinite, vab.isFinite else { return .unbounded }
  let spread = max(0, va - 2 * ratio * vab + ratio * ratio * vb)
  // Without spread there is nothing to bound; its degrees of freedom would be 0/0.
  let t = StudentT.quantile(0.5 + 0.5 * level, degrees: spread > 0 ? degrees : MeanDifference.many)
  let rest = 1 - t * t * vb
  guard rest > 0 else { return .unbounded }
  guard spread > 0 else { return .bounded(Interval(low: ratio, high: ratio)) }
  let reach = t * max(0, spread - t * t * (va * vb - vab * vab)).squareRoot()
  let middle = ratio - t * t * vab
  return .bounded(Interval(low: (middle - reach) / rest, high: (middle + reach) / rest))
}

/// Of the mean, over `unit`²; 0 for one number.
private func relativeVariance(_ summary: Summary, _ unit: Double) -> Double {
  guard summary.count > 1 else { return 0 }
  let error = summary.standardError / unit
  return error * error
}

/// With n − 1 in the denominator.
private func covariance(_ pairs: [(Double, Double)], _ a: Double, _ b: Double) -> Double {
  pairs.reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) } / Double(pairs.count - 1)
}

/// Of the sum of two variances of means: (u + v)²/(u²/(n_u − 1) + v²/(n_v − 1)).
private func degrees(_ u: Double, _ countU: Int, _ v: Double, _ countV: Int) -> Double {
  let first = countU > 1 ? u * u / Double(countU - 1) : 0
  let second = countV > 1 ? v * v / Double(countV - 1) : 0
  return (u + v) * (u + v) / (first + second)
}
