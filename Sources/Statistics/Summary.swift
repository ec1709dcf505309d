import Foundation

/// Mean and spread of a few numbers. With one number the spread is unknown, and its members are NaN.
package struct Summary: Sendable, Equatable {
  package let count: Int
  package let mean: Double
  /// With n − 1 in the denominator.
  package let standardDeviation: Double

  /// Equal values have their own value as the mean and no spread; values whose squares no double holds are summed up
  /// in another unit.
  package init(of values: [Double]) {
    if let first = values.first, values.allSatisfy({ $0 == first }) {
      self.init(count: values.count, mean: first, standardDeviation: values.count > 1 ? first - first : .nan)
      return
    }
    let unit = powerOfTwo(near: values.reduce(0) { max($0, abs($1)) })
    let scaled = unit == 1 ? values : values.map { $0 / unit }
    let mean = scaled.reduce(0, +) / Double(values.count)
    let squares = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(
      count: values.count, mean: mean * unit,
      standardDeviation: values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() * unit : .nan)
  }

  package init(count: Int, mean: Double, standardDeviation: Double) {
    (self.count, self.mean, self.standardDeviation) = (count, mean, standardDeviation)
  }

  package var standardError: Double { standardDeviation / Double(count).squareRoot() }

  /// The t interval of the mean: mean ± t(½+½·level, n−1)·sd/√n. Nil for one number.
  package func interval(level: Double = 0.95) -> Interval? {
    reach(standardError, level: level)
  }

  /// Where one more draw lies: mean ± t(½+½·level, n−1)·sd·√(1 + 1/n). Nil for one number.
  /// Source: Hahn and Meeker 1991, Statistical Intervals, Section 4.2, doi 10.1002/9780470316771.
  package func predictionInterval(level: Double = 0.95) -> Interval? {
    reach(standardDeviation * (1 + 1 / Double(count)).squareRoot(), level: level)
  }

  private func reach(_ error: Double, level: Double) -> Interval? {
    guard count > 1 else { return nil }
    let reach = StudentT.quantile(0.5 + 0.5 * level, degrees: Double(count - 1)) * error
    return Interval(low: mean - reach, high: mean + reach)
  }
}

/// 1, or for numbers whose squares are beyond doubles a power of two of about their size: dividing by it is exact.
func powerOfTwo(near size: Double) -> Double {
  guard size.isFinite, size > 0, !(1e-120...1e120).contains(size) else { return 1 }
  return Double(sign: .plus, exponent: max(-1022, size.exponent), significand: 1)
}

package struct Interval: Sendable, Equatable {
  package let low: Double
  package let high: Double
  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// `[0.1, 0.2]`.
  package var described: String { "[\(readable(low)), \(readable(high))]" }
}

/// A number as people read it: five significant digits, no trailing zeros, no `-0`.
package func readable(_ number: Double) -> String {
  if number.isNaN { return "nan" }
  if number.isInfinite { return number < 0 ? "-inf" : "inf" }
  let text = String(format: "%.5g", number)
  return text == "-0" ? "0" : text
}
