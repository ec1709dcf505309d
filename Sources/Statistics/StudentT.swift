import Foundation

/// Student's t distribution with ν degrees of freedom.
package enum StudentT {
  /// P(T ≤ t) = 1 − ½·I(ν/(ν+t²); ν/2, ½) for t ≥ 0, and by symmetry below.
  package static func cumulative(_ t: Double, degrees: Double) -> Double {
    let tail = 0.5 * twoSided(t, degrees: degrees)
    return t >= 0 ? 1 - tail : tail
  }

  /// P(|T| ≥ |t|) = I(ν/(ν+t²); ν/2, ½), without loss of digits where it is small.
  package static func twoSided(_ t: Double, degrees: Double) -> Double {
    t.isInfinite ? 0 : regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The t with P(T ≤ t) = p, for 0 < p < 1 and ν > 0; NaN elsewhere.
  package static func quantile(_ p: Double, degrees: Double) -> Double {
    guard p > 0, p < 1, degrees > 0 else { return .nan }
    if p == 0.5 { return 0 }
    if p < 0.5 { return -quantile(1 - p, degrees: degrees) }
    let tail = 1 - p
    func excess(_ t: Double) -> Double {
      0.5 * regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5) - tail
    }
    var low = 0.0
    var high = 1.0
    while excess(high) > 0, high < 1e150 {
      low = high
      high *= 2
    }
    for _ in 0..<200 where high - low > 1e-14 * high {
      let middle = 0.5 * (low + high)
      if excess(middle) > 0 { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }

  /// I(x; a, b) = B(x; a, b)/B(a, b), by its continued fraction where that converges fast, that is for
  /// x < (a+1)/(a+b+2), and by I(x; a, b) = 1 − I(1−x; b, a) elsewhere.
  package static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2) { return front * continuedFraction(x, a, b) / a }
    return 1 - front * continuedFraction(1 - x, b, a) / b
  }

  /// Lentz's evaluation of 1/(1+ d₁/(1+ d₂/(1+ …))), with d₂ₘ = m(b−m)x/((a+2m−1)(a+2m)) and
  /// d₂ₘ₊₁ = −(a+m)(a+b+m)x/((a+2m)(a+2m+1)). Source: DLMF 8.17.22.
  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var result = d
    for m in 1...500 {
      let m = Double(m)
      var previous = result
      for numerator in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / nonzero(1 + numerator * d)
        c = nonzero(1 + numerator / c)
        previous = result
        result *= d * c
      }
      if abs(result - previous) < 1e-16 * abs(result) { break }
    }
    return result
  }
}
