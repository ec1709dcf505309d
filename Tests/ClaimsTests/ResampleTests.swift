import ClaimSupport
import Claims
import Contracts
import Declarations
import ExperimentConfig
import Foundation
import Statistics
import Testing

/// Numbers without seeds that are means over pairs: the bootstrap over the pairs decides.
@Suite("Bootstrap over pairs")
struct ResampleTests {
  private static let samples = 400

  /// Two settings of one table, whose samples share most of their noise.
  private static func tables(_ before: Double, _ after: Double, noise: Double = 0.02) -> (Table, Table) {
    var random = Normals(seed: 8)
    let main = table(["delta", "recall"], [[0.0, .real(before)], [1.0, .real(after)]])
    let rows = (0..<samples).flatMap { sample -> [[Cell]] in
      let shared = 0.1 * random.next()
      return [(0.0, before), (1.0, after)].map { delta, value in
        [.real(delta), .integer(sample), .real(value + shared + noise * random.next())]
      }
    }
    return (main, table(["delta", "resample", "recall"], rows))
  }

  private func judged(
    _ check: String, _ parameters: String, _ tables: (Table, Table)?, where at: String = "{}",
    basis: ClaimBasis = .paper
  )
    throws -> Verdict
  {
    let claim = ClaimSpec(
      id: "c", source: "s", says: "t", table: "t", selection: Claims.selection(try json(at)), check: check,
      parameters: try json(parameters), basis: basis)
    let (main, samples) = tables ?? Self.tables(0.5, 0.6)
    return decide([judge(claim, table: .present(main), resamples: tables == nil ? nil : .present(samples))])[
      0]
  }

  /// The common noise, five times that of each, cancels in the difference.
  @Test(arguments: [(0.5, 0.6, "pass"), (0.6, 0.5, "fail"), (0.5, 0.51, "inconclusive")])
  func differencesArePaired(before: Double, after: Double, expected: String) throws {
    let greater = #"{"of": "recall", "where": [{"delta": 1}, {"delta": 0}]}"#
    let verdict = try judged("greater", greater, Self.tables(before, after))
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
    let interval = try #require(verdict.interval)
    // sd of the difference is √2·0.02.
    #expect(abs((interval.high - interval.low) / 2 - 1.96 * 2.0.squareRoot() * 0.02) < 0.01)
    #expect(abs((interval.high + interval.low) / 2 - (after - before)) < 1e-12)
  }

  @Test func aRatioIsPairedToo() throws {
    let ratio = #"{"of": "recall", "where": [{"delta": 1}, {"delta": 0}], "low": 1.05, "high": 1.4}"#
    let verdict = try judged("ratio", ratio, Self.tables(2.5, 3, noise: 0.02))
    #expect(verdict.outcome.word == "pass" && abs((verdict.number ?? 0) - 1.2) < 1e-12)
    let interval = try #require(verdict.interval)
    // The sd of a − 1.2·b over b: of the noise that both share a fifth is left.
    let reach = 1.96 * (0.02 * 0.02 + 0.02 * 0.02 * 2.44).squareRoot() / 2.5
    #expect(abs((interval.high - interval.low) / 2 - reach) < 0.1 * reach, "\(interval)")
  }

  /// The mean of one's own samples that are 0 at times, as a recall at 1 of few items, bounds no ratio.
  @Test func aDenominatorThatMayBeZeroDecidesNothing() throws {
    let main = table(["delta", "recall"], [[0.0, 0.01], [1.0, 0.38]])
    let rows = (0..<400).flatMap { sample -> [[Cell]] in
      [[0.0, .integer(sample), .real(Double(sample % 3) / 100)], [1.0, .integer(sample), .real(0.38)]]
    }
    let ratio = #"{"of": "recall", "where": [{"delta": 1}, {"delta": 0}], "equals": 38, "within": 0.5}"#
    let verdict = try judged("ratio", ratio, (main, table(["delta", "resample", "recall"], rows)))
    #expect(verdict.outcome.word == "inconclusive" && verdict.interval == nil, "\(verdict.explanation)")
  }

