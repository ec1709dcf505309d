import Foundation
import Statistics
import Testing

/// DeLong's test against NumPy and scikit-learn (`Tests/oracles/delong.py`), against the definition, and by simulation.
@Suite("Two areas under ROC curves of the same items")
struct PairedAreasTests {
  private struct Case: Decodable {
    let first: [Double]
    let second: [Double]
    let positive: [Bool]
    /// Areas, variance of their difference, z, p.
    let numbers: [Double]
  }

  @Test func numbersAreThoseOfTheOracle() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../oracles/delong.json").standardized
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    #expect(cases.count == 8)
    for entry in cases {
      let areas = try #require(
        PairedAreas(first: entry.first, second: entry.second, isPositive: entry.positive))
      let found = [areas.first, areas.second, areas.variance, areas.test.statistic, areas.test.p]
      // Sums of some hundred terms of at most 1.
      for (found, expected) in zip(found, entry.numbers) { #expect(relative(found, expected) < 1e-11) }
    }
  }

  /// All pairs, one by one.
  private func naive(_ first: [Double], _ second: [Double], _ isPositive: [Bool]) -> (Double, Double, Double)
  {
    let (positives, negatives) = (
      isPositive.indices.filter { isPositive[$0] }, isPositive.indices.filter { !isPositive[$0] }
    )
    func psi(_ scores: [Double], _ i: Int, _ j: Int) -> Double {
      scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func variance(_ values: [Double]) -> Double {
      values.reduce(0) { $0 + ($1 - mean(values)) * ($1 - mean(values)) } / Double(values.count - 1)
    }
    let areas = [first, second].map { scores in
      mean(positives.map { i in mean(negatives.map { psi(scores, i, $0) }) })
    }
    let d = positives.map { i in mean(negatives.map { psi(second, i, $0) - psi(first, i, $0) }) }
    let e = negatives.map { j in mean(positives.map { psi(second, $0, j) - psi(first, $0, j) }) }
    return (areas[0], areas[1], variance(d) / Double(d.count) + variance(e) / Double(e.count))
  }

  @Test func everyTieAndSizeIsAsInTheDefinition() throws {
    var random = SplitMix(state: 15)
    for _ in 0..<300 {
      let count = 4 + Int(random.uniform() * 20)
      let levels = 1 + random.uniform() * 8
      func scores() -> [Double] { (0..<count).map { _ in (random.uniform() * levels).rounded(.down) } }
      let (first, second) = (scores(), scores())
      let isPositive = [true, true, false, false] + (4..<count).map { _ in random.uniform() < 0.4 }
      let expected = naive(first, second, isPositive)
      let found = try #require(PairedAreas(first: first, second: second, isPositive: isPositive))
      #expect(abs(found.first - expected.0) < 1e-13 && abs(found.second - expected.1) < 1e-13)
      #expect(abs(found.variance - expected.2) < 1e-13)
      let reverse = try #require(PairedAreas(first: second, second: first, isPositive: isPositive))
      #expect(reverse.variance == found.variance && reverse.difference == -found.difference)
      // Only the order of scores counts.
      let other = PairedAreas(
        first: first.map { exp($0) }, second: second.map { $0 * 3 - 1 }, isPositive: isPositive)
      #expect(other == found)
    }
  }

  @Test func degenerateItemsHaveADefinedAnswer() throws {
    func areas(_ first: [Double], _ second: [Double], _ labels: [Int]) -> PairedAreas? {
      PairedAreas(first: first, second: second, isPositive: labels.map { $0 == 1 })
    }
    #expect(areas([1, 2], [2, 1], [1, 1]) == nil && areas([1, 2], [2, 1], [0, 0]) == nil)
    #expect(areas([], [], []) == nil)
    // All tied, before and after: nothing changed.
    let tied = try #require(areas([3, 3, 3, 3], [7, 7, 7, 7], [0, 1, 0, 1]))
    #expect(tied.first == 0.5 && tied.second == 0.5 && tied.variance == 0)
    #expect(tied.test == TestResult(statistic: 0, p: 1))
    // From all tied to all apart: each placement changes by a half, so no variance can be estimated.
    let apart = try #require(areas([3, 3, 3, 3], [0, 1, 0, 1], [0, 1, 0, 1]))
    #expect(apart.difference == 0.5 && apart.variance == 0 && apart.test.p.isNaN)
    // One positive item: its placement changed, or not.
    let one = try #require(areas([1, 2, 3], [3, 2, 1], [1, 0, 0]))
    #expect(one.first == 0 && one.second == 1 && one.variance.isNaN && one.test.p.isNaN)
    #expect(try #require(areas([1, 2, 3], [1, 3, 2], [1, 0, 0])).test.p == 1)
    // Means of samples.
    let mean = try #require(PairedAreas.mean([tied, apart]))
    #expect(mean.first == 0.5 && mean.second == 0.75 && mean.variance == 0)
    #expect(PairedAreas.mean([]) == nil)
  }

  /// Two equally good scores: the test at 5% finds a difference in about that share.
  @Test func theSizeIsTheLevel() {
    var random = SplitMix(state: 1988)
    let trials = 2000
    let found = (0..<trials).count { _ in
      let labels = (0..<120).map { $0 % 2 == 0 }
      let common = random.normals(120)
      func scores() -> [Double] {
        zip(zip(common, random.normals(120)), labels).map { $0.0 + $0.1 + ($1 ? 1 : 0) }
      }
      let areas = PairedAreas(first: scores(), second: scores(), isPositive: labels)
      return (areas?.test.p ?? 1) < 0.05
    }
    // Four standard deviations of the binomial, and two thirds of a percent for the normal approximation at 60 items of a class.
    #expect(
      abs(Double(found) / Double(trials) - 0.05) < 4 * (0.05 * 0.95 / Double(trials)).squareRoot() + 0.0067)
  }
}
