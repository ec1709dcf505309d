import ConfigSupport
import Foundation
import Testing

/// Chains of shifts, whose time and disk go with their length squared.
@Suite struct ChainTests {
  private func config(shifts: Int) -> String {
    let chain = (1...shifts).map {
      #"{"id": "m\#($0)", "stage": "shift", "kind": "gap", "from": "m\#($0 - 1)", "with": {"delta": 0.1}}"#
    }
    let start = #"{"id": "m0", "stage": "init", "kind": "sphere"}"#
    return #"{"name": "c", "stages": [\#(([start] + chain).joined(separator: ","))]}"#
  }

  @Test func tenThousandMayFollowEachOther() throws {
    let folder = try ConfigFolder()
    try folder.write(config(shifts: 10_000))
    #expect(try folder.problems() == "")
  }

  /// And no more is said of those that follow it.
  @Test(arguments: [10_001, 12_000]) func moreAreRefusedAtTheFirst(shifts: Int) throws {
    let folder = try ConfigFolder()
    try folder.write(config(shifts: shifts))
    let problems = try folder.problems()
    #expect(
      problems.contains("stages[10001].from: found shift number 10001 of a chain, expected at most 10000"))
    #expect(!problems.contains("\n"), "\(problems.prefix(500))")
  }

  /// Stages that read one shift side by side are no chain.
  @Test func thousandsSideBySideAreNone() throws {
    let folder = try ConfigFolder()
    let many = (1...3000).map {
      #"{"id": "m\#($0)", "stage": "shift", "kind": "gap", "from": "m0", "with": {"delta": 0.1}}"#
    }
    try folder.write(
      #"{"name": "c", "stages": [{"id": "m0", "stage": "init", "kind": "sphere"},\#(many.joined(separator: ","))]}"#
    )
    #expect(try folder.problems() == "")
  }
}
