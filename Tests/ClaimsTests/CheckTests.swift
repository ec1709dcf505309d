import ClaimSupport
import Claims
import Contracts
import Declarations
import Foundation
import Statistics
import Testing

@Suite("Checks")
struct CheckTests {
  static let well = curveTable([(-1, [3]), (-0.5, [1]), (0, [2]), (0.5, [0.5]), (1, [4])])
  static let replicated = curveTable([(0, [1.0, 1.1, 1.2]), (1, [2.0, 2.1, 2.2]), (2, [2.9, 3.0, 3.1])])

  /// Every check on a table where it holds, and with one thing changed so that it does not.
  @Test(arguments: [
    ("value", #"{"of": "loss", "equals": 2, "within": 0.1}"#, #"{"delta": 0}"#, "pass"),
    ("value", #"{"of": "loss", "equals": 2}"#, #"{"delta": 0}"#, "pass"),
    ("value", #"{"of": "loss", "equals": 2.2, "within": 0.1}"#, #"{"delta": 0}"#, "fail"),
    ("range", #"{"of": "loss", "low": 1.5, "high": 2}"#, #"{"delta": 0}"#, "pass"),
    ("range", #"{"of": "loss", "high": 2}"#, #"{"delta": 0}"#, "pass"),
    ("range", #"{"of": "loss", "low": 2.1}"#, #"{"delta": 0}"#, "fail"),
    ("argmin", #"{"of": "loss", "over": "delta", "equals": 0.5}"#, "{}", "pass"),
    ("argmin", #"{"of": "loss", "over": "delta", "equals": 0.6}"#, "{}", "fail"),
    ("argmin", #"{"of": "loss", "over": "delta", "equals": 0.6, "within": 0.1}"#, "{}", "pass"),
    ("argmax", #"{"of": "loss", "over": "delta", "equals": 1}"#, "{}", "pass"),
    ("argmax", #"{"of": "loss", "over": "delta", "equals": 0}"#, "{}", "fail"),
    ("local-minima", #"{"of": "loss", "over": "delta", "count": 2, "near": [-0.5, 0.5]}"#, "{}", "pass"),
    ("local-minima", #"{"of": "loss", "over": "delta", "count": 1}"#, "{}", "fail"),
    ("local-minima", #"{"of": "loss", "over": "delta", "near": [0], "within": 0.4}"#, "{}", "fail"),
    ("local-minima", #"{"of": "loss", "over": "delta", "near": [0, 0.1], "within": 0.5}"#, "{}", "pass"),
    ("local-minima", #"{"of": "loss", "over": "delta", "near": [0.4, 0.5], "within": 0.2}"#, "{}", "fail"),
    (
      "monotone", #"{"of": "loss", "over": "delta", "direction": "decreasing"}"#, #"{"delta": [-1, -0.5]}"#,
      "pass"
    ),
    ("monotone", #"{"of": "loss", "over": "delta", "direction": "increasing"}"#, "{}", "fail"),
    ("greater", #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}]}"#, "{}", "pass"),
    ("greater", #"{"of": "loss", "where": [{"delta": 0}, {"delta": 1}]}"#, "{}", "fail"),
    ("ratio", #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}], "equals": 2}"#, "{}", "pass"),
    (
      "ratio", #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}], "low": 1.9, "high": 2.1}"#, "{}",
      "pass"
    ),
    (
      "ratio", #"{"of": "loss", "where": [{"delta": 0}, {"delta": 1}], "equals": 2, "within": 1}"#, "{}",
      "fail"
    ),
  ])
  func oneRun(check: String, parameters: String, selection: String, expected: String) throws {
    let verdict = try verdict(check, parameters, on: Self.well, where: selection)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
    #expect(!verdict.paper.isEmpty && !verdict.ours.isEmpty && !verdict.explanation.isEmpty)
  }

  @Test(arguments: checkCatalog.signatures.map(\.name))
  func everyCheckRefusesNonsenseWithoutTrapping(name: String) throws {
    let signature = try #require(checkCatalog.signatures.first { $0.name == name })
    // A check of which only the column must be given is content with it.
    let needsMore =
      signature.parameters.contains { $0.isRequired && $0.name != "of" } || !signature.rules.isEmpty
      || !signature.demands.isEmpty
    let bare = needsMore ? [#"{"of": "loss", "over": "nothing"}"#] : []
    for parameters in ["{}", "null", #"{"of": 3}"#, #"{"of": "nothing", "over": "delta"}"#, "[]"] + bare {
      let verdict = try verdict(name, parameters, on: Self.well)
      #expect(verdict.outcome.word == "error")
    }
  }

  @Test func meansOverReplicatesDecideAndTheIntervalIsReported() throws {
    let verdict = try verdict(
      "value", #"{"of": "loss", "equals": 2.1, "within": 0.001}"#, on: Self.replicated,
      where: #"{"delta": 1}"#, axes: seeds)
    // The mean is 2.1, but its interval is wider than the tolerance.
    #expect(verdict.outcome.word == "inconclusive")
    #expect(verdict.count == 3)
    let interval = try #require(verdict.interval)
    #expect(abs(interval.high - (2.1 + 4.30265 * 0.1 / 3.0.squareRoot())) < 1e-5)
  }

  @Test func curvesOverReplicates() throws {
    let rising = #"{"of": "loss", "over": "delta", "direction": "increasing", "strict": true}"#
    #expect(try verdict("monotone", rising, on: Self.replicated, axes: seeds).outcome.word == "pass")
    let least = #"{"of": "loss", "over": "delta", "equals": 0}"#
    let argmin = try verdict("argmin", least, on: Self.replicated, axes: seeds)
    #expect(argmin.outcome.word == "pass")
    #expect(argmin.count == 3)
    #expect(argmin.interval == Interval(low: 0, high: 0))
  }

  @Test func tiesPassOnlyIfEveryOneDoes() throws {
    let tied = curveTable([(-1, [0.1]), (0, [2]), (1, [0.1])])
    let at = #"{"of": "loss", "over": "delta", "equals": 1}"#
    #expect(try verdict("argmin", at, on: tied).outcome.word == "fail")
    let near = #"{"of": "loss", "over": "delta", "equals": 0, "within": 1}"#
    #expect(try verdict("argmin", near, on: tied).outcome.word == "pass")
  }

  @Test func flatStretchesHaveOneMinimumAndEndsHaveNone() throws {
    let flat = curveTable([(0, [0]), (1, [2]), (2, [1]), (3, [1]), (4, [1]), (5, [2]), (6, [0])])
    let one = #"{"of": "loss", "over": "delta", "count": 1, "near": [3]}"#
    #expect(try verdict("local-minima", one, on: flat).outcome.word == "pass")
    let steady = #"{"of": "loss", "over": "delta", "direction": "increasing", "strict": true}"#
    let selection = #"{"delta": [2, 3, 4, 5]}"#
    #expect(try verdict("monotone", steady, on: flat, where: selection).outcome.word == "fail")
  }

  /// Infinity is measured, and fails; NaN is nothing measured, and an error.
  @Test(arguments: [(Double.infinity, "fail"), (-.infinity, "fail"), (.nan, "error")])
  func nothingThatIsNotFiniteBearsAClaimOut(number: Double, expected: String) throws {
    let broken = curveTable([(0, [1]), (1, [number]), (2, [3])])
    for (check, parameters) in [
      ("argmin", #"{"of": "loss", "over": "delta", "equals": 0}"#),
      ("monotone", #"{"of": "loss", "over": "delta", "direction": "increasing"}"#),
      ("local-minima", #"{"of": "loss", "over": "delta", "count": 0}"#),
    ] {
      #expect(try verdict(check, parameters, on: broken).outcome.word == expected)
    }
    let value = try verdict(
      "range", #"{"of": "loss", "low": 0, "high": 9}"#, on: broken, where: #"{"delta": 1}"#)
    #expect(value.outcome.word == expected)
  }

  @Test func theRowsWithoutNumbersAreNamed() throws {
    let broken = curveTable([(0, [1, .nan]), (1, [.nan, 2])])
    let value = try verdict(
      "argmin", #"{"of": "loss", "over": "delta", "equals": 0}"#, on: broken, axes: seeds)
    #expect(
      value.explanation.hasPrefix(
        "loss is nan in 2 of 4 rows of table t: seed = 1, delta = 0.0; seed = 0, delta = 1.0; a claim needs numbers"
      ),
      "\(value.explanation)")
    let grid = curveTable([(0, [1]), (.nan, [2]), (2, [3])])
    let monotone = try verdict(
      "monotone", #"{"of": "loss", "over": "delta", "direction": "increasing"}"#, on: grid)
    #expect(monotone.outcome.word == "error")
    #expect(monotone.explanation.hasPrefix("delta is nan in 1 of 3 rows"), "\(monotone.explanation)")
  }
}

@Suite("Comparisons over replicates")
struct ReplicatedCheckTests {
  static let comparison = #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}]}"#

  @Test(arguments: [
    ([1.0, 1.1, 1.2], [2.0, 2.1, 2.25], "pass"), ([2.0, 2.1, 2.2], [1.0, 1.1, 1.25], "fail"),
    ([1.0, 1.4, 1.2], [1.3, 1.1, 1.25], "inconclusive"),
  ])
  func greaterLooksAtTheInterval(low: [Double], high: [Double], expected: String) throws {
    let table = curveTable([(0, low), (1, high)])
    let verdict = try verdict("greater", Self.comparison, on: table, axes: seeds)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
    #expect(verdict.interval != nil)
  }

  /// Paired differences 1 ± 0.01 are clear although each side spreads over 10.
  @Test func greaterPairsReplicates() throws {
    let table = curveTable([(0, [0, 5, 10]), (1, [1.0, 6.01, 10.99])])
    #expect(try verdict("greater", Self.comparison, on: table, axes: seeds).outcome.word == "pass")
  }

  /// Without common replicates Welch's interval: 3 − 1 with sd 1 and 4 each, hand computed.
  @Test func greaterIsWelchOtherwise() throws {
    let rows: [[Cell]] =
      [2.0, 3, 4].enumerated().map { [.integer($0), 1.0, .real($1)] }
      + [-3.0, 1, 5].enumerated().map { [.integer($0 + 10), 0.0, .real($1)] }
    let verdict = try verdict(
      "greater", Self.comparison, on: table(["seed", "delta", "loss"], rows), axes: seeds)
    let interval = try #require(verdict.interval)
    let (u, v) = (1.0 / 3, 16.0 / 3)
    let degrees = (u + v) * (u + v) / (u * u / 2 + v * v / 2)
    let reach = StudentT.quantile(0.975, degrees: degrees) * (u + v).squareRoot()
    #expect(abs(interval.low - (2 - reach)) < 1e-9 && abs(interval.high - (2 + reach)) < 1e-9)
    #expect(verdict.outcome.word == "inconclusive")
  }

  @Test(arguments: [
    ([1.00, 1.01, 0.99, 1.0], "pass"), ([1.5, 1.51, 1.49, 1.5], "fail"),
    ([0.9, 1.25, 1.0, 0.8], "inconclusive"),
  ])
  func equivalence(values: [Double], expected: String) throws {
    let verdict = try verdict(
      "equivalent", #"{"of": "loss", "mean": 1, "interval": [0.9, 1.1], "runs": 3, "margin": 0.1}"#,
      on: curveTable([(0, values)]),
      axes: seeds)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
  }

  @Test func inconclusiveSaysHowManySeedsItTakes() throws {
    let values = [0.9, 1.1, 1.0, 0.9, 1.1]
    let parameters = #"{"of": "loss", "mean": 1, "margin": 0.08}"#
    let verdict = try verdict("equivalent", parameters, on: curveTable([(0, values)]), axes: seeds)
    // sd = .1 and the bound is .08 away: t(.95, m−1)·.1/√m < .08 first holds for m = 7.
    #expect(verdict.outcome.word == "inconclusive")
    #expect(verdict.explanation.contains("about 2 more seeds would decide it"), "\(verdict.explanation)")
    let one = try Self.single(parameters)
    #expect(one.outcome.word == "inconclusive" && one.explanation.contains("several seeds"))
  }

  private static func single(_ parameters: String) throws -> Verdict {
    try verdict("equivalent", parameters, on: curveTable([(0, [1])]), axes: seeds, isRandom: true)
  }

  /// The published runs have a spread of their own, which no seeds of ours make smaller.
  @Test func thePublishedSpreadMayBeTooLarge() throws {
    let parameters = #"{"of": "loss", "mean": 1, "interval": [0.9, 1.1], "runs": 3, "margin": 0.05}"#
    let verdict = try verdict("equivalent", parameters, on: curveTable([(0, [0.99, 1, 1.01])]), axes: seeds)
    #expect(verdict.outcome.word == "inconclusive" && verdict.level == 0.9)
    #expect(verdict.explanation.contains("more seeds alone would not decide it"), "\(verdict.explanation)")
    // sd = .1·√3/4.30265 of each of 3 runs, and ours .01.
    let (ours, theirs) = (0.01 * 0.01 / 3, pow(0.1 / 4.302652730, 2))
    let degrees = (ours + theirs) * (ours + theirs) / (ours * ours / 2 + theirs * theirs / 2)
    let reach = StudentT.quantile(0.95, degrees: degrees) * (ours + theirs).squareRoot()
    #expect(abs(try #require(verdict.interval).high - reach) < 1e-9)
  }

  @Test(arguments: [#""interval": [0.9, 1.1], "runs": 3"#, #""interval": [0.9, 1.1], "margin": 0.1"#])
  func withoutAMarginOrRunsNothingIsEquivalent(keys: String) throws {
    let verdict = try verdict(
      "equivalent", "{\"of\": \"loss\", \"mean\": 1, \(keys)}", on: curveTable([(0, [1, 1, 1])]), axes: seeds)
    #expect(verdict.outcome.word == "inconclusive" && verdict.explanation.contains("\"margin\""))
  }

  /// Fieller's interval of 61.1/30.5, paired: 1.8941 to 2.1147. That of the ratios one by one, whose mean is another
  /// number, is no interval of it.
  @Test(arguments: [
    (#""equals": 2, "within": 0.2"#, "pass"), (#""equals": 2, "within": 0.02"#, "inconclusive"),
    (#""low": 2.1"#, "inconclusive"), (#""low": 1.8"#, "pass"), (#""high": 1.8"#, "fail"),
    (#""equals": 3, "within": 0.5"#, "fail"),
  ])
  func theIntervalOfRatiosDecides(target: String, expected: String) throws {
    let table = curveTable([(0, [10.0, 10.2, 10.3]), (1, [20.0, 20.9, 20.2])])
    let verdict = try verdict(
      "ratio", #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}], \#(target)}"#, on: table, axes: seeds)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
    let interval = try #require(verdict.interval)
    #expect(abs(interval.low - 1.8940847) < 1e-6 && abs(interval.high - 2.1146740) < 1e-6)
  }

  @Test(arguments: [
    ([1.0, 1.5, 2.0], [2.0, 2.5, 3.1], "pass"), ([1.0, 1.5, 2.0], [0.9, 1.6, 1.9], "inconclusive"),
    ([1.0, 1.5, 2.0], [0.5, 1.0, 1.4], "fail"),
  ])
  func aStepTheWrongWayMustBeCertain(first: [Double], second: [Double], expected: String) throws {
    let rising = #"{"of": "loss", "over": "delta", "direction": "increasing"}"#
    let verdict = try verdict("monotone", rising, on: curveTable([(0, first), (1, second)]), axes: seeds)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
  }
}
