import Foundation

/// The standard normal distribution.
package enum Normal {
  /// P(|Z| ≥ |z|).
  package static func twoSided(_ z: Double) -> Double { erfc(abs(z) * 0.5.squareRoot()) }

  /// The z with P(Z ≤ z) = p, for 0 < p < 1; NaN elsewhere.
  package static func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return .nan }
    let tail = min(p, 1 - p)
    let z = SymmetricQuantile.find(
      tail: tail, centre: abs(p - 0.5), upper: { 0.5 * twoSided($0) },
      between: { 0.5 * erf($0 * 0.5.squareRoot()) },
      density: { exp(-$0 * $0 / 2) / (2 * .pi).squareRoot() })
    return p < 0.5 ? -z : z
  }
}

/// Quantiles of distributions that are symmetric about 0.
enum SymmetricQuantile {
  /// The t ≥ 0 with P(T ≥ t) = tail, that is P(0 ≤ T ≤ t) = centre: Newton's method between logarithms, in which
  /// tails and centre are nearly straight, inside a bracket.
  ///
  /// - Parameter centre: ½ − tail, which decides where it is the smaller one.
  static func find(
    tail: Double, centre: Double, upper: (Double) -> Double, between: (Double) -> Double,
    density: (Double) -> Double
  ) -> Double {
    if centre == 0 { return 0 }
    let isCentral = centre < tail
    let wanted = isCentral ? centre : tail
    let sign = isCentral ? 1.0 : -1.0
    func value(_ t: Double) -> Double { isCentral ? between(t) : upper(t) }
    var (low, high) = (0.0, 1.0)
    while sign * (value(high) - wanted) < 0, high < 1e307 {
      low = high
      high *= 4
    }
    var t = low > 0 ? 2 * low : min(1, centre / density(0))
    for _ in 0..<400 where high - low > 1e-16 * high {
      let found = value(t)
      if sign * (found - wanted) < 0 { low = t } else { high = t }
      if found == wanted { return t }
      let slope = sign * density(t) * t / found
      let step = log(wanted / found) / slope
      var next = t * exp(step)
      if !(next > low && next < high) { next = low > 0 ? low.squareRoot() * high.squareRoot() : high / 2 }
      if abs(next - t) <= 4e-16 * t { return next }
      t = next
    }
    return t
  }
}
