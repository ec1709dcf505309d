import Foundation

/// The regularised incomplete beta function I(x; a, b) = B(x; a, b)/B(a, b).
package enum IncompleteBeta {
  /// For positive a and b; NaN where one of the numbers is none.
  package static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
    regularized(x: x, y: 1 - x, logX: log(x), logY: log1p(-x), a, b)
  }

  /// The same where the caller knows 1 − x, and the logarithms, more exactly than they follow from x.
  static func regularized(x: Double, y: Double, logX: Double, logY: Double, _ a: Double, _ b: Double)
    -> Double
  {
    guard a > 0, b > 0, !x.isNaN, !y.isNaN else { return .nan }
    if logX == -.infinity || x < 0 { return 0 }
    if logY == -.infinity || y < 0 { return 1 }
    if x > (a + 1) / (a + b + 2) {
      return 1 - lower(x: y, y: x, logX: logY, logY: logX, b, a)
    }
    return lower(x: x, y: y, logX: logX, logY: logY, a, b)
  }

  /// Where x is at most (a+1)/(a+b+2), so that the fraction converges fast.
  private static func lower(x: Double, y: Double, logX: Double, logY: Double, _ a: Double, _ b: Double)
    -> Double
  {
    if a >= 20, b <= 1, y < 0.3 { return largeA(logX: logX, a, b) }
    let front = LogGamma.betaDensity(a, b, x: x, y: y, logX: logX, logY: logY)
    return front == 0 ? 0 : front * continuedFraction(x, a, b) / a
  }

  /// The complement 1 − I(x; a, b), without cancellation where it is small.
  static func complement(x: Double, y: Double, logX: Double, logY: Double, _ a: Double, _ b: Double) -> Double
  {
    regularized(x: y, y: x, logX: logY, logY: logX, b, a)
  }

  /// For a large beside b, where the fraction needs √a terms: with T = a + (b − 1)/2 and u = −T·ln x,
  /// I = u^b·e^(−u)·Γ(a + b)/(Γ(b)·Γ(a)·T^b)·Σ pₙ·Jₙ, J₀ = Q(b, u)/(u^b·e^(−u)/Γ(b)).
  /// Source: Didonato and Morris 1992, ACM Trans. Math. Softw. 18, 360, eq. 9.
  private static func largeA(logX: Double, _ a: Double, _ b: Double) -> Double {
    let t = a + (b - 1) / 2
    let u = -t * logX
    let density = LogGamma.gammaDensity(b, u)
    guard density > 0 else { return 0 }
    let front = density * exp(LogGamma.difference(a, plus: b) - b * log(t))
    let square = logX * logX / 4
    var (j, power) = (IncompleteGamma.upper(b, u) / density, 1.0)
    var p = [1.0]
    var sum = front * j
    for n in 1..<30 {
      let place = b + 2 * Double(n - 1)
      j = (place * (place + 1) * j + (u + place + 1) * power) / (4 * t * t)
      power *= square
      p.append(coefficient(n, p, b))
      let term = front * p[n] * j
      sum += term
      if abs(term) <= 1e-17 * abs(sum) { break }
    }
    return sum
  }

  /// pₙ = (b − 1)/(2n + 1)! + (1/n)·Σ (mb − n)/(2m + 1)!·pₙ₋ₘ over m from 1 to n − 1.
  private static func coefficient(_ n: Int, _ p: [Double], _ b: Double) -> Double {
    var sum = 0.0
    var factorial = 1.0
    for m in 1..<max(1, n) {
      factorial *= Double(2 * m) * Double(2 * m + 1)
      sum += (Double(m) * b - Double(n)) * p[n - m] / factorial
    }
    factorial *= Double(2 * n) * Double(2 * n + 1)
    return sum / Double(n) + (b - 1) / factorial
  }

  /// Lentz's evaluation of 1/(1+ d₁/(1+ d₂/(1+ …))), with d₂ₘ = m(b−m)x/((a+2m−1)(a+2m)) and
  /// d₂ₘ₊₁ = −(a+m)(a+b+m)x/((a+2m)(a+2m+1)). It needs about √max(a, b) terms. Source: DLMF 8.17.22.
  static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var result = d
    for m in 1...100_000 {
      let m = Double(m)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonzero(1 + even * d)
      c = nonzero(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonzero(1 + odd * d)
      c = nonzero(1 + odd / c)
      result *= d * c
      if abs(d * c - 1) < 2e-16 { break }
    }
    return result
  }
}
