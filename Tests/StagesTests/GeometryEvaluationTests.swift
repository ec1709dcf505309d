import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

/// Evaluations of pairs that configs/literature reads: against NumPy and SciPy, and where the answer is known.
@Suite("Geometry of pairs")
struct GeometryEvaluationTests {
  private let oracle: LiteratureOracle

  init() throws { oracle = try LiteratureOracle.read() }

  @Test func conformityAgainstSciPy() throws {
    let table = try evaluate("conformity", of: oracle.pair)
    let columns = ["correlation", "cosine_slope", "conformity_slope", "inverse_norm"].map(table.numbers)
    for (row, expected) in oracle.conformity.enumerated() { expectClose(columns.map { $0[row] }, expected) }
    #expect(
      table.texts("modality") == ["x", "y"] && table.numbers("largest_error").allSatisfy { $0 < 1e-14 })
  }

  /// Of ±e₁ and e₂, e₁ and −e₁ have −½ each, and e₂ has 0.
  @Test func conformityOfThreeRows() throws {
    let rows: [[Float]] = [[1, 0], [-1, 0], [0, 2]]
    let table = try evaluate("conformity", of: pairs(rows, rows))
    expectClose(table.numbers("conformity_slope"), [0.5, 0.5])
    expectClose(table.numbers("inverse_norm"), [3, 3])
  }

  /// Rows that are all equal have conformity 1, which does not vary.
  @Test func conformityWithoutVariation() throws {
    let rows: [[Float]] = [[1, 0], [2, 0]]
    let table = try evaluate("conformity", of: pairs(rows, rows))
    #expect(table.numbers("correlation").allSatisfy(\.isNaN) && table.numbers("largest_error") == [0, 0])
  }

  @Test func divergenceAgainstSciPy() throws {
    let with: [String: JSONValue] = ["alpha": numbers(oracle.alphas), "bins": 5, "smoothing": 0.25]
    let table = try evaluate("conformity-divergence", with, of: oracle.pair)
    let expected = oracle.divergences.flatMap { $0 }
    #expect(table.texts("moved") == oracle.alphas.flatMap { _ in ["x", "y", "both"] })
    expectClose(table.numbers("divergence"), expected.map { $0[0] })
    expectClose(table.numbers("reversed"), expected.map { $0[1] })
  }

  @Test func sidesThatAreOneDoNotDiverge() throws {
    let rows: [[Float]] = [[1, 0], [0, 1], [1, 1]]
    let table = try evaluate("conformity-divergence", ["alpha": 0], of: pairs(rows, rows))
    #expect(table.numbers("divergence") == [0, 0, 0] && table.numbers("reversed") == [0, 0, 0])
  }

  /// Two equal rows less their mean have no direction.
  @Test func rowsThatVanishAreNamed() throws {
    let rows: [[Float]] = [[1, 0], [1, 0]]
    #expect(throws: MetricFailure.zeroNorm(.x, row: 0)) {
      try evaluate("conformity-divergence", ["alpha": 1], of: pairs(rows, rows))
    }
  }

  @Test func separationAgainstNumPy() throws {
    let with: [String: JSONValue] = ["dimensions": 3, "held_out": .number(8.0 / 24)]
    let table = try evaluate("dimension-separation", with, of: oracle.pair)
    let names = ["dimension", "difference", "accuracy", "accuracy_together", "clearance"]
    let columns = names.map(table.numbers)
    for (row, expected) in oracle.separation.enumerated() { expectClose(columns.map { $0[row] }, expected) }
    #expect(table.numbers("rank") == [1, 2, 3] && table.numbers("held_out") == [8, 8, 8])
  }

  /// More dimensions are asked for than there are, and the first one alone tells the sides apart; the other, in which the
  /// centroids agree, tells no row's side.
  @Test func separationByOneDimension() throws {
    let table = try evaluate(
      "dimension-separation", ["dimensions": 9],
      of: pairs([[3, 4], [4, -3], [3, 4]], [[-3, 4], [-3, 4], [-4, -3]]))
    #expect(table.numbers("dimension") == [0, 1] && table.numbers("accuracy") == [1, 0])
    expectClose([table.numbers("clearance")[0]], [1.2], 1e-7)
  }

  @Test func constancyAgainstNumPy() throws {
    let table = try evaluate("gap-constancy", ["components": 2], of: oracle.pair)
    expectClose(
      [table.numbers("cosine")[0], table.numbers("cosine_sd")[0]] + table.numbers("share"), oracle.constancy)
    expectClose(table.numbers("chance"), [1.0 / 3, 1.0 / 3])
  }

  /// One vector for all pairs has cosine 1; all components have all of the gap.
  @Test func constantGap() throws {
    let table = try evaluate(
      "gap-constancy", ["components": 99],
      of: pairs([[0.6, 0.8, 0], [0.6, -0.8, 0]], [[-0.6, 0.8, 0], [-0.6, -0.8, 0]]))
    expectClose(table.numbers("cosine") + table.numbers("share"), [1, 1, 1, 1])
    let rows: [[Float]] = [[1, 0], [0, 1]]
    #expect(throws: MetricFailure.noGap) { try evaluate("gap-constancy", of: pairs(rows, rows)) }
  }

  @Test func rankingsAgainstNumPy() throws {
    let moved = try run(
      .shift, "gap", ["delta": 0.4, "sides": "y", "renormalize": false], from: [("pairs", oracle.pair)])
    let table = try evaluate("ranking-change", of: moved)
    #expect(table.texts("score") == ["dot", "euclidean", "dot", "euclidean"])
    #expect(table.numbers("unchanged") == oracle.rankings.map { $0[0] })
    #expect(table.numbers("first_unchanged") == oracle.rankings.map { $0[1] })
    #expect(table.numbers("unchanged")[0] == 1, "a constant added to all candidates")
  }

  @Test func noShiftChangesNoRanking() throws {
    let table = try evaluate("ranking-change", of: oracle.pair)
    #expect(table.numbers("unchanged") == [1, 1, 1, 1] && table.numbers("first_unchanged") == [1, 1, 1, 1])
  }

  /// With the stage's own draws, a query at a time.
  @Test func noiseAgainstLoops() throws {
    let (x, y) = try withBudget(jobs: 1) { budget in
      let family = try #require(oracle.pair.embeddings)
      return (
        try family.rows(.x, of: family.members[0]).real(budget),
        try family.rows(.y, of: family.members[0]).real(budget)
      )
    }
    let draws = try withBudget(jobs: 1) {
      try RandomStream(seed: 5, stage: "noise", name: "noise/y").gaussianMatrix(
        rows: y.rows, columns: y.columns, budget: $0)
    }
    func answer(_ row: Int, _ sigma: Double) -> Int {
      let scores = (0..<y.rows).map { candidate in
        (0..<y.columns).reduce(0.0) {
          $0 + x[row, $1] * (y[candidate, $1] + sigma * Double(draws[candidate, $1]))
        }
      }
      return scores.indices.dropFirst().reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }
    let table = try #require(
      try run(
        .evaluate, "noise-robustness", ["noise": numbers([0, 0.3])], from: [("up", oracle.pair)], seed: 5,
        id: "noise"
      ).table())
    #expect(table.texts("noised") == ["x", "x", "y", "y", "x", "x", "y", "y"])
    #expect(table.numbers("unchanged")[..<4] == [1, 1, 1, 1])
    let rows = 0..<x.rows
    let kept = rows.count { answer($0, 0) == answer($0, 0.3) }
    let right = rows.count { answer($0, 0.3) == $0 }
    expectClose(
      [table.numbers("unchanged")[6], table.numbers("accuracy")[6]], [kept, right].map { Double($0) / 24 })
    #expect(kept < 24)
  }

  @Test func sharedSpaceAgainstSciPy() throws {
    for row in oracle.shared {
      let table = try evaluate(
        "shared-space", ["variance": .number(row[0]), "tolerance": .number(row[1])], of: oracle.pair)
      let names = ["dimensions_x", "dimensions_y", "shared", "recall_x_to_y", "recall_y_to_x"]
      expectClose(names.map { table.numbers($0)[0] }, Array(row[2...]))
    }
  }

  /// Planes that share a line, and lines that share nothing: with nothing left every answer is the first candidate.
  @Test func sharedLines() throws {
    let x: [[Float]] = [[1, 0, 0], [0, 1, 0], [1, 1, 0]]
    let y: [[Float]] = [[1, 0, 0], [0, 0, 1], [1, 0, 1]]
    #expect(try evaluate("shared-space", of: pairs(x, y)).numbers("shared") == [1])
    let notes = Notes()
    let apart = try run(
      .evaluate, "shared-space",
      from: [("up", pairs([[1, 0, 0], [2, 0, 0]], [[0, 1, 0], [0, 2, 0]]))], notes: notes)
    #expect(apart.table()?.numbers("shared") == [0] && apart.table()?.numbers("recall_x_to_y") == [0.5])
    #expect(notes.notices.count == 1 && notes.notices[0].contains("2 pairs in 3 dimensions"))
  }

  @Test func sigmoidSeparationAgainstNumPy() throws {
    let table = try evaluate("sigmoid-separation", ["trim": 0.2], of: oracle.pair)
    let names = [
      "least_positive", "greatest_negative", "margin", "relative_bias", "trimmed_margin",
      "trimmed_relative_bias",
    ]
    expectClose(names.map { table.numbers($0)[0] }, oracle.sigmoidSeparation)
  }

  @Test func orthonormalPairsAreSeparable() throws {
    let rows: [[Float]] = [[1, 0], [0, 1]]
    let table = try evaluate("sigmoid-separation", of: pairs(rows, rows))
    #expect(table.numbers("margin") == [0.5] && table.numbers("relative_bias") == [0.5])
  }

  @Test(
    "what has no pairs is refused",
    arguments: [
      ("conformity", [:]), ("conformity-divergence", ["alpha": 0]), ("dimension-separation", [:]),
      ("gap-constancy", [:]), ("ranking-change", [:]), ("noise-robustness", ["noise": 0.1]),
      ("shared-space", [:]),
      ("sigmoid-separation", [:]),
    ] as [(String, [String: JSONValue])])
  func unpaired(kind: String, with: [String: JSONValue]) throws {
    let rows: [[Float]] = [[1, 0], [0, 1], [1, 1]]
    #expect(throws: MetricFailure.unpaired) {
      try evaluate(kind, with, of: pairs(rows, rows, pairing: .unpaired))
    }
  }

  /// Row i of y belongs with row i/2 of x.
  @Test func severalRowsOfAnItemAreSeveralPairs() throws {
    let grouped = pairs(
      [[1, 0], [0, 1]], [[1, 0], [1, 0], [0, 1], [0, 1]], pairing: .grouped(size: 2))
    let table = try evaluate("sigmoid-separation", of: grouped)
    #expect(table.numbers("count") == [4] && table.numbers("least_positive") == [1])
  }
}
