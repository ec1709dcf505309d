/// What a test found: its statistic, and the probability of one at least as far from the hypothesis.
package struct TestResult: Sendable, Equatable {
  package let statistic: Double
  package let p: Double
  package init(statistic: Double, p: Double) {
    self.statistic = statistic
    self.p = p
  }
}

/// Successes of two independent samples. Counts need not be whole: a printed rate times n seldom is.
package struct TwoProportions: Sendable, Equatable {
  package let successes: (Double, Double)
  package let trials: (Double, Double)

  /// Nil where a sample is empty, or its successes are not between 0 and its size.
  package init?(_ first: (successes: Double, trials: Double), _ second: (successes: Double, trials: Double)) {
    for sample in [first, second] {
      guard sample.trials > 0, sample.trials.isFinite, (0...sample.trials).contains(sample.successes) else {
        return nil
      }
    }
    successes = (first.successes, second.successes)
    trials = (first.trials, second.trials)
  }

  package static func == (a: TwoProportions, b: TwoProportions) -> Bool {
    a.successes == b.successes && a.trials == b.trials
  }

  package var rates: (Double, Double) { (successes.0 / trials.0, successes.1 / trials.1) }

  /// That of both samples together.
  private var pooled: Double { (successes.0 + successes.1) / (trials.0 + trials.1) }

  /// Pearson's test of equal proportions in the table of successes and failures: Σ (|O − E| − c)²/E, with one degree
  /// of freedom. Yates's c is the smaller of ½ and |O − E|; without it c = 0. Where all succeed or all fail there
  /// is nothing to tell: the statistic is 0, p is 1.
  /// Source: Yates 1934, Suppl. J. R. Stat. Soc. 1, 217, doi 10.2307/2983604.
  package func chiSquared(yates: Bool) -> TestResult {
    guard pooled > 0, pooled < 1 else { return TestResult(statistic: 0, p: 1) }
    // The four cells are equally far from what is expected.
    let distance = abs(successes.0 - trials.0 * pooled)
    let corrected = distance - (yates ? min(0.5, distance) : 0)
    let weights = (1 / trials.0 + 1 / trials.1) * (1 / pooled + 1 / (1 - pooled))
    let statistic = corrected * corrected * weights
    return TestResult(statistic: statistic, p: ChiSquared.upperTail(statistic, degrees: 1))
  }

  /// z = (p₁ − p₂)/√(p(1 − p)(1/n₁ + 1/n₂)) with p of both samples together, two-sided: z² is χ² without correction.
  package var z: TestResult {
    guard pooled > 0, pooled < 1 else { return TestResult(statistic: 0, p: 1) }
    let variance = pooled * (1 - pooled) * (1 / trials.0 + 1 / trials.1)
    let statistic = (rates.0 - rates.1) / variance.squareRoot()
    return TestResult(statistic: statistic, p: Normal.twoSided(statistic))
  }
}

/// McNemar's test of two answers to the same questions, by the pairs that changed: b from success to failure, c from
/// failure to success. Without changed pairs p is 1.
/// Source: McNemar 1947, Psychometrika 12, 153, doi 10.1007/BF02295996.
package enum McNemar {
  /// The binomial's two-sided probability, min(1, 2·P(X ≤ min(b, c))) for X of b + c fair coins; the statistic is
  /// min(b, c).
  package static func exact(_ b: Double, _ c: Double) -> TestResult {
    let (less, more) = (min(b, c), max(b, c))
    guard less >= 0, more.isFinite else { return TestResult(statistic: .nan, p: .nan) }
    guard less < more else { return TestResult(statistic: less, p: 1) }
    // P(X ≤ k) of n coins is I(½; n − k, k + 1).
    return TestResult(statistic: less, p: min(1, 2 * IncompleteBeta.regularized(0.5, more, less + 1)))
  }

  /// (b − c)²/(b + c), χ² with one degree of freedom, without correction.
  package static func asymptotic(_ b: Double, _ c: Double) -> TestResult {
    guard b >= 0, c >= 0, b.isFinite, c.isFinite else { return TestResult(statistic: .nan, p: .nan) }
    guard b + c > 0 else { return TestResult(statistic: 0, p: 1) }
    let statistic = (b - c) * (b - c) / (b + c)
    return TestResult(statistic: statistic, p: ChiSquared.upperTail(statistic, degrees: 1))
  }
}
