import Contracts
import Declarations
import Foundation
import Kernels
import Stages
import Statistics
import TestSupport
import Testing

@Suite("The best shift, chosen on the same or on other items")
struct BestShiftTests {
  /// Tables as `zero-shot` gives them: whether each item is right at each shift.
  private func answers(_ shifts: [(Double, [Bool])], labels: [Int]? = nil) -> Artefact {
    let count = shifts[0].1.count
    let labels = labels ?? [Int](repeating: 0, count: count)
    let main = Table([
      .init("delta", .reals(shifts.map(\.0))), .init("distance", .reals(shifts.map { 1 - $0.0 })),
      .init("metric", .texts(shifts.map { _ in "accuracy@1" })),
      .init("value", .reals(shifts.map { Double($0.1.count { $0 }) / Double(count) })),
      .init("count", .integers(shifts.map { _ in count })),
    ])
    let predictions = Table([
      .init("delta", .reals(shifts.flatMap { shift in labels.map { _ in shift.0 } })),
      .init("item", .integers(shifts.flatMap { _ in Array(0..<count) })),
      .init("label", .integers(shifts.flatMap { _ in labels })),
      .init(
        "predicted", .integers(shifts.flatMap { shift in zip(shift.1, labels).map { $0 ? $1 : $1 + 1 } })),
      .init("rank", .integers(shifts.flatMap { shift in shift.1.map { $0 ? 0 : 1 } })),
    ])
    return .tables([NamedTable("", main), NamedTable("predictions", predictions)])
  }

  private func bits(_ text: String) -> [Bool] { text.map { $0 == "1" } }

  /// Items 0, 2, 4, 6 are the first half of the one class, the others the second.
  @Test func choicesAndReportsOfHalves() throws {
    let upstream = answers([
      (-1, bits("10101000")), (0, bits("00101100")), (0.5, bits("01111101")),
    ])
    let table = try evaluate("best-shift", ["over": "delta"], of: upstream)
    #expect(table.texts("selection") == ["all-items", "first-half", "second-half", "cross-fitted"])
    #expect(table.numbers("shifts") == [3, 3, 3, 3])
    // On the first half −1 has three right answers, the others two; on the second 0.5 has four.
    #expect(table.numbers("chosen") == [0.5, -1, 0.5, -0.25])
    #expect(table.numbers("distance_before") == [1, 1, 1, 1])
    #expect(table.numbers("distance_after") == [0.5, 2, 0.5, 1.25])
    #expect(table.numbers("distance_change") == [-0.5, 1, -0.5, 0.25])
    #expect(table.numbers("before") == [0.375, 0.25, 0.5, 0.375])
    #expect(table.numbers("after") == [0.75, 0, 0.5, 0.25])
    #expect(table.numbers("gain") == [0.375, -0.25, 0, -0.125])
    #expect(table.numbers("count") == [8, 4, 4, 8])
    #expect(table.numbers("gained") == [3, 0, 0, 0] && table.numbers("lost") == [0, 1, 0, 1])
    // 2·(1/2)³, and one coin twice.
    for (found, expected) in zip(table.numbers("p_mcnemar"), [0.25, 1, 1, 1]) {
      #expect(abs(found - expected) < 1e-12)
    }
    for (found, expected) in zip(table.numbers("p_best_of"), [0.75, 1, 1, 1]) {
      #expect(abs(found - expected) < 1e-12)
    }
    let both = try #require(TwoProportions((3, 8), (6, 8)))
    #expect(table.numbers("p_chi_squared")[0] == both.chiSquared(yates: false).p)
  }

  @Test func halvesAreBalancedWithinEachClass() throws {
    // Sorted by class: the halves of a file's order would be one class each.
    let labels = [0, 0, 0, 0, 1, 1, 1, 1]
    let upstream = answers([(0, bits("00000000")), (1, bits("11110000"))], labels: labels)
    let table = try evaluate("best-shift", ["over": "delta"], of: upstream)
    #expect(table.numbers("after") == [0.5, 0.5, 0.5, 0.5])
  }

