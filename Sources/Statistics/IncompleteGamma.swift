import Foundation

/// The upper regularised incomplete gamma function Q(a, x) = Γ(a, x)/Γ(a).
package enum IncompleteGamma {
  /// Q(a, x) for positive a, without loss of digits where it is small; 1 for x ≤ 0.
  package static func upper(_ a: Double, _ x: Double) -> Double {
    guard a > 0, !x.isNaN else { return .nan }
    if x <= 0 { return 1 }
    if x == .infinity { return 0 }
    if a == 0.5 { return erfc(x.squareRoot()) }
    return x < a + 1 ? 1 - series(a, x) : fraction(a, x)
  }

  /// x^a·e^(−x)/Γ(a + 1)·(1 + x/(a+1) + x²/((a+1)(a+2)) + …). Source: DLMF 8.11.4.
  private static func series(_ a: Double, _ x: Double) -> Double {
    var (term, sum, place) = (1.0, 1.0, a)
    for _ in 0..<100_000 {
      place += 1
      term *= x / place
      sum += term
      if term < 1e-17 * sum { break }
    }
    return LogGamma.gammaDensity(a, x) / a * sum
  }

  /// x^a·e^(−x)/Γ(a)·1/(x+1−a− 1(1−a)/(x+3−a− 2(2−a)/(x+5−a− …))). Source: DLMF 8.9.2.
  private static func fraction(_ a: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var b = x + 1 - a
    var d = 1 / nonzero(b)
    var (c, result) = (1 / tiny, d)
    for m in 1...100_000 {
      let m = Double(m)
      let numerator = -m * (m - a)
      b += 2
      d = 1 / nonzero(numerator * d + b)
      c = nonzero(b + numerator / c)
      result *= d * c
      if abs(d * c - 1) < 2e-16 { break }
    }
    return LogGamma.gammaDensity(a, x) * result
  }
}
