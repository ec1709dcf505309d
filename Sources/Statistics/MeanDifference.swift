import Foundation

/// The difference of two means, or of a mean and a constant, with its standard error.
package struct MeanDifference: Sendable, Equatable {
  package let difference: Double
  package let standardError: Double
  /// Degrees of freedom of t.
  package let degrees: Double

  /// Of pairs, by their own differences: mean(d), sd(d)/√n, n − 1 degrees. Against a constant it is the one-sample t,
  /// with d = value − constant. Nil for fewer than two.
  package init?(ofPairs differences: [Double]) {
    self.init(Summary(of: differences))
  }

  /// Of the mean of differences that are already summed up. Nil for fewer than two.
  package init?(_ summary: Summary, against constant: Double = 0) {
    guard summary.count > 1 else { return nil }
    difference = summary.mean - constant
    standardError = summary.standardError
    degrees = Double(summary.count - 1)
  }

  /// Of two independent samples, by Welch: √(u + v) with the squared standard errors u and v of both, and
  /// (u + v)²/(u²/(n_u − 1) + v²/(n_v − 1)) degrees of freedom. One number alone, as a file gives it, is a constant.
  /// Nil where both are. Source: Welch 1947, Biometrika 34, 28, doi 10.1093/biomet/34.1-2.28.
  package init?(_ a: Summary, _ b: Summary) {
    guard a.count > 1 || b.count > 1 else { return nil }
    let errors = [a, b].map { $0.count > 1 ? $0.standardError : 0 }
    let unit = powerOfTwo(near: errors[0] > errors[1] ? errors[0] : errors[1])
    let (u, v) = (Self.square(errors[0] / unit), Self.square(errors[1] / unit))
    difference = a.mean - b.mean
    standardError = (u + v).squareRoot() * unit
    let terms = Self.term(u, a.count) + Self.term(v, b.count)
    let largest = Double(max(a.count, b.count) - 1)
    degrees = terms > 0 ? (u + v) * (u + v) / terms : largest
  }

  private static func square(_ error: Double) -> Double { error * error }

  private init(difference: Double, standardError: Double, degrees: Double) {
    (self.difference, self.standardError, self.degrees) = (difference, standardError, degrees)
  }

  private static func term(_ square: Double, _ count: Int) -> Double {
    count > 1 ? square * square / Double(count - 1) : 0
  }

  package var t: Double {
    standardError == 0 ? (difference == 0 ? 0 : difference * .infinity) : difference / standardError
  }

  /// P(|T| ≥ |t|) where the means are equal.
  package var twoSided: Double { StudentT.twoSided(t, degrees: degrees) }

  package func interval(level: Double = 0.95) -> Interval {
    let reach =
      standardError == 0 ? 0 : StudentT.quantile(0.5 + 0.5 * level, degrees: degrees) * standardError
    return Interval(low: difference - reach, high: difference + reach)
  }
}

extension MeanDifference {
  /// Degrees of freedom at which t is the normal distribution.
  static let many = 1e7

  /// A number with the standard deviation of its bootstrap samples for its standard error. Nil without any.
  package init?(value: Double, resamples: [Double]) {
    guard resamples.count > 1 else { return nil }
    self.init(
      difference: value, standardError: Summary(of: resamples).standardDeviation, degrees: Self.many)
  }

  /// The same less a constant.
  package func less(_ constant: Double) -> MeanDifference {
    MeanDifference(difference: difference - constant, standardError: standardError, degrees: degrees)
  }

  /// Whether there is a standard error to decide by: a positive and finite one.
  package var hasSpread: Bool { standardError > 0 && standardError.isFinite }

  /// P(T ≥ |t|).
  package var oneSidedTail: Double { twoSided / 2 }
}
