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
    let verdict = try judged("ratio", ratio, Self.tables(0.5, 0.6, noise: 0.005))
    #expect(verdict.interval != nil && abs((verdict.number ?? 0) - 1.2) < 1e-12)
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
}