  @Test func ofEqualShiftsTheNearestToTheBaselineIsChosen() throws {
    let upstream = answers([(-2, bits("1100")), (-1, bits("1010")), (0, bits("0101")), (3, bits("0110"))])
    #expect(try evaluate("best-shift", ["over": "delta"], of: upstream).numbers("chosen")[0] == 0)
    let other = try evaluate("best-shift", ["over": "delta", "baseline": -2], of: upstream)
    #expect(other.numbers("chosen")[0] == -2)
  }

  @Test func severalTasksAreAdjustedByHolm() throws {
    let strong = answers([(0, bits("0000000000")), (1, bits("1111111111"))])
    let weak = answers([(0, bits("0000011111")), (1, bits("0111111111"))])
    let result = try run(
      .evaluate, "best-shift", ["over": "delta", "by": "from"], from: [("strong", strong), ("weak", weak)])
    let table = try #require(result.table())
    #expect(table.columnNames.first == "from" && table.rowCount == 8)
    let first = table.numbers("p_mcnemar").indices.filter { table.texts("selection")[$0] == "all-items" }
    let plain = first.map { table.numbers("p_mcnemar")[$0] }
    for (found, expected) in zip(plain, [2.0 / 1024, 0.125]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(first.map { table.numbers("p_mcnemar_holm")[$0] } == SeveralTests.holm(plain))
    let unpaired = first.map { table.numbers("p_chi_squared")[$0] }
    #expect(first.map { table.numbers("p_chi_squared_holm")[$0] } == SeveralTests.holm(unpaired))
  }

  @Test func whatIsNoSweepIsRefused() throws {
    let sweep = answers([(0, bits("01")), (1, bits("11"))])
    let without = Artefact.tables([NamedTable("", sweep.namedTables[0].table)])
    #expect(
      evaluationFailure("best-shift", ["over": "delta"], of: without).contains(
        "`up` has no table `predictions`"))
    #expect(
      evaluationFailure("best-shift", ["over": "delta", "baseline": 5], of: sweep)
        .contains("no predictions with delta = 5"))
    #expect(
      evaluationFailure("best-shift", ["over": "delta"], of: answers([(0, bits("01"))])).contains(
        "nothing to choose from"))
    #expect(
      evaluationFailure("best-shift", ["over": "delta"], of: answers([(0, bits("01")), (0, bits("11"))]))
        .contains("not those of one sweep"))
    #expect(evaluationFailure("best-shift", ["over": "lambda"], of: sweep).contains("lambda"))
  }

  /// One item of each class: all are in the first half.
  @Test func anEmptyHalfIsSaid() throws {
    let solo = answers([(0, bits("010")), (1, bits("110"))], labels: [0, 1, 2])
    let notes = Notes()
    let table = try #require(
      try run(.evaluate, "best-shift", ["over": "delta"], from: [("up", solo)], notes: notes).table())
    #expect(table.numbers("count") == [3, 0, 3, 3])
    #expect(notes.notices.contains { $0.contains("no class has two items") })
    let quiet = Notes()
    let pairs = answers([(0, bits("0100")), (1, bits("1100"))], labels: [0, 0, 1, 1])
    _ = try run(.evaluate, "best-shift", ["over": "delta"], from: [("up", pairs)], notes: quiet)
    #expect(quiet.notices.isEmpty)
  }

  /// Shifts without effect: the best of 40 looks better on the items that chose it, and not on others.
  @Test func choosingOnTheSameItemsFlatters() throws {
    var random = TestNumbers(9)
    var (same, other) = (0.0, 0.0)
    for _ in 0..<20 {
      let shifts = (0..<40).map { shift in (Double(shift), (0..<200).map { _ in random.double() > 0 }) }
      let table = try evaluate("best-shift", ["over": "delta"], of: answers(shifts))
      let gains = zip(table.numbers("after"), table.numbers("before")).map { $0 - $1 }
      same += gains[0] / 20
      other += gains[3] / 20
    }
    // The largest of 40 normals is 2.16 standard deviations, of 0.5/√200 each; the mean of 20 varies by 0.02.
    #expect(same > 0.05 && abs(other) < 0.04)
  }
}
