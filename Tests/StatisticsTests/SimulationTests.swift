import Foundation
import Statistics
import Testing

/// The generator of Steele, Lea and Flood 2014.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// By Box and Muller.
  mutating func normals(_ count: Int, mean: Double = 0, deviation: Double = 1) -> [Double] {
    (0..<count).map { _ in
      let radius = (-2 * log(1 - uniform())).squareRoot()
      return mean + deviation * radius * cos(2 * .pi * uniform())
    }
  }

  mutating func successes(of trials: Int, _ rate: Double) -> Double {
    Double((0..<trials).count { _ in uniform() < rate })
  }
}

/// A seeded simulation counts how often something happens, and holds it to its probability: within four standard
/// deviations of the binomial, which one in 16,000 right implementations would miss.
@Suite("Coverage of intervals and size of tests, by simulation")
struct SimulationTests {
  private func expectRate(
    _ rate: Double, of trials: Int, seed: UInt64, _ what: Comment, _ happens: (inout SplitMix) -> Bool
  ) {
    var random = SplitMix(state: seed)
    let count = (0..<trials).count { _ in happens(&random) }
    let reach = 4 * (Double(trials) * rate * (1 - rate)).squareRoot()
    #expect(abs(Double(count) - rate * Double(trials)) <= reach, what)
  }

  @Test(
    "the t interval covers the mean, the prediction interval one more draw", arguments: [2, 3, 10],
    [0.9, 0.95])
  func oneSample(count: Int, level: Double) {
    expectRate(level, of: 4000, seed: UInt64(count), "t, n = \(count)") { random in
      let interval = Summary(of: random.normals(count, mean: 5)).interval(level: level)
      return interval.map { $0.low <= 5 && 5 <= $0.high } ?? false
    }
    expectRate(level, of: 4000, seed: UInt64(100 + count), "prediction, n = \(count)") { random in
      let interval = Summary(of: random.normals(count, mean: 5)).predictionInterval(level: level)
      let next = random.normals(1, mean: 5)[0]
      return interval.map { $0.low <= next && next <= $0.high } ?? false
    }
  }

  @Test("Welch's interval and test, of samples of unequal spread")
  func welch() {
    func test(_ random: inout SplitMix) -> MeanDifference? {
      MeanDifference(
        Summary(of: random.normals(12, mean: 3, deviation: 2)), Summary(of: random.normals(20, mean: 3)))
    }
    expectRate(0.95, of: 4000, seed: 1, "coverage") { random in
      let interval = test(&random)?.interval()
      return interval.map { $0.low <= 0 && 0 <= $0.high } ?? false
    }
    expectRate(0.05, of: 4000, seed: 2, "size") { test(&$0).map { $0.twoSided < 0.05 } ?? false }
    expectRate(0.05, of: 4000, seed: 3, "size of the paired test") { random in
      MeanDifference(ofPairs: random.normals(4)).map { $0.twoSided < 0.05 } ?? false
    }
  }

  @Test("Fieller's interval of a ratio, paired and unpaired")
  func fieller() {
    func covers(_ interval: RatioInterval?) -> Bool {
      interval?.bounds.map { $0.low <= 0.6 && 0.6 <= $0.high } ?? false
    }
    expectRate(0.95, of: 4000, seed: 4, "unpaired") { random in
      let (a, b) = (random.normals(10, mean: 6, deviation: 0.5), random.normals(14, mean: 10, deviation: 1))
      return covers(ratioInterval(Summary(of: a), Summary(of: b)))
    }
    expectRate(0.95, of: 4000, seed: 5, "paired") { random in
      let common = random.normals(5)
      let a = zip(common, random.normals(5)).map { 6 + 0.5 * $0 + 0.3 * $1 }
      let b = zip(common, random.normals(5)).map { 10 + 0.5 * $0 + 0.3 * $1 }
      return covers(ratioInterval(Summary(of: a), Summary(of: b), pairs: Array(zip(a, b))))
    }
  }

