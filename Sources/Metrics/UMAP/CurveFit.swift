import Foundation

/// The curve 1/(1 + a·x²ᵇ) that weighs distances in the layout.
///
/// a and b fit it, by least squares at 300 places of [0, 3·spread], to
///
///     ψ(x) = 1 for x < min_dist, else exp(−(x − min_dist)/spread)
///
/// Source: McInnes, Healy, Melville 2018, arXiv:1802.03426, Definition 11.
package struct LayoutCurve: Sendable, Equatable {
  package let a: Double
  package let b: Double

  package init(minDist: Double, spread: Double) {
    let places = (1..<300).map { Double($0) * 3 * spread / 299 }
    let values = places.map { $0 < minDist ? 1 : exp(-($0 - minDist) / spread) }
    // In units of the spread the fit is the same problem for every scale: a = α·spread^(−2b).
    let fit = Self.fit(places.map { $0 / spread }, values)
    a = fit.a * pow(spread, -2 * fit.b)
    b = fit.b
  }

  /// Levenberg and Marquardt's method on ln a and b, from 0 and 1.
  private static func fit(_ x: [Double], _ y: [Double]) -> (a: Double, b: Double) {
    var (logA, b, damping) = (0.0, 1.0, 1e-3)
    var error = squaredError(x, y, logA, b)
    for _ in 0..<200 {
      let normal = normalEquations(x, y, logA, b)
      let (p, q) = (normal.aa * (1 + damping), normal.bb * (1 + damping))
      let determinant = p * q - normal.ab * normal.ab
      guard determinant > 0 else { break }
      let stepA = (q * normal.ra - normal.ab * normal.rb) / determinant
      let stepB = (p * normal.rb - normal.ab * normal.ra) / determinant
      let next = squaredError(x, y, logA + stepA, b + stepB)
      if next < error {
        (logA, b, error, damping) = (logA + stepA, b + stepB, next, damping / 10)
        if abs(stepA) + abs(stepB) < 1e-12 { break }
      } else {
        damping *= 10
        if damping > 1e12 { break }
      }
    }
    return (exp(logA), b)
  }

  private static func value(_ x: Double, _ logA: Double, _ b: Double) -> Double {
    1 / (1 + exp(logA + 2 * b * log(x)))
  }

  private static func squaredError(_ x: [Double], _ y: [Double], _ logA: Double, _ b: Double) -> Double {
    guard b > 0 else { return .infinity }
    return zip(x, y).reduce(0) { sum, point in
      let difference = point.1 - value(point.0, logA, b)
      return sum + difference * difference
    }
  }

  /// JᵀJ and Jᵀr for r = y − f: ∂f/∂(ln a) = −f(1 − f) and ∂f/∂b = −2·ln x·f(1 − f).
  private static func normalEquations(
    _ x: [Double], _ y: [Double], _ logA: Double, _ b: Double
  ) -> (aa: Double, ab: Double, bb: Double, ra: Double, rb: Double) {
    zip(x, y).reduce((0, 0, 0, 0, 0)) { sum, point in
      let f = value(point.0, logA, b)
      let da = -f * (1 - f)
      let db = 2 * log(point.0) * da
      let r = point.1 - f
      return (
        sum.0 + da * da, sum.1 + da * db, sum.2 + db * db, sum.3 + da * r, sum.4 + db * r
      )
    }
  }
}
