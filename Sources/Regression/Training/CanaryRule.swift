import Statistics

/// When a night of three canary trainings fails: three or more of k components lie beyond m standard deviations, each in
/// two or more of the three runs.
///
/// A component is beyond in one run with probability p = P(|Z| > m), in two or three with q = 3p²(1 − p) + p³, and three or
/// more of k independent components are so with P(Bin(k, q) ≥ 3), which m makes the wanted rate. Source: Milroy et al.
/// 2018, Geosci. Model Dev. 11, 697, doi 10.5194/gmd-11-697-2018.
///
/// The rate is that of components and deviations that are known. Where they are estimated from the N seeds, it is
/// higher; `CanarySimulationTests` says by how much.
package struct CanaryRule: Sendable, Equatable {
  package static let runs = 3
  package static let runsBeyond = 2
  package static let componentsBeyond = 3
  package static let rate = 0.001

  package let components: Int
  /// m.
  package let multiplier: Double

  package init(components: Int, rate: Double = CanaryRule.rate) {
    self.components = components
    var (low, high) = (0.0, 10.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if Self.rate(of: middle, components: components) > rate { low = middle } else { high = middle }
    }
    multiplier = (low + high) / 2
  }

  /// P(a night fails), for independent normal components.
  package static func rate(of multiplier: Double, components: Int) -> Double {
    let p = Normal.twoSided(multiplier)
    let q = 3 * p * p * (1 - p) + p * p * p
    // Few terms are above three where q is small, so the tail is summed up itself: 1 − P(Bin < 3) would lose its digits.
    var term = 1.0
    var tail = 0.0
    for count in 0...components {
      if count > 0 { term *= Double(components - count + 1) / Double(count) }
      if count >= componentsBeyond {
        tail += term * power(q, count) * power(1 - q, components - count)
      }
    }
    return tail
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
