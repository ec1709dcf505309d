import Statistics
import Testing

@Suite("Student's t")
struct StudentTTests {
  /// P(T ≤ t), from the two tails.
  private func cumulative(_ t: Double, degrees: Double) -> Double {
    let tail = 0.5 * StudentT.twoSided(t, degrees: degrees)
    return t >= 0 ? 1 - tail : tail
  }

  /// Tables of the two-sided 95% and 90% and of the 99% quantiles.
  @Test(arguments: [
    (0.975, 1.0, 12.706204736), (0.975, 2, 4.302652730), (0.975, 4, 2.776445105), (0.975, 9, 2.262157163),
    (0.975, 29, 2.045229642), (0.975, 1000, 1.962339081), (0.95, 9, 1.833112933), (0.995, 5, 4.032142984),
    (0.9, 3, 1.637744354), (0.975, 2.5, 3.574654842), (0.6, 4, 0.270722295),
  ])
  func quantilesAgreeWithTables(p: Double, degrees: Double, expected: Double) {
    #expect(abs(StudentT.quantile(p, degrees: degrees) - expected) < 1e-8 * expected)
  }

  @Test(arguments: [0.001, 0.2, 0.5, 0.8, 0.999], [1.0, 2, 7.5, 60, 1e5])
  func quantileInvertsTheDistribution(p: Double, degrees: Double) {
    let t = StudentT.quantile(p, degrees: degrees)
    #expect(abs(cumulative(t, degrees: degrees) - p) < 1e-10)
    #expect(abs(StudentT.quantile(1 - p, degrees: degrees) + t) <= 1e-9 * abs(t))
  }

  /// ν = 1 is Cauchy's: F(t) = ½ + atan(t)/π; ν = 2: F(t) = ½ + t/(2√(2+t²)).
  @Test func closedForms() {
    #expect(abs(cumulative(1, degrees: 1) - 0.75) < 1e-14)
    #expect(abs(cumulative(2, degrees: 2) - (0.5 + 2 / (2 * 6.0.squareRoot()))) < 1e-14)
  }

  @Test func nonsenseIsNotANumber() {
    for (p, degrees) in [(0.0, 3.0), (1, 3), (0.9, 0), (.nan, 3), (0.9, -1)] {
      #expect(StudentT.quantile(p, degrees: degrees).isNaN)
    }
  }

  /// The paper's ± of Section 4.4 is this interval over three seeds: 1.1891 ± .0017, .0388 ± .0351.
  @Test(arguments: [
    ([1.1898, 1.1884, 1.1892], 1.1891, 0.00174), ([0.0314, 0.0551, 0.0299], 0.0388, 0.03512),
    ([0.7472, 0.7195, 0.7704], 0.7457, 0.06330),
  ])
  func intervalsOfThePaper(values: [Double], mean: Double, reach: Double) throws {
    let summary = Summary(of: values)
    let interval = try #require(summary.interval())
    #expect(abs(summary.mean - mean) < 6e-5)
    #expect(abs((interval.high - interval.low) / 2 - reach) < 6e-5)
  }

  @Test func oneValueHasNoSpread() {
    let summary = Summary(of: [3])
    #expect(summary.mean == 3)
    #expect(summary.standardDeviation.isNaN)
    #expect(summary.interval() == nil)
  }
}
