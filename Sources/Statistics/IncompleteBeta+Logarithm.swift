import Foundation

extension IncompleteBeta {
  /// ln I(x; a, b) for positive a and b, also where I itself is below the least number of float64, such as the share of
  /// a cone in 512 dimensions. Such an I has x far below its mean, so that the continued fraction is near 1:
  /// ln I = a·ln x + b·ln(1 − x) − ln B(a, b) − ln a + ln of the fraction. Source: DLMF 8.17.22.
  package static func logRegularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let value = regularized(x, a, b)
    guard value < 1e-280, x > 0 else { return log(value) }
    let step =
      a < 10 ? LogGamma.value(a + b) - LogGamma.value(a) : LogGamma.difference(a, plus: b)
    return a * log(x) + b * log1p(-x) + step - LogGamma.value(b) - log(a) + log(continuedFraction(x, a, b))
  }
}
