import Contracts
import Foundation
import RunSupport
import Runner
import Testing

/// What `diff` lets pass.
@Suite struct ToleranceTests {
  @Test(arguments: [
    (1.0, 1.0, 0, 0, true), (1.0, 1.1, 0.1, 0, true), (1.0, 1.12, 0.1, 0, false), (1.0, 1.1, 0, 0.1001, true),
    (0.0, 1e-9, 0.5, 0, false), (0.0, 1e-9, 0, 1e-9, true), (100, 101.5, 0.01, 0.5, true),
    (100, 101.6, 0.01, 0.5, false), (.nan, .nan, 0, 0, true), (.nan, 1, 1e300, 1e300, false),
    (.infinity, .infinity, 0, 0, true), (.infinity, 1, 1, 1e300, false), (.infinity, -.infinity, 5, 5, false),
    (-0.0, 0.0, 0, 0, true),
  ])
  func isOneFormula(a: Double, b: Double, relative: Double, absolute: Double, expected: Bool) {
    let tolerance = Tolerance(relative: relative, absolute: absolute)
    #expect(tolerance.accepts(a, b) == expected && tolerance.accepts(b, a) == expected)
  }

  private func exceeds(
    _ left: String, _ right: String, _ general: Tolerance?, _ columns: [String: Tolerance] = [:]
  ) throws -> Bool {
    let bench = try Workbench()
    let a = try bench.write(left, to: "a.csv")
    let b = try bench.write(right, to: "b.csv")
    return try ResultsDifference(a, b, within: Tolerances(general: general, columns: columns)).exceeds
  }

  @Test func aColumnMayHaveItsOwn() throws {
    let (left, right) = ("delta,gap,loss\n0.0,1.0,2.0\n", "delta,gap,loss\n-0.0,1.001,2.1\n")
    #expect(try exceeds(left, right, Tolerance(relative: 1e-2)))
    #expect(try !exceeds(left, right, Tolerance(relative: 1e-2), ["loss": Tolerance(relative: 0.1)]))
    #expect(try exceeds(left, right, Tolerance(relative: 0.1), ["gap": Tolerance()]))
    #expect(try !exceeds(left, right, nil, ["gap": Tolerance(absolute: 0.0011)]), "others may differ by any")
    #expect(try exceeds(left, right, nil, ["gap": Tolerance(absolute: 0.0009)]))
  }

  @Test func rowsWithoutNumbersAreTheSame() throws {
    let text = "from,delta,gap\np,nan,1.0\nm,0.5,nan\n"
    #expect(try !exceeds(text, text, Tolerance()))
    #expect(
      try exceeds(text, text.replacing("0.5,nan", with: "0.5,1.0"), Tolerance(relative: 1e9, absolute: 1e9)))
  }

  @Test func aColumnThatNeitherHasIsAMistake() throws {
    let failure = #expect(throws: RunFailure.self) {
      try exceeds("gap\n1.0\n", "gap\n1.0\n", nil, ["gpa": Tolerance(relative: 1)])
    }
    #expect(failure?.message == #"no column or dataset is called "gpa"; did you mean "gap"?"#)
  }
}