  /// The probability that the interval covers is a sum over the binomial.
  @Test("Wilson's interval of a proportion", arguments: [(20, 0.1), (50, 0.3), (60, 0.5)])
  func wilson(trials: Int, rate: Double) {
    func covers(_ successes: Double) -> Bool {
      let interval = wilsonInterval(successes: successes, trials: Double(trials))
      return interval.map { $0.low <= rate && rate <= $0.high } ?? false
    }
    var (probability, exact) = (pow(1 - rate, Double(trials)), 0.0)
    for successes in 0...trials {
      if covers(Double(successes)) { exact += probability }
      probability *= rate / (1 - rate) * Double(trials - successes) / Double(successes + 1)
    }
    #expect(abs(exact - 0.95) < 0.025)
    expectRate(exact, of: 3000, seed: 6, "\(trials) trials") { covers($0.successes(of: trials, rate)) }
  }

  @Test("χ² of two proportions and McNemar's tests")
  func proportions() {
    func sample(_ random: inout SplitMix) -> TwoProportions? {
      TwoProportions((random.successes(of: 150, 0.4), 150), (random.successes(of: 200, 0.4), 200))
    }
    expectRate(0.05, of: 3000, seed: 7, "χ²") {
      sample(&$0).map { $0.chiSquared(yates: false).p < 0.05 } ?? false
    }
    var (yates, exact, wide) = (0, 0, 0)
    var random = SplitMix(state: 8)
    for _ in 0..<3000 {
      if sample(&random)?.chiSquared(yates: true).p ?? 1 < 0.05 { yates += 1 }
      let changed = 40 + Double(random.next() % 40)
      let b = random.successes(of: Int(changed), 0.5)
      if McNemar.exact(b, changed - b).p < 0.05 { exact += 1 }
      if McNemar.asymptotic(b, changed - b).p < 0.05 { wide += 1 }
    }
    // Conservative by construction, yet no more than half; the asymptotic test steps around its level.
    #expect((60...150).contains(yates) && (60...150).contains(exact) && (100...200).contains(wide))
  }

  /// All hypotheses true and independent: 1 − (1 − α/m)^m of the families have a smallest p below α/m.
  @Test("Holm keeps the rate of families with a false alarm")
  func holm() {
    expectRate(1 - pow(1 - 0.05 / 6, 6), of: 4000, seed: 9, "six true hypotheses") { random in
      let p = (0..<6).map { _ in random.uniform() }
      return SeveralTests.holm(p).contains { $0 < 0.05 }
    }
  }

  /// The interval of a mean by the standard deviation of its bootstrap samples, as claims take it.
  @Test("bootstrap samples cover the mean as the t interval does")
  func bootstrap() throws {
    var random = SplitMix(state: 10)
    func resampled(_ values: [Double], _ draws: Int) -> [Double] {
      (0..<draws).map { _ in
        values.indices.reduce(0) { sum, _ in sum + values[Int(random.uniform() * Double(values.count))] }
          / Double(values.count)
      }
    }
    let count = (0..<300).count { _ in
      let differences = random.normals(50, mean: 0.3)
      let mean = Summary(of: differences).mean
      let interval = MeanDifference(value: mean, resamples: resampled(differences, 300))?.interval()
      return interval.map { $0.low <= 0.3 && 0.3 <= $0.high } ?? false
    }
    #expect((265...299).contains(count))
    let values = random.normals(20)
    let mean = Summary(of: values).mean
    let found = try #require(MeanDifference(value: mean, resamples: resampled(values, 2000))).interval()
    let t = try #require(Summary(of: values).interval())
    #expect(abs(found.low - t.low) < 0.2 && abs(found.high - t.high) < 0.2)
    #expect(MeanDifference(value: 1, resamples: [1]) == nil)
    #expect(MeanDifference(value: 2, resamples: [2, 2, 2])?.interval() == Interval(low: 2, high: 2))
  }
}
