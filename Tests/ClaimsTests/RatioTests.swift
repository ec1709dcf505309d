import ClaimSupport
import Claims
import Contracts
import Declarations
import Foundation
import Statistics
import Testing

@Suite("Ratios over replicates")
struct RatioTests {
  private static let parameters = #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}], "low": 0.01}"#

  private static func judge(
    _ top: [Double], _ bottom: [Double], paired: Bool, _ parameters: String = parameters
  ) throws -> Verdict {
    let offset = paired ? 0 : 1000
    let rows: [[Cell]] =
      bottom.enumerated().map { [.integer($0), 0.0, .real($1)] }
      + top.enumerated().map { [.integer($0 + offset), 1.0, .real($1)] }
    return try verdict("ratio", parameters, on: table(["seed", "delta", "loss"], rows), axes: seeds)
  }

  /// What rounding leaves of zero is no denominator either.
  @Test(arguments: [0, 1.5e-16, -1e-13, .leastNonzeroMagnitude])
  func zeroIsNoDenominator(bottom: Double) throws {
    let verdict = try Self.judge([0.75], [bottom], paired: true)
    #expect(
      verdict.outcome.word == "error" && verdict.explanation.contains("and division by 0 is not possible"))
    #expect(try Self.judge([0.75], [1e-9], paired: true).outcome.word == "pass")
  }

  /// At the ends of Fieller's interval the mean of a − θb is as far from 0 as its own t interval reaches.
  @Test func theEndsAreWhereTheDifferenceBeginsToShow() throws {
    var random = Normals(seed: 11)
    for _ in 0..<200 {
      let count = 3 + Int(random.uniform() * 8)
      let bottom = (0..<count).map { _ in 10 + random.next() }
      let top = bottom.map { 3 + 0.5 * $0 + 0.7 * random.next() }
      let interval = try #require(try Self.judge(top, bottom, paired: true).interval)
      for end in [interval.low, interval.high] {
        let rest = Summary(of: zip(top, bottom).map { $0 - end * $1 })
        let own = try #require(rest.interval())
        #expect(abs(abs(rest.mean) - (own.high - own.low) / 2) < 1e-9)
      }
      let ratio = Summary(of: top).mean / Summary(of: bottom).mean
      #expect(interval.low < ratio && ratio < interval.high)
    }
  }

  /// The share of 4,000 intervals that hold the true ratio: 95%, give or take four standard errors of 0.35%.
  @Test(arguments: [true, false]) func theyHoldTheTrueRatioInNineteenOfTwenty(paired: Bool) throws {
    var random = Normals(seed: 5)
    var held = 0
    let runs = 4000
    for _ in 0..<runs {
      let bottom = (0..<6).map { _ in 5 + random.next() }
      let noise = (0..<(paired ? 6 : 9)).map { _ in random.next() }
      // Paired, the numerator shares the denominator's noise; unpaired, it has three times as much of its own.
      let top = noise.enumerated().map { paired ? 10 + (bottom[$0] - 5) + 0.5 * $1 : 10 + 3 * $1 }
      let interval = try Self.judge(top, bottom, paired: paired).interval
      if let interval, interval.low <= 2, interval.high >= 2 { held += 1 }
    }
    #expect(abs(Double(held) / Double(runs) - 0.95) < 0.014, "\(held) of \(runs)")
  }

  /// Welch's degrees of freedom at the ratio, by hand: v_a = 1/3, θ²v_b = 4·(0.01/4).
  @Test func unpaired() throws {
    let (top, bottom) = ([19.0, 20, 21], [9.9, 9.9, 10.1, 10.1])
    let interval = try #require(try Self.judge(top, bottom, paired: false).interval)
    let (a, b) = (Summary(of: top), Summary(of: bottom))
    let (u, v) = (a.standardError * a.standardError, 4 * b.standardError * b.standardError)
    let degrees = (u + v) * (u + v) / (u * u / 2 + v * v / 3)
    let t = StudentT.quantile(0.975, degrees: degrees)
    for end in [interval.low, interval.high] {
      let distance = abs(a.mean - end * b.mean)
      let error = (u + end * end * b.standardError * b.standardError).squareRoot()
      #expect(abs(distance - t * error) < 1e-9)
    }
  }

  /// A number from a file beside replicates is a constant.
  @Test func oneNumberIsAConstant() throws {
    let interval = try #require(try Self.judge([19, 20, 21], [10], paired: false).interval)
    let own = try #require(Summary(of: [19, 20, 21]).interval())
    #expect(abs(interval.low - own.low / 10) < 1e-12 && abs(interval.high - own.high / 10) < 1e-12)
    let other = try #require(try Self.judge([10], [19, 20, 21], paired: false).interval)
    #expect(abs(other.low - 10 / own.high) < 1e-12 && abs(other.high - 10 / own.low) < 1e-12)
  }

  @Test(arguments: [true, false]) func aDenominatorThatMayBeZeroDecidesNothing(paired: Bool) throws {
    for bottom in [[0.1, -0.1, 0.2], [0.0, 0.5, -0.5], [1.0, 2.0, 9.0]] {
      for target in [#""low": 0.01"#, #""high": -5"#, #""equals": 3, "within": 100"#] {
        let parameters = #"{"of": "loss", "where": [{"delta": 1}, {"delta": 0}], \#(target)}"#
        let verdict = try Self.judge([2, 2.1, 2.2], bottom, paired: paired, parameters)
        #expect(verdict.outcome.word == "inconclusive", "\(verdict.explanation)")
        #expect(verdict.explanation.contains("of the denominator"), "\(verdict.explanation)")
        #expect(verdict.explanation.contains(" includes 0, so the ratio has no "))
        #expect(verdict.interval == nil)
      }
    }
  }

  @Test func zeroIsAnErrorWithItsRows() throws {
    for bottom in [[0.0], [0.0, 0.0, 0.0]] {
      let verdict = try Self.judge(bottom.map { _ in 2 }, bottom, paired: true)
      #expect(verdict.outcome.word == "error")
      #expect(
        verdict.explanation.hasPrefix("loss of table t is 0 at seed = 0, delta = 0.0"),
        "\(verdict.explanation)")
    }
    let both = try Self.judge([0, 0, 0], [0, 0, 0], paired: true)
    #expect(both.outcome.word == "error")
  }

  @Test func numbersThatDoNotVaryAreDecidedAsTheyAre() throws {
    let rows = (0..<3).flatMap { seed in
      [(0.0, 1.0), (1.0, 2.0)].map { [.integer(seed), .real($0), .real($1), .integer(seed)] as [Cell] }
    }
    let verdict = try verdict(
      "ratio", Self.parameters, on: table(["seed", "delta", "loss", "own"], rows), axes: seeds)
    #expect(verdict.outcome.word == "pass" && verdict.interval == Interval(low: 2, high: 2))
  }

  /// One-sample t against a constant, where paired differences would be as many.
  @Test func aDifferenceFromOneNumberHasTheIntervalOfTheOthers() throws {
    for isFirst in [true, false] {
      let rows: [[Cell]] =
        [[0, 9.0, 1.0]] + [2.0, 3, 4].enumerated().map { [.integer($0), 1.0, .real($1)] }
      let order = isFirst ? "[{\"delta\": 1}, {\"delta\": 9}]" : "[{\"delta\": 9}, {\"delta\": 1}]"
      let verdict = try verdict(
        "greater", "{\"of\": \"loss\", \"where\": \(order)}", on: table(["seed", "delta", "loss"], rows),
        axes: seeds)
      let own = try #require(Summary(of: [1, 2, 3]).interval())
      let interval = try #require(verdict.interval)
      #expect(abs(interval.high - (isFirst ? own.high : -own.low)) < 1e-12)
      #expect(verdict.outcome.word == "inconclusive")
    }
  }
}
