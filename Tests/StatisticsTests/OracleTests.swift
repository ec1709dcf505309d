import Foundation
import Statistics
import Testing

@Suite("Statistics against SciPy, statsmodels and mpmath")
struct OracleTests {
  let oracle: Oracle
  init() throws { oracle = try Oracle.read() }

  @Test("tails of t from 1 to 10⁷ degrees, from near 1 to 1e-290")
  func tails() {
    #expect(oracle.tTails.count > 100)
    for row in oracle.tTails {
      let found = StudentT.twoSided(row[0], degrees: row[1])
      #expect(relative(found, row[2]) < 1e-11, "t = \(row[0]), ν = \(row[1]): \(found), not \(row[2])")
      #expect(StudentT.twoSided(-row[0], degrees: row[1]) == found)
    }
  }

  @Test("quantiles of t")
  func quantiles() {
    #expect(oracle.tQuantiles.count > 70)
    for row in oracle.tQuantiles {
      let found = StudentT.quantile(row[0], degrees: row[1])
      #expect(relative(found, row[2]) < 1e-11, "p = \(row[0]), ν = \(row[1]): \(found), not \(row[2])")
    }
  }

  @Test("χ², whose degrees reach 10⁷")
  func chiSquared() {
    for row in oracle.chiSquared {
      let found = ChiSquared.upperTail(row[0], degrees: row[1])
      #expect(relative(found, row[2]) < 1e-10, "x = \(row[0]), k = \(row[1]): \(found), not \(row[2])")
    }
  }

  @Test("the incomplete beta function")
  func betas() {
    for row in oracle.betas {
      let found = IncompleteBeta.regularized(row[0], row[1], row[2])
      #expect(relative(found, row[3]) < 1e-9, "I(\(row[0]); \(row[1]), \(row[2])): \(found), not \(row[3])")
    }
  }

  @Test("two proportions: χ² with and without Yates, z")
  func proportions() throws {
    for row in oracle.proportions {
      let both = try #require(TwoProportions((row[0], row[1]), (row[2], row[3])))
      let found = [both.chiSquared(yates: false), both.chiSquared(yates: true), both.z]
      for (found, expected) in zip(found.flatMap { [$0.statistic, $0.p] }, row[4...]) {
        #expect(relative(found, expected) < 1e-9, "\(row): \(found), not \(expected)")
      }
    }
  }

  @Test("McNemar's test, exact and asymptotic")
  func mcnemar() {
    for row in oracle.mcnemar {
      #expect(relative(McNemar.exact(row[0], row[1]).p, row[2]) < 1e-9, "\(row)")
      let wide = McNemar.asymptotic(row[0], row[1])
      #expect(relative(wide.statistic, row[3]) < 1e-12)
      #expect(relative(wide.p, row[4]) < 1e-11)
    }
  }

  @Test("means, spreads and one-sample t, at scales from 1e-200 to 1e200")
  func samples() throws {
    for row in oracle.samples {
      let summary = Summary(of: row.values)
      let interval = try #require(summary.interval())
      let test = try #require(MeanDifference(summary, against: 0.1))
      let found = [summary.mean, summary.standardDeviation, interval.high, test.t, test.twoSided]
      var expected = row.numbers
      expected[2] += expected[0]
      for (found, expected) in zip(found, expected) {
        #expect(relative(found, expected) < 1e-10, "\(row.values): \(found), not \(expected)")
      }
    }
  }

  @Test("Welch's t, at scales from 1e-180 to 1e170")
  func welch() throws {
    for row in oracle.welch {
      let test = try #require(MeanDifference(Summary(of: row.a), Summary(of: row.b)))
      let interval = test.interval()
      let found = [test.difference, test.t, test.degrees, test.twoSided, interval.low, interval.high]
      for (found, expected) in zip(found, row.numbers) {
        #expect(relative(found, expected) < 1e-10, "\(row.a): \(found), not \(expected)")
      }
    }
  }

  @Test func wilson() throws {
    for row in oracle.wilson {
      let found = try #require(wilsonInterval(successes: row[0], trials: row[1], level: row[2]))
      #expect(abs(found.low - row[3]) < 1e-12 && abs(found.high - row[4]) < 1e-12, "\(row): \(found)")
    }
  }

  @Test func holm() {
    for row in oracle.holm {
      for (found, expected) in zip(SeveralTests.holm(row.p), row.adjusted) {
        #expect(relative(found, expected) < 1e-13)
      }
    }
  }
}

