/// The areas under two ROC curves of the same items, with DeLong's estimate of how far their difference varies.
///
/// An item's placement is the share of items of the other class on whose right side its score is, equal scores counting half. An
/// area is the mean placement of the positive items. With d the difference of an item's two placements, the variance of the difference
/// of the areas is var(d of the m positive)/m + var(d of the n negative)/n, each variance with one degree of freedom less.
/// Source: DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, 837, doi 10.2307/2531595; placements by sorting as in Sun and
/// Xu 2014, IEEE Signal Process. Lett. 21, 1389, doi 10.1109/LSP.2014.2337313.
package struct PairedAreas: Sendable, Equatable {
  package let first: Double
  package let second: Double
  /// Of `difference`. NaN where a class has one item, whose placement differs: one value has no variance.
  package let variance: Double

  /// The second less the first.
  package var difference: Double { second - first }

  private init(first: Double, second: Double, variance: Double) {
    (self.first, self.second, self.variance) = (first, second, variance)
  }

  /// Nil where there are no positive or no negative items.
  package init?(first: [Double], second: [Double], isPositive: [Bool]) {
    let positives = isPositive.count { $0 }
    let negatives = isPositive.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    let before = Self.placements(first, isPositive, positives)
    let after = Self.placements(second, isPositive, positives)
    func spread(ofPositive wanted: Bool) -> Double {
      Self.varianceOfMean(
        isPositive.indices.filter { isPositive[$0] == wanted }.map { after[$0] - before[$0] })
    }
    func area(_ placements: [Int]) -> Double {
      let sum = zip(placements, isPositive).reduce(0) { $1.1 ? $0 + $1.0 : $0 }
      return Double(sum) / (2 * Double(positives) * Double(negatives))
    }
    // Placements are counted in halves of items of the other class.
    let units = (2 * Double(negatives), 2 * Double(positives))
    self.init(
      first: area(before), second: area(after),
      variance: spread(ofPositive: true) / (units.0 * units.0)
        + spread(ofPositive: false) / (units.1 * units.1))
  }

  /// Twice the number of items of the other class that an item is on the right side of, plus that of equal ones.
  private static func placements(_ scores: [Double], _ isPositive: [Bool], _ positives: Int) -> [Int] {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var found = [Int](repeating: 0, count: scores.count)
    var below = (positive: 0, negative: 0)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      let equal = order[start..<end].count { isPositive[$0] }
      let others = end - start - equal
      for item in order[start..<end] {
        found[item] =
          isPositive[item]
          ? 2 * below.negative + others : 2 * (positives - below.positive - equal) + equal
      }
      below = (below.positive + equal, below.negative + others)
      start = end
    }
    return found
  }

  /// The sums are of whole numbers, so equal differences have a variance of exactly 0.
  private static func varianceOfMean(_ differences: [Int]) -> Double {
    let count = Double(differences.count)
    let mean = Double(differences.reduce(0, +)) / count
    let squares = differences.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    if squares == 0, differences.count > 1 || mean == 0 { return 0 }
    return differences.count > 1 ? squares / (count - 1) / count : .nan
  }

  /// The means over samples that have no items in common; nil without a sample.
  ///
  /// Items of different samples are not compared with each other: they may have scores of different origin.
  package static func mean(_ samples: [PairedAreas]) -> PairedAreas? {
    guard !samples.isEmpty else { return nil }
    let count = Double(samples.count)
    func mean(_ value: (PairedAreas) -> Double) -> Double { samples.reduce(0) { $0 + value($1) } / count }
    return PairedAreas(first: mean(\.first), second: mean(\.second), variance: mean(\.variance) / count)
  }

  /// z = difference/√variance, two-sided by the normal distribution. Where no placement changed there is nothing to tell: the
  /// statistic is 0, p is 1. Where all changed alike, or one item stands for a class, no variance can be estimated: NaN.
  package var test: TestResult {
    if variance == 0, difference == 0 { return TestResult(statistic: 0, p: 1) }
    guard variance > 0 else { return TestResult(statistic: .nan, p: .nan) }
    let z = difference / variance.squareRoot()
    return TestResult(statistic: z, p: Normal.twoSided(z))
  }
}
