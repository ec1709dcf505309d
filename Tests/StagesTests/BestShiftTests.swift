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
  private func answers(
    _ shifts: [(Double, [Bool])], labels: [Int]? = nil, scores: [[Double]] = []
  ) -> Artefact {
    let count = shifts[0].1.count
    let labels = labels ?? [Int](repeating: 0, count: count)
    let main = Table([
      .init("delta", .reals(shifts.map(\.0))), .init("distance", .reals(shifts.map { 1 - $0.0 })),
      .init("metric", .texts(shifts.map { _ in "accuracy@1" })),
      .init("value", .reals(shifts.map { Double($0.1.count { $0 }) / Double(count) })),
      .init("count", .integers(shifts.map { _ in count })),
    ])
    let predictions = Table(
      [
        .init("delta", .reals(shifts.flatMap { shift in labels.map { _ in shift.0 } })),
        .init("item", .integers(shifts.flatMap { _ in Array(0..<count) })),
        .init("label", .integers(shifts.flatMap { _ in labels })),
        .init(
          "predicted", .integers(shifts.flatMap { shift in zip(shift.1, labels).map { $0 ? $1 : $1 + 1 } })),
        .init("rank", .integers(shifts.flatMap { shift in shift.1.map { $0 ? 0 : 1 } })),
      ] + (scores.isEmpty ? [] : [.init("score", .reals(scores.flatMap { $0 }))]))
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

  // MARK: - Areas

  private func areas(_ shifts: [(Double, [Double])], labels: [Int]) -> Artefact {
    answers(shifts.map { ($0.0, labels.map { _ in true }) }, labels: labels, scores: shifts.map(\.1))
  }

  private func byArea(_ artefact: Artefact, notes: Notes = Notes()) throws -> Table {
    try #require(
      try run(
        .evaluate, "best-shift", ["over": "delta", "metric": "roc-auc"], from: [("up", artefact)],
        notes: notes
      ).table())
  }

  /// Items 0, 1, 4, 5 are the first half, the others the second: two of each class.
  private let labels = [0, 1, 0, 1, 0, 1, 0, 1]

  @Test func areasAreChosenOnOneHalfAndReportedOnTheOther() throws {
    // Labels 0 1 0 1 …: of each class every other item, so 0 1 4 5 are the first half.
    let shifts: [(Double, [Double])] = [
      (0, [1, 2, 1, 2, 3, 1, 3, 1]), (1, [1, 2, 5, 1, 1, 2, 5, 1]), (-1, [2, 1, 1, 4, 2, 1, 1, 3]),
    ]
    let table = try byArea(areas(shifts, labels: labels))
    #expect(
      table.columnNames == [
        "selection", "shifts", "chosen", "distance_before", "distance_after", "distance_change", "before",
        "after", "gain", "count", "p_delong", "p_delong_holm", "p_best_of",
      ])
    func area(_ shift: Int, _ items: [Int]) throws -> Double {
      let scores = shifts[shift].1
      return try #require(
        PairedAreas(
          first: items.map { scores[$0] }, second: items.map { scores[$0] },
          isPositive: items.map { labels[$0] == 1 })
      ).first
    }
    let (first, second) = ([0, 1, 4, 5], [2, 3, 6, 7])
    // Of the first half 1 sets all apart, of the second −1, which is better on all, too; on the other half each has an area of 0.
    #expect(try area(1, first) == 1 && area(1, second) == 0 && area(2, second) == 1 && area(2, first) == 0)
    #expect(table.numbers("chosen") == [-1, 1, -1, 0])
    #expect(
      try table.numbers("before")
        == [area(0, Array(0..<8)), area(0, second), area(0, first), (area(0, first) + area(0, second)) / 2])
    #expect(try table.numbers("after") == [area(2, Array(0..<8)), 0, 0, 0])
    #expect(table.numbers("count") == [8, 4, 4, 8])
  }

  /// On random scores the rows are DeLong's of the items that are reported on, and Holm's over the groups.
  @Test func testsAreDeLongs() throws {
    var random = TestNumbers(4)
    let labels = (0..<60).map { $0 * 7 % 5 < 2 ? 1 : 0 }
    func sweep() -> [(Double, [Double])] {
      [-1, 0, 1].map { shift in (shift, labels.map { Double($0) + (random.double() * 4).rounded() }) }
    }
    let (one, other) = (sweep(), sweep())
    let result = try run(
      .evaluate, "best-shift", ["over": "delta", "by": "from", "metric": "roc-auc"],
      from: [("one", areas(one, labels: labels)), ("other", areas(other, labels: labels))])
    let table = try #require(result.table())
    var met = [0, 0]
    let halves = labels.map { label -> Int in
      met[label] += 1
      return (met[label] - 1) % 2
    }
    func compared(_ sweep: [(Double, [Double])], _ chosen: Double, _ items: [Int]) throws -> PairedAreas {
      let after = try #require(sweep.first { $0.0 == chosen })
      return try #require(
        PairedAreas(
          first: items.map { sweep[1].1[$0] }, second: items.map { after.1[$0] },
          isPositive: items.map { labels[$0] == 1 }))
    }
    for (place, sweep) in [one, other].enumerated() {
      let chosen = table.numbers("chosen")[(4 * place)..<(4 * place + 4)].map { $0 }
      let sides = [1, 0].map { side in labels.indices.filter { halves[$0] == side } }
      let expected = [
        try compared(sweep, chosen[0], Array(labels.indices)), try compared(sweep, chosen[1], sides[0]),
        try compared(sweep, chosen[2], sides[1]),
      ]
      let mean = try #require(PairedAreas.mean([expected[1], expected[2]]))
      for (row, areas) in (expected + [mean]).enumerated() {
        #expect(abs(table.numbers("p_delong")[4 * place + row] - areas.test.p) < 1e-12)
        #expect(abs(table.numbers("gain")[4 * place + row] - areas.difference) < 1e-12)
      }
      let best = table.numbers("p_best_of")[4 * place]
      #expect(best == min(1, 3 * table.numbers("p_delong")[4 * place]))
    }
    for row in 0..<4 {
      let plain = [table.numbers("p_delong")[row], table.numbers("p_delong")[4 + row]]
      let adjusted = [table.numbers("p_delong_holm")[row], table.numbers("p_delong_holm")[4 + row]]
      #expect(adjusted == SeveralTests.holm(plain))
    }
  }

  @Test func degenerateAreasAreSaid() throws {
    // All scores tied, at every shift: the baseline stays, and nothing changed.
    let tied = try byArea(
      areas([(0, [Double](repeating: 1, count: 8)), (1, [Double](repeating: 2, count: 8))], labels: labels))
    #expect(tied.numbers("chosen") == [0, 0, 0, 0] && tied.numbers("before") == [0.5, 0.5, 0.5, 0.5])
    #expect(tied.numbers("p_delong") == [1, 1, 1, 1])
    // One item of the second class: it is in the first half, and the other has no area.
    let notes = Notes()
    let lonely = try byArea(
      areas([(0, [0, 1, 2, 3]), (1, [3, 4, 1, 2])], labels: [0, 1, 0, 0]), notes: notes)
    #expect(lonely.numbers("chosen") == [1, 1, 0, 0.5])
    #expect(
      lonely.numbers("after")[0] == 1 && lonely.numbers("after")[1].isNaN && lonely.numbers("after")[3].isNaN)
    #expect(notes.notices.contains { $0.contains("a class has one item") })
    // All apart at once: no variance.
    let sharp = Notes()
    let apart = try byArea(
      areas([(0, [Double](repeating: 1, count: 8)), (1, labels.map(Double.init))], labels: labels),
      notes: sharp)
    #expect(apart.numbers("gain") == [0.5, 0.5, 0.5, 0.5] && apart.numbers("p_delong").allSatisfy(\.isNaN))
    #expect(sharp.notices.contains { $0.contains("no variance") })
    // Predictions of a stage without areas.
    let without = answers([(0, bits("01")), (1, bits("11"))])
    let says = evaluationFailure("best-shift", ["over": "delta", "metric": "roc-auc"], of: without)
    #expect(says.contains("no column `score`") && says.contains("`metric` has `roc-auc`"))
  }

  // MARK: - Empty halves

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
