import Foundation
import Statistics
import Testing

/// ln I(x; a, b), where I is a number and where it is far below the least one. `CapFractionTests` has mpmath's.
@Suite("Logarithm of the incomplete beta function")
struct LogIncompleteBetaTests {
  /// I(x; a, 1) = x^a.
  @Test(arguments: [1e-300, 1e-3, 0.2, 0.5, 0.9, 0.999], [0.5, 3, 40, 2500, 1e6])
  func powers(x: Double, a: Double) {
    let expected = a * log(x)
    #expect(abs(IncompleteBeta.logRegularized(x, a, 1) - expected) < 1e-12 * abs(expected))
  }

  /// I(x; a, 2) = x^a·(1 + a − a·x).
  @Test(arguments: [1e-200, 1e-9, 0.3, 0.7], [0.5, 9, 11, 700, 1e5])
  func nextPowers(x: Double, a: Double) {
    let expected = a * log(x) + log(1 + a - a * x)
    #expect(abs(IncompleteBeta.logRegularized(x, a, 2) - expected) < 1e-12 * max(1, abs(expected)))
  }

  /// Where it changes from the logarithm of a number to the sum of logarithms: no step.
  @Test(arguments: [15.0, 511 / 2.0, 4000]) func thereIsNoStep(a: Double) {
    let edge = exp(log(1e-280) / a)
    let values = (-5...5).map { IncompleteBeta.logRegularized(edge * (1 + 1e-4 * Double($0)), a, 0.5) }
    let steps = zip(values, values.dropFirst()).map { $1 - $0 }
    for (step, next) in zip(steps, steps.dropFirst()) { #expect(abs(next - step) < 1e-3 * step) }
  }

  @Test func ends() {
    #expect(IncompleteBeta.logRegularized(0, 3, 0.5) == -.infinity)
    #expect(IncompleteBeta.logRegularized(1, 3, 0.5) == 0)
  }
}
