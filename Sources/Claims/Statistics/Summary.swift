import Foundation

/// Mean and spread of a few numbers. With one number the spread is unknown, and its members are NaN.
package struct Summary: Sendable, Equatable {
  package let count: Int
  package let mean: Double
  /// With n − 1 in the denominator.
  package let standardDeviation: Double

  package init(of values: [Double]) {
    count = values.count
    let total = values.reduce(0, +)
    let mean = total / Double(values.count)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardDeviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : .nan
  }

  package var standardError: Double { standardDeviation / Double(count).squareRoot() }

  /// mean ± t(½+½·level, n−1)·sd/√n.
  package func interval(level: Double = 0.95) -> Interval? {
    guard count > 1 else { return nil }
    let reach = StudentT.quantile(0.5 + 0.5 * level, degrees: Double(count - 1)) * standardError
    return Interval(low: mean - reach, high: mean + reach)
  }
}

package struct Interval: Sendable, Equatable {
  package let low: Double
  package let high: Double
  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  func shifted(by offset: Double) -> Interval { Interval(low: low + offset, high: high + offset) }
}

/// The 95% interval of mean(a) − mean(b): paired by replicate where both have the same ones, else
/// Welch's with the degrees of freedom of Welch and Satterthwaite. One number alone, as a file gives it, is a
/// constant: the interval is then that of the other mean. Nil with too few numbers.
func differenceInterval(_ a: Sample, _ b: Sample, level: Double = 0.95) -> Interval? {
  if let pairs = paired(a, b) { return Summary(of: pairs.map { $0.0 - $0.1 }).interval(level: level) }
  let (first, second) = (a.summary, b.summary)
  if first.count > 1, second.count == 1 {
    return first.interval(level: level).map { $0.shifted(by: -second.mean) }
  }
  if first.count == 1, second.count > 1 {
    return second.interval(level: level).map {
      Interval(low: first.mean - $0.high, high: first.mean - $0.low)
    }
  }
  guard first.count > 1, second.count > 1 else { return nil }
  let (u, v) = (first.standardError * first.standardError, second.standardError * second.standardError)
  let difference = first.mean - second.mean
  guard u + v > 0 else { return Interval(low: difference, high: difference) }
  let degrees = (u + v) * (u + v) / (u * u / Double(first.count - 1) + v * v / Double(second.count - 1))
  let reach = StudentT.quantile(0.5 + 0.5 * level, degrees: degrees) * (u + v).squareRoot()
  return Interval(low: difference - reach, high: difference + reach)
}

/// The values of both samples by replicate, where both have the same two or more replicates.
func paired(_ a: Sample, _ b: Sample) -> [(Double, Double)]? {
  guard a.values.count > 1, Set(a.replicates) == Set(b.replicates), a.replicates.count == a.values.count
  else { return nil }
  let other = Dictionary(zip(b.replicates, b.values)) { first, _ in first }
  return zip(a.replicates, a.values).compactMap { label, value in other[label].map { (value, $0) } }
}

/// A number as people read it: five significant digits, no trailing zeros, no `-0`.
package func readable(_ number: Double) -> String {
  if number.isNaN { return "nan" }
  if number.isInfinite { return number < 0 ? "-inf" : "inf" }
  let text = String(format: "%.5g", number)
  return text == "-0" ? "0" : text
}