@Suite("Statistics at their edges")
struct EdgeTests {
  @Test("equal values have no spread, whatever rounding makes of their sum")
  func equalValues() throws {
    for value in [0.1, 0.7, 1e200, 1e-200, 0] {
      let summary = Summary(of: [value, value, value])
      #expect(summary.mean == value)
      #expect(summary.standardDeviation == 0)
      #expect(try #require(summary.interval()) == Interval(low: value, high: value))
    }
    let same = try #require(MeanDifference(Summary(of: [0.1, 0.1, 0.1]), Summary(of: [0.1, 0.1])))
    #expect(same.t == 0 && same.twoSided == 1)
    let apart = try #require(MeanDifference(Summary(of: [0.1, 0.1, 0.1]), Summary(of: [0.2, 0.2])))
    #expect(apart.t == -.infinity && apart.twoSided == 0)
  }

  @Test("one number has a mean alone; two have one degree of freedom")
  func fewValues() throws {
    let one = Summary(of: [3])
    #expect(
      one.mean == 3 && one.standardDeviation.isNaN && one.interval() == nil && one.predictionInterval() == nil
    )
    #expect(MeanDifference(one, one) == nil)
    let two = try #require(Summary(of: [1, 3]).interval())
    #expect(relative(two.high - 2, 12.706204736174698) < 1e-12)
  }

  /// Of Cauchy's distribution, P(|T| ≥ t) = 1 − 2·atan(t)/π and t = tan(π(p − ½)).
  @Test(arguments: [1e-12, 1e-8, 0.3, 1, 40, 1e9])
  func cauchy(t: Double) {
    #expect(relative(StudentT.twoSided(t, degrees: 1), 1 - 2 * atan(t) / .pi) < (t > 1e3 ? 1e-6 : 1e-13))
    #expect(relative(StudentT.quantile(0.5 + 1e-13, degrees: 1), .pi * (0.5 + 1e-13 - 0.5)) < 1e-13)
  }

  @Test("without limits there is the normal distribution")
  func normal() {
    #expect(relative(StudentT.quantile(0.975, degrees: .infinity), 1.959963984540054) < 1e-14)
    #expect(relative(Normal.quantile(1e-300), -37.0471) < 1e-6)
    #expect(relative(Normal.twoSided(Normal.quantile(0.025)), 0.05) < 1e-14)
    #expect(relative(StudentT.quantile(0.999, degrees: 1e15), Normal.quantile(0.999)) < 1e-12)
  }

  @Test("what is no test is not a number, or no value")
  func nonsense() {
    #expect(StudentT.twoSided(.nan, degrees: 3).isNaN && StudentT.twoSided(1, degrees: 0).isNaN)
    #expect(ChiSquared.upperTail(1, degrees: 0).isNaN && ChiSquared.upperTail(.nan, degrees: 1).isNaN)
    #expect(ChiSquared.upperTail(-1, degrees: 2) == 1 && ChiSquared.upperTail(.infinity, degrees: 2) == 0)
    #expect(TwoProportions((3, 2), (1, 2)) == nil && TwoProportions((0, 0), (1, 2)) == nil)
    #expect(TwoProportions((-1, 2), (1, 2)) == nil && TwoProportions((.nan, 2), (1, 2)) == nil)
    #expect(McNemar.exact(-1, 2).p.isNaN && McNemar.asymptotic(.nan, 2).p.isNaN)
    #expect(wilsonInterval(successes: 1, trials: 0) == nil && wilsonInterval(successes: 3, trials: 2) == nil)
  }

  @Test("all succeed, or all fail: nothing tells the samples apart")
  func noFailures() throws {
    for successes in [(5.0, 7.0), (0, 0)] {
      let both = try #require(TwoProportions((successes.0, 5), (successes.1, 7)))
      for test in [both.chiSquared(yates: false), both.chiSquared(yates: true), both.z] {
        #expect(test == TestResult(statistic: 0, p: 1))
      }
    }
  }

  @Test("Holm leaves out what is no test")
  func holmWithoutTests() {
    let adjusted = SeveralTests.holm([0.01, .nan, 0.04])
    #expect(adjusted[0] == 0.02 && adjusted[1].isNaN && adjusted[2] == 0.04)
    #expect(SeveralTests.holm([]) == [])
    #expect(SeveralTests.bestOf(40, 0.01) == 0.4 && SeveralTests.bestOf(40, 0.03) == 1)
  }

  @Test("a ratio to nothing has no bounds")
  func ratioToZero() {
    #expect(ratioInterval(Summary(of: [1, 2]), Summary(of: [0])) == .unbounded)
  }
}
