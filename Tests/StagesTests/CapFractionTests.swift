import Contracts
import Declarations
import Foundation
import Stages
import TestSupport
import Testing

/// The share of a sphere that a cone covers: against mpmath, the integral of sin^(d − 2), and closed forms.
@Suite("Share of a cone")
struct CapFractionTests {
  private func shares(_ dimension: Int, _ degrees: [Double]) throws -> (share: [Double], log2: [Double]) {
    let with = ["dimensions": .number(Double(dimension)), "half_angle_degrees": numbers(degrees)]
    let table = try #require(try run(.evaluate, "cap-fraction", with).table())
    #expect(table.numbers("half_angle_degrees") == degrees)
    return (table.numbers("fraction"), table.numbers("log2_fraction"))
  }

  @Test func againstMpmath() throws {
    for row in try TheoryOracle.read().caps {
      let found = try shares(Int(row[0]), [row[1]])
      #expect(abs(found.log2[0] - row[2]) < 1e-12 * max(1, abs(row[2])), "\(row)")
      #expect(abs(found.share[0] - exp2(row[2])) <= 2e-12 * max(1, abs(row[2])) * exp2(row[2]), "\(row)")
    }
  }

  @Test func closedForms() throws {
    let degrees = [0.001, 1, 27.97, 55.94, 90, 100, 179.999, 180]
    for (angle, found) in zip(degrees, try shares(2, degrees).share) {
      #expect(abs(found - angle / 180) < 1e-13)
    }
    for (angle, found) in zip(degrees, try shares(3, degrees).share) {
      #expect(abs(found - (1 - cos(angle * .pi / 180)) / 2) < 1e-12)
    }
  }

  /// Archimedes' and the paper's numbers; one half angle is the other's opening.
  @Test func numbersOfThePaper() throws {
    #expect(abs(try shares(2, [27.97]).share[0] - 0.15540) < 2e-5)
    #expect(abs(try shares(3, [27.97]).share[0] - 0.05841) < 1e-5)
    #expect(abs(try shares(512, [27.97]).log2[0] + 563.8) < 0.05)
    #expect(abs(try shares(512, [55.94]).log2[0] + 143.7) < 0.05)
  }

  @Test(arguments: [4, 5, 30]) func againstTheIntegral(dimension: Int) throws {
    let degrees = [10.0, 60, 90, 135]
    func integral(to limit: Double) -> Double {
      let (steps, power) = (20_000, Double(dimension - 2))
      let width = limit / Double(steps)
      var sum = 0.0
      for step in 0..<steps { sum += width * pow(sin(width * (Double(step) + 0.5)), power) }
      return sum
    }
    for (angle, found) in zip(degrees, try shares(dimension, degrees).share) {
      let expected = integral(to: angle * .pi / 180) / integral(to: .pi)
      #expect(abs(found - expected) < 1e-6 * expected, "\(angle)")
    }
  }

  @Test(arguments: [2, 3, 8, 512]) func oppositeCapsFillTheSphere(dimension: Int) throws {
    let found = try shares(dimension, [30, 150, 90]).share
    #expect(abs(found[0] + found[1] - 1) < 1e-12 && abs(found[2] - 0.5) < 1e-13)
  }
}
