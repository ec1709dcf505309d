import ClaimSupport
import Claims
import Contracts
import Declarations
import ExperimentConfig
import Foundation
import Statistics
import Testing

@Suite("What decides a claim")
struct EvidenceTests {
  private static let checks = [
    ("value", #"{"of": "loss", "equals": 1, "within": 0.5}"#), ("range", #"{"of": "loss", "high": 2}"#),
    ("greater", #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}]}"#),
    ("ratio", #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}], "low": 1}"#),
    ("equivalent", #"{"of": "loss", "mean": 1, "margin": 0.5}"#),
    ("equivalent", #"{"of": "loss", "mean": 1, "margin": 0.5, "interval": [0.99, 1.01], "runs": 9}"#),
  ]

  /// One draw of something random says nothing about a distribution; one number without chance in it is exact.
  @Test(arguments: checks)
  func oneReplicateDecidesOnlyWithoutChance(check: String, parameters: String) throws {
    let table = curveTable([(0, [1]), (1, [2])])
    let isCompared = ["greater", "ratio"].contains(check)
    for (isRandom, word) in [(true, "inconclusive"), (false, "pass")] {
      let verdict = try verdict(
        check, parameters, on: table, where: isCompared ? "{}" : #"{"delta": 0}"#, axes: seeds,
        isRandom: isRandom)
      #expect(verdict.outcome.word == word, "\(check): \(verdict.explanation)")
      #expect(verdict.explanation.contains("seeds") == isRandom)
    }
  }

  @Test(arguments: [
    ([0.99, 1.0, 1.01], "pass"), ([0.6, 1.0, 1.4], "inconclusive"), ([1.98, 2.0, 2.02], "fail"),
    ([1.4, 1.45, 1.5], "inconclusive"), ([1, 1, 1], "pass"), ([2, 2, 2], "fail"),
  ])
  func theIntervalOfTheMeanIsWithinTheBounds(values: [Double], expected: String) throws {
    for (check, parameters) in [
      ("value", #"{"of": "loss", "equals": 1, "within": 0.5}"#),
      ("range", #"{"of": "loss", "low": 0.5, "high": 1.5}"#),
    ] {
      let verdict = try verdict(check, parameters, on: curveTable([(0, values)]), axes: seeds, isRandom: true)
      #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
      // Alone, the test says what its interval says.
      let interval = try #require(verdict.interval)
      let inside = interval.low >= 0.5 && interval.high <= 1.5
      let outside = interval.high < 0.5 || interval.low > 1.5
      #expect((inside ? "pass" : outside ? "fail" : "inconclusive") == expected)
    }
  }

  /// p is that of the t test against the bound in doubt, by hand: mean 1, sd .1, n = 4, bound 1.2.
  @Test func pIsOfTheNearestBound() throws {
    let values = [0.9, 1.1, 0.9, 1.1]
    let verdict = try verdict(
      "range", #"{"of": "loss", "low": 0, "high": 1.2}"#, on: curveTable([(0, values)]), axes: seeds)
    let summary = Summary(of: values)
    let t = (1.2 - summary.mean) / summary.standardError
    let p = StudentT.twoSided(t, degrees: 3)
    #expect(abs(try #require(verdict.p) - p) < 1e-12)
  }

  @Test(arguments: [
    (5, 5, "pass"), (4, 5, "inconclusive"), (9, 10, "pass"), (0, 5, "fail"), (1, 3, "inconclusive"),
  ])
  func placesAreDecidedByTheShareOfReplicates(agreeing: Int, count: Int, expected: String) throws {
    // Those that agree fall to 1, the others rise; the mean goes with the majority.
    let low = (0..<count).map { $0 < agreeing ? 2.0 : 0.9 }
    let table = curveTable([(0, low), (1, Array(repeating: 1, count: count))])
    let verdict = try verdict(
      "argmin", #"{"of": "loss", "over": "delta", "equals": 1}"#, on: table, axes: seeds, isRandom: true)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
    #expect(verdict.explanation.contains("\(agreeing) of \(count) replicates"))
  }

  @Test(arguments: [
    ([0.1, 0.2, 0.3], "pass"), ([0.5, 0.2, -0.1], "fail"), ([-0.1, -0.2, -0.3], "fail"),
  ])
  func eachReplicateByItself(values: [Double], expected: String) throws {
    let verdict = try verdict(
      "each", #"{"of": "loss", "low": 0}"#, on: curveTable([(0, values)]), axes: seeds, isRandom: true)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
  }

  /// One draw refutes what is said of each, and does not bear it out; of a number without chance both are exact.
  @Test(arguments: [
    (-0.1, true, "fail"), (0.1, true, "inconclusive"), (-0.1, false, "fail"), (0.1, false, "pass"),
  ])
  func eachOfOne(value: Double, isRandom: Bool, expected: String) throws {
    let verdict = try verdict(
      "each", #"{"of": "loss", "low": 0}"#, on: curveTable([(0, [value])]), axes: seeds, isRandom: isRandom)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
  }

  /// Numbers that are broken are no way to differ from the paper.
  @Test(arguments: [
    ("value", #"{"of": "loss", "equals": 1, "within": 0.5}"#, [Double.infinity, 1]),
    ("range", #"{"of": "loss", "low": 1}"#, [-Double.infinity, 1]),
    ("knee", #"{"of": "loss", "over": "delta", "equals": 0}"#, [1, 2]),
    ("monotone", #"{"of": "loss", "over": "delta", "direction": "increasing"}"#, [1]),
    ("argmin", #"{"of": "loss", "over": "delta", "equals": 1}"#, [1, Double.infinity]),
    ("draw", #"{"of": "loss", "equals": 0.5}"#, [1]),
  ])
  func brokenNumbersDoNotDiffer(check: String, parameters: String, values: [Double]) throws {
    let isCurve = ["knee", "monotone", "argmin"].contains(check)
    let table =
      check == "draw"
      ? curveTable([(0, Array(repeating: 1, count: 30))])
      : curveTable(
        values.enumerated().map { (isCurve ? Double($0) : 0, [$1]) }.prefix(isCurve ? 2 : 1).map { $0 })
    let verdict = try verdict(
      check, parameters, on: table, axes: seeds, isRandom: check == "draw", differsBecause: "known")
    #expect(verdict.outcome.word == "fail", "\(verdict.explanation)")
    #expect(verdict.explanation.contains("but not this: known"))
  }

  // MARK: - Many claims

  /// Alone p = .03 decides; among four such tests Holm asks for .0125 of the first.
  @Test func holmCorrectsForTheOtherClaims() throws {
    let values = [0.75, 1.0, 1.25, 1.0]
    let check = #"{"of": "loss", "high": 1.45}"#
    func judged(_ id: String) throws -> Judgement {
      try judgement("range", check, on: curveTable([(0, values)]), axes: seeds, isRandom: true, id: id)
    }
    let alone = decide([try judged("a")])[0]
    let p = try #require(alone.p)
    #expect(alone.outcome.word == "pass" && p > 0.0125 && p < 0.05, "\(p)")
    let four = decide(try ["a", "b", "c", "d"].map(judged))
    #expect(four.allSatisfy { $0.outcome.word == "inconclusive" && abs(($0.adjusted ?? 0) - 4 * p) < 1e-12 })
    #expect(four[0].explanation.contains("Holm's correction for 4 tests"))
  }

  @Test func holmByHand() {
    let adjusted = SeveralTests.holm([0.01, 0.04, 0.03, 0.005])
    for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) {
      #expect(abs(found - expected) < 1e-15)
    }
    #expect(SeveralTests.holm([]) == [] && SeveralTests.holm([0.7, 0.9]) == [1, 1])
  }

  // MARK: - Statements that do not hold

  @Test(arguments: [([1.0], "fail"), ([3.0], "differs"), ([0.5, 2.5], "inconclusive")])
  func aStatementThatIsKnownNotToHold(values: [Double], expected: String) throws {
    let verdict = try verdict(
      "range", #"{"of": "loss", "high": 2}"#, on: curveTable([(0, values)]), axes: seeds,
      isRandom: values.count > 1,
      differsBecause: "the data are drawn")
    #expect(verdict.outcome.word == expected)
    #expect(verdict.explanation.contains("the data are drawn"))
  }

  @Test func statementsAreCountedOnce() throws {
    let table = curveTable([(0, [1])])
    func verdict(_ id: String, _ bound: Double, basis: ClaimBasis, statement: String?) throws -> Verdict {
      let claim = ClaimSpec(
        id: id, source: "s", says: "t", table: "t", check: "range",
        parameters: try json("{\"of\": \"loss\", \"high\": \(bound)}"), basis: basis, statement: statement)
      return evaluate(claim, table: .present(table))
    }
    let verdicts = [
      try verdict("a", 2, basis: .paper, statement: "cone"),
      try verdict("b", 3, basis: .paper, statement: "cone"),
      try verdict("c", 2, basis: .paper, statement: nil), try verdict("d", 0, basis: .paper, statement: nil),
      try verdict("e", 0, basis: .beyond, statement: nil),
    ]
    #expect(StatementCounts(verdicts, basis: .paper).summary == "3 checked: 2 hold, 1 differs")
    #expect(StatementCounts(verdicts, basis: .beyond).summary == "1 checked: 1 differs")
    #expect(verdicts.linesByBasis.count == 2)
  }
}

@Suite("Draws and knees")
struct DrawAndKneeTests {
  private static func cosines(_ count: Int, mean: Double = 0.99, seed: UInt64 = 3) -> [Double] {
    var random = Normals(seed: seed)
    return (0..<count).map { _ in 1 - (1 - mean) * exp(0.3 * random.next()) }
  }

  @Test(arguments: [(0.99, "pass"), (0.993, "pass"), (0.97, "fail"), (0.999, "fail")])
  func aPublishedDrawIsOneOfOurs(published: Double, expected: String) throws {
    let values = Self.cosines(25)
    let verdict = try verdict(
      "draw", "{\"of\": \"loss\", \"equals\": \(published), \"scale\": \"log-one-minus\"}",
      on: curveTable([(0, values)]), axes: seeds, isRandom: true)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
    let logs = Summary(of: values.map { log(1 - $0) })
    let reach = StudentT.quantile(0.975, degrees: 24) * logs.standardDeviation * (1 + 1.0 / 25).squareRoot()
    let interval = try #require(verdict.interval)
    #expect(abs(interval.low - (1 - exp(logs.mean + reach))) < 1e-12)
    #expect(abs(interval.high - (1 - exp(logs.mean - reach))) < 1e-12)
  }

  @Test func aConstantOutputIsNoDraw() throws {
    for scale in ["linear", "log-one-minus"] {
      let check = "{\"of\": \"loss\", \"equals\": 1, \"scale\": \"\(scale)\"}"
      let constant = curveTable([(0, Array(repeating: 1, count: 30))])
      #expect(try verdict("draw", check, on: constant, axes: seeds, isRandom: true).outcome.word == "fail")
    }
  }

  @Test func fewNetworksAreTooFew() throws {
    let table = curveTable([(0, Self.cosines(24))])
    let verdict = try verdict(
      "draw", #"{"of": "loss", "equals": 0.5}"#, on: table, axes: seeds, isRandom: true)
    #expect(verdict.outcome.word == "inconclusive" && verdict.explanation.contains("at least 25"))
  }

  /// Another draw lies in the interval in 95% of 2,000 trials, give or take four standard errors.
  @Test func theIntervalHoldsAnotherDraw() throws {
    var held = 0
    for trial in 0..<2000 {
      let values = Self.cosines(26, seed: UInt64(trial))
      let verdict = try verdict(
        "draw", "{\"of\": \"loss\", \"equals\": \(values[25]), \"scale\": \"log-one-minus\"}",
        on: curveTable([(0, Array(values.prefix(25)))]), axes: seeds, isRandom: true)
      if verdict.outcome.word == "pass" { held += 1 }
    }
    #expect(abs(Double(held) / 2000 - 0.95) < 0.02, "\(held)")
  }

  @Test(arguments: [
    ([9.0, 8, 7, 3, 2.9], "pass"), ([9.0, 4, 3.9, 3, 2.9], "fail"), ([1, 1, 1, 1, 1], "fail"),
    ([3, 2, 0, 0, 0], "fail"),
  ])
  func theLargestRelativeDrop(values: [Double], expected: String) throws {
    let curve = curveTable(values.enumerated().map { (Double($0), [$1]) })
    let verdict = try verdict("knee", #"{"of": "loss", "over": "delta", "equals": 2}"#, on: curve)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
  }
}