  @Test(arguments: [
    ("greater", #"{"of": "recall", "where": [{"delta": 1}, {"delta": 0}]}"#, "{}"),
    ("value", #"{"of": "recall", "equals": 0.5, "within": 1}"#, #"{"delta": 1}"#),
    ("range", #"{"of": "recall", "low": 0}"#, #"{"delta": 1}"#),
  ])
  func samplesWithoutAFiniteNumberDecideNothing(check: String, parameters: String, at: String) throws {
    let main = table(["delta", "recall"], [[0.0, 0.2], [1.0, 0.5]])
    let rows = (0..<100).flatMap { sample -> [[Cell]] in
      let broken = sample == 7 ? Double.nan : 0.5
      return [[0.0, .integer(sample), .real(0.2)], [1.0, .integer(sample), .real(broken)]]
    }
    let verdict = try judged(
      check, parameters, (main, table(["delta", "resample", "recall"], rows)), where: at)
    #expect(verdict.outcome.word == "inconclusive" && verdict.interval == nil, "\(verdict.explanation)")
    #expect(verdict.explanation.contains("no finite number in some samples"))
  }

  @Test(arguments: [(0.5, "pass"), (0.75, "inconclusive"), (1.2, "fail")])
  func aValueHasTheSpreadOfItsSamples(equals: Double, expected: String) throws {
    let check = "{\"of\": \"recall\", \"equals\": \(equals), \"within\": 0.25}"
    let verdict = try judged("value", check, Self.tables(0.5, 0.6), where: #"{"delta": 0}"#)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
  }

  /// What somebody else computed from the same arrays has no chance in it.
  @Test func aReferenceIsExact() throws {
    let check = #"{"of": "recall", "equals": 0.5, "within": 0.001}"#
    let tables = Self.tables(0.5, 0.6)
    #expect(
      try judged("value", check, tables, where: #"{"delta": 0}"#, basis: .derived).outcome.word == "pass")
    #expect(try judged("value", check, tables, where: #"{"delta": 0}"#).outcome.word == "inconclusive")
  }

  @Test func placesAreThoseOfTheSamples() throws {
    let check = #"{"of": "recall", "over": "delta", "equals": 1}"#
    let clear = try judged("argmax", check, Self.tables(0.5, 0.6))
    #expect(clear.outcome.word == "pass" && clear.count == 1, "samples are no replicates")
    #expect(clear.explanation.contains("of 400 bootstrap samples"))
    #expect(try judged("argmax", check, Self.tables(0.5, 0.505)).outcome.word == "inconclusive")
  }

  @Test func whoAsksForPairsMustHaveThem() throws {
    let check = #"{"of": "recall", "where": [{"delta": 1}, {"delta": 0}], "over": "pairs"}"#
    #expect(try judged("greater", check, Self.tables(0.5, 0.6)).outcome.word == "pass")
    let without = try judged("greater", check, nil)
    #expect(without.outcome.word == "error" && without.explanation.contains("\"bootstrap\""))
  }

  /// Where `over` is the grid, another key asks; without it a reference is exact.
  @Test(arguments: [
    ("argmax", #""equals": 1"#), ("knee", #""equals": 1"#), ("local-minima", #""count": 0"#),
    ("monotone", #""direction": "increasing""#),
  ])
  func curvesAskByAKeyOfTheirOwn(check: String, more: String) throws {
    let plain = "{\"of\": \"recall\", \"over\": \"delta\", \(more)"
    func verdict(_ asks: Bool, _ tables: (Table, Table)?) throws -> Verdict {
      try judged(
        check, asks ? plain + #", "bootstrap": "pairs"}"# : plain + "}", tables, basis: .derived)
    }
    // Of two points there is no local minimum, and no drop where they rise.
    let word = check == "knee" ? "fail" : "pass"
    #expect(try verdict(false, Self.tables(0.5, 0.505)).outcome.word == word)
    let asked = try verdict(true, Self.tables(0.5, 0.505))
    #expect(
      asked.outcome.word == (["argmax", "monotone"].contains(check) ? "inconclusive" : word),
      "\(asked.explanation)")
    let without = try verdict(true, nil)
    #expect(
      without.outcome.word == "error" && without.explanation.contains("give its stage \"bootstrap\""),
      "\(without.explanation)")
  }

  /// A grid may be called as the word of the key.
  @Test func aColumnOfTheNameIsAGrid() throws {
    let main = table(["pairs", "recall"], [[1.0, 0.3], [2.0, 0.4]])
    let claim = ClaimSpec(
      id: "c", source: "s", says: "t", table: "t", selection: [:], check: "argmax",
      parameters: try json(#"{"of": "recall", "over": "pairs", "equals": 2}"#), basis: .derived)
    let verdict = decide([judge(claim, table: .present(main))])[0]
    #expect(verdict.outcome.word == "pass", "\(verdict.explanation)")
  }

  /// Each step has an interval, paired by sample: sd √2·0.02 of the difference, whatever the samples share.
  @Test(arguments: [
    ([0.5, 0.6, 0.8], "pass"), ([0.5, 0.6, 0.61], "inconclusive"), ([0.5, 0.6, 0.59], "inconclusive"),
    ([0.5, 0.6, 0.45], "fail"), ([0.5, 0.6, 0.6], "inconclusive"),
  ])
  func stepsAreTested(values: [Double], expected: String) throws {
    var random = Normals(seed: 3)
    let main = table(["delta", "recall"], values.enumerated().map { [.real(Double($0)), .real($1)] })
    let rows = (0..<Self.samples).flatMap { sample -> [[Cell]] in
      let shared = 0.3 * random.next()
      return values.enumerated().map { delta, value in
        [.real(Double(delta)), .integer(sample), .real(value + shared + 0.02 * random.next())]
      }
    }
    let samples = table(["delta", "resample", "recall"], rows)
    let check = #"{"of": "recall", "over": "delta", "direction": "increasing", "bootstrap": "pairs"}"#
    let verdict = try judged("monotone", check, (main, samples), basis: .beyond)
    #expect(verdict.outcome.word == expected, "\(verdict.explanation)")
    let exact = try judged(
      "monotone", #"{"of": "recall", "over": "delta", "direction": "increasing"}"#, (main, samples),
      basis: .beyond)
    #expect(exact.p == nil && ["pass", "fail"].contains(exact.outcome.word), "no key, no samples")
  }

  /// Of one in a thousand points a break may look certain by chance: Bonferroni for the number of steps.
  @Test func manyStepsAreManyChances() throws {
    let (count, samples) = (300, 200)
    var random = Normals(seed: 11)
    let values = (0..<count).map { 0.001 * Double($0) }
    let drawn = (0..<samples).map { _ in values.map { $0 + 0.02 * random.next() } }
    let ours = values.map { $0 + 0.02 * random.next() }
    // Taken alone, the steepest break would be certain.
    let steepest = zip(ours, ours.dropFirst()).map { $0 - $1 }.max() ?? 0
    #expect(steepest > 1.1 * 1.96 * 2.0.squareRoot() * 0.02)
    let main = table(["delta", "recall"], ours.enumerated().map { [.real(Double($0)), .real($1)] })
    let rows = drawn.enumerated().flatMap { sample, curve in
      curve.enumerated().map { [Cell.real(Double($0)), .integer(sample), .real($1)] }
    }
    let check = #"{"of": "recall", "over": "delta", "direction": "increasing", "bootstrap": "pairs"}"#
    let verdict = try judged("monotone", check, (main, table(["delta", "resample", "recall"], rows)))
    #expect(verdict.outcome.word == "inconclusive", "\(verdict.explanation)")
  }

  /// What is no mean over pairs has no samples, and is named.
  @Test(arguments: ["value", "argmax"]) func otherColumnsAreRefused(check: String) throws {
    let samples = Self.tables(0.5, 0.6).1
    let more = table(["delta", "recall", "distance"], [[0.0, 0.5, 0.8], [1.0, 0.6, 0.2]])
    let parameters =
      check == "value"
      ? #"{"of": "distance", "equals": 0.8, "within": 0.1, "over": "pairs"}"#
      : #"{"of": "distance", "over": "delta", "equals": 0, "bootstrap": "pairs"}"#
    let verdict = try judged(
      check, parameters, (more, samples), where: check == "value" ? #"{"delta": 0}"# : "{}")
    #expect(verdict.outcome.word == "error")
    #expect(
      verdict.explanation.contains("distance of table t, which is no mean over pairs; there are samples of"),
      "\(verdict.explanation)")
  }

  /// Replicates and pairs are two sources of chance; one key asks for one.
  @Test(arguments: ["value", "argmax"]) func replicatesAreNotPairs(check: String) throws {
    let rows = (0..<3).flatMap { seed in
      [0.0, 1.0].map { [Cell.integer(seed), .real($0), .real(0.1 * $0 + 0.01 * Double(seed))] }
    }
    let main = table(["seed", "delta", "recall"], rows)
    let samples = table(
      ["seed", "delta", "resample", "recall"],
      rows.flatMap { row in (0..<20).map { [row[0], row[1], .integer($0), row[2]] } })
    func verdict(_ asks: Bool) throws -> Verdict {
      let (key, at) =
        check == "value"
        ? (#""equals": 0.01, "within": 0.9"# + (asks ? #", "over": "pairs""# : ""), #"{"delta": 0}"#)
        : (#""over": "delta", "equals": 1"# + (asks ? #", "bootstrap": "pairs""# : ""), "{}")
      let claim = ClaimSpec(
        id: "c", source: "s", says: "t", table: "t", selection: Claims.selection(try json(at)), check: check,
        parameters: try json(#"{"of": "recall", \#(key)}"#), basis: .beyond)
      return decide([judge(claim, table: .present(main), resamples: .present(samples), axes: seeds)])[0]
    }
    #expect(try verdict(false).outcome.word == "pass")
    let asked = try verdict(true)
    #expect(asked.outcome.word == "error" && asked.explanation.contains("has 3 replicates (seed)"))
  }

  /// Other pairs say nothing of other networks.
  @Test(arguments: ["argmax", "monotone", "value"]) func oneDrawIsNotJudgedByPairs(check: String) throws {
    let (main, samples) = Self.tables(0.5, 0.6)
    let (more, at) =
      [
        "argmax": (#""over": "delta", "equals": 1, "bootstrap": "pairs""#, "{}"),
        "monotone": (#""over": "delta", "direction": "increasing", "bootstrap": "pairs""#, "{}"),
        "value": (#""equals": 0.5, "within": 0.4, "over": "pairs""#, #"{"delta": 0}"#),
      ][check] ?? ("", "")
    let claim = ClaimSpec(
      id: "c", source: "s", says: "t", table: "t", selection: Claims.selection(try json(at)), check: check,
      parameters: try json(#"{"of": "recall", \#(more)}"#), basis: .beyond)
    for isRandom in [false, true] {
      let sources = RowSources(common: [], chance: isRandom ? .seeded : .none)
      let verdict = decide([
        judge(claim, table: .present(main, absent: [], sources: sources), resamples: .present(samples))
      ])[0]
      #expect(verdict.outcome.word == (isRandom ? "inconclusive" : "pass"), "\(verdict.explanation)")
    }
  }

  /// Sample b is of the same items however many there are, so as many decide as both have.
  @Test func unequalNumbersOfSamplesArePaired() throws {
    let (main, samples) = Self.tables(0.5, 0.51)
    let kept = (0..<samples.rowCount).filter { row in
      samples["delta"]?.cell(row) == .real(0) || (samples["resample"]?.cell(row).number ?? 0) < 150
    }
    let fewer = table(
      ["delta", "resample", "recall"],
      kept.map { row in ["delta", "resample", "recall"].compactMap { samples[$0]?.cell(row) } })
    let greater = #"{"of": "recall", "where": [{"delta": 1}, {"delta": 0}], "over": "pairs"}"#
    let verdict = try judged("greater", greater, (main, fewer))
    #expect(verdict.outcome.word == "inconclusive" && verdict.interval != nil, "\(verdict.explanation)")
    let place = #"{"of": "recall", "over": "delta", "equals": 1, "bootstrap": "pairs"}"#
    #expect(try judged("argmax", place, (main, fewer)).explanation.contains("of 150 bootstrap samples"))
  }

  /// An interval of the samples' mean place would be √400 times too narrow, and at no place of the grid.
  @Test func aPlaceHasTheSpreadOfItsSamples() throws {
    let check = #"{"of": "recall", "over": "delta", "equals": 1, "bootstrap": "pairs"}"#
    let interval = try #require(try judged("argmax", check, Self.tables(0.5, 0.51)).interval)
    #expect(interval.low == 0 && interval.high == 1)
    let clear = try #require(try judged("argmax", check, Self.tables(0.5, 0.6)).interval)
    #expect(clear.low == 1 && clear.high == 1)
  }
}
