/// The χ² distribution with k degrees of freedom.
package enum ChiSquared {
  /// P(X ≥ x) = Q(k/2, x/2), without loss of digits where it is small; NaN for k ≤ 0.
  package static func upperTail(_ x: Double, degrees: Double) -> Double {
    IncompleteGamma.upper(degrees / 2, x / 2)
  }
}
