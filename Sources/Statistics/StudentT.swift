import Foundation

/// Student's t distribution with ν degrees of freedom, ν > 0; NaN for others.
package enum StudentT {
  /// P(|T| ≥ |t|) = I(ν/(ν+t²); ν/2, ½), without loss of digits where it is small.
  package static func twoSided(_ t: Double, degrees: Double) -> Double {
    guard !t.isNaN, degrees > 0 else { return .nan }
    if degrees == .infinity { return Normal.twoSided(t) }
    let place = Place(t, degrees)
    return IncompleteBeta.regularized(
      x: place.x, y: place.y, logX: place.logX, logY: place.logY, degrees / 2, 0.5)
  }

  /// The t with P(T ≤ t) = p, for 0 < p < 1 and ν > 0; NaN elsewhere.
  package static func quantile(_ p: Double, degrees: Double) -> Double {
    guard p > 0, p < 1, degrees > 0 else { return .nan }
    if degrees == .infinity { return Normal.quantile(p) }
    let front = exp(halfStep(degrees / 2)) / (degrees * .pi).squareRoot()
    let t = SymmetricQuantile.find(
      tail: min(p, 1 - p), centre: abs(p - 0.5), upper: { 0.5 * twoSided($0, degrees: degrees) },
      between: { 0.5 * central($0, degrees) },
      density: { front * exp((degrees + 1) / 2 * Place($0, degrees).logX) })
    return p < 0.5 ? -t : t
  }

  /// P(|T| ≤ t), without loss of digits where it is small.
  private static func central(_ t: Double, _ degrees: Double) -> Double {
    let place = Place(t, degrees)
    return IncompleteBeta.complement(
      x: place.x, y: place.y, logX: place.logX, logY: place.logY, degrees / 2, 0.5)
  }

  /// ln Γ(a + ½) − ln Γ(a).
  private static func halfStep(_ a: Double) -> Double {
    a < 10 ? LogGamma.value(a + 0.5) - LogGamma.value(a) : LogGamma.difference(a, plus: 0.5)
  }

  /// x = ν/(ν + t²) and y = t²/(ν + t²), with logarithms that hold where the numbers themselves do not.
  private struct Place {
    let x: Double
    let y: Double
    let logX: Double
    let logY: Double

    init(_ t: Double, _ degrees: Double) {
      let q = t / degrees.squareRoot()
      let square = q * q
      x = 1 / (1 + square)
      y = square.isInfinite ? 1 : square / (1 + square)
      logX = square.isInfinite ? -2 * log(abs(q)) : -log1p(square)
      logY = square < 1e-300 ? 2 * log(abs(q)) : -log1p(1 / square)
    }
  }
}
