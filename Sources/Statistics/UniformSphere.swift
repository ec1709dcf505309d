import Foundation

/// Expectations over the uniform distribution on the unit sphere of R^d, in closed form.
package enum UniformSphere {
  /// ln E exp(s·u·x) for a unit vector u and uniform x: ln ₀F₁(; d/2; s²/4).
  ///
  /// In Bessel functions: Γ(ν + 1)·(2/s)^ν·I_ν(s), ν = d/2 − 1. Source: DLMF 10.39.9; Mardia and Jupp 2000, Sec. 9.3.
  package static func logMeanExponential(dimensions d: Int, scale s: Double) -> Double {
    logHypergeometric(Double(d) / 2, s * s / 4)
  }

  /// A_d(s) = I_{d/2}(s)/I_{d/2−1}(s), the derivative of the above by s: the mean of u·x where x has the weight
  /// exp(s·u·x).
  package static func meanResultantLength(dimensions d: Int, concentration s: Double) -> Double {
    let (half, square) = (Double(d) / 2, s * s / 4)
    return s / Double(d) * exp(logHypergeometric(half + 1, square) - logHypergeometric(half, square))
  }

  /// ln ₀F₁(; b; z) = ln Σ_k z^k/(k!·(b)_k) for b > 0 and z ≥ 0. All terms are positive, so none is lost to
  /// cancellation; sums that no double holds are counted in another unit. Source: DLMF 16.2.1.
  static func logHypergeometric(_ b: Double, _ z: Double) -> Double {
    var (term, sum, unit, k) = (1.0, 1.0, 0.0, 0.0)
    while term > sum * 1e-18 {
      term *= z / ((k + 1) * (b + k))
      sum += term
      k += 1
      if sum > 1e200 {
        (term, sum, unit) = (term * 1e-200, sum * 1e-200, unit + 200 * M_LN10)
      }
    }
    return log(sum) + unit
  }
}
