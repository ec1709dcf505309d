import Foundation

/// ln Γ and its differences, without the cancellation that ln Γ(a + b) − ln Γ(a) has where a is large.
enum LogGamma {
  /// Of a positive number.
  static func value(_ x: Double) -> Double { lgamma(x) }

  /// What Stirling's formula leaves: ln Γ(x) − ((x − ½)·ln x − x + ½·ln 2π), for x ≥ 10.
  /// Source: DLMF 5.11.1.
  static func stirlingRest(_ x: Double) -> Double {
    let inverse = 1 / x
    let square = inverse * inverse
    return inverse * coefficients.reversed().reduce(0) { $0 * square + $1 }
  }

  /// B₂ₖ/(2k(2k − 1)) of Bernoulli's numbers.
  private static let coefficients: [Double] = {
    let twelfth: Double = 1.0 / 12
    let rest: [(Double, Double)] = [
      (-1, 360), (1, 1260), (-1, 1680), (1, 1188), (-691, 360_360), (1, 156), (-3617, 122_400),
    ]
    return [twelfth] + rest.map { $0.0 / $0.1 }
  }()

  /// ln Γ(x + b) − ln Γ(x) for x ≥ 10 and b ≥ 0.
  static func difference(_ x: Double, plus b: Double) -> Double {
    let sum = x + b
    return (x - 0.5) * log1p(b / x) + b * log(sum) - b + stirlingRest(sum) - stirlingRest(x)
  }

  /// x^a·e^(−x)/Γ(a), for positive a and x.
  static func gammaDensity(_ a: Double, _ x: Double) -> Double {
    if a < 10 { return exp(a * log(x) - x - value(a)) }
    let distance = (x - a) / a
    let exponent = abs(distance) < 0.5 ? log1p(distance) - distance : log(x / a) + 1 - x / a
    return exp(a * exponent - stirlingRest(a)) * (a / (2 * .pi)).squareRoot()
  }

  /// x^a·y^b/B(a, b), for positive a and b and y = 1 − x.
  ///
  /// - Parameters:
  ///   - logX: ln x, which the caller may know where x itself is too small for a double.
  ///   - logY: ln y.
  static func betaDensity(_ a: Double, _ b: Double, x: Double, y: Double, logX: Double, logY: Double)
    -> Double
  {
    let (small, large) = (min(a, b), max(a, b))
    if large < 10 { return exp(a * logX + b * logY + value(a + b) - value(a) - value(b)) }
    if small < 10 {
      return exp(a * logX + b * logY + difference(large, plus: small) - value(small))
    }
    // x against its mean a/(a + b): x(a + b)/a = 1 + (xb − ya)/a.
    let distance = x * b - y * a
    let rest = stirlingRest(a) + stirlingRest(b) - stirlingRest(a + b)
    let exponent =
      a * relativeLog(distance / a, logX, a, a + b) + b * relativeLog(-distance / b, logY, b, a + b)
    return exp(exponent - rest) * (a / (2 * .pi) * (b / (a + b))).squareRoot()
  }

  /// ln(1 + d), from the logarithm of x = (1 + d)·a/total where d is near −1.
  private static func relativeLog(_ distance: Double, _ logX: Double, _ a: Double, _ total: Double) -> Double
  {
    distance > -0.5 ? log1p(distance) : logX + log(total / a)
  }
}
