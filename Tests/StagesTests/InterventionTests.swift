import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

private func isFinite(_ rows: (x: RealMatrix, y: RealMatrix)) -> Bool {
  (rows.x.values + rows.y.values).allSatisfy { $0.isFinite }
}

/// What a shift is given when nothing else matters.
private let everyKind: [(kind: String, with: [String: JSONValue])] = [
  ("centre", [:]), ("realign", [:]), ("project-out", ["components": .number(2)]),
  ("ablate", ["dimensions": .number(2)]), ("whiten", [:]), ("standardize", [:]), ("procrustes", [:]),
]

@Suite("Interventions")
struct InterventionTests {
  private func gaussian(_ rows: Int, _ columns: Int, seed: UInt64, shift: Float = 0) throws -> Matrix {
    try withBudget(jobs: 1) { budget in
      let drawn = try RandomStream(seed: seed, stage: "interventions", name: "x")
        .gaussianMatrix(rows: rows, columns: columns, budget: budget)
      return Matrix(rows: rows, columns: columns, values: drawn.values.map { $0 + shift })
    }
  }

  private func pair(_ x: Matrix, _ y: Matrix, _ pairing: Pairing = .identity) -> Artefact {
    .embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false, pairing: pairing)))
  }

  private func pair(_ rows: Int, _ columns: Int, seed: UInt64 = 1) throws -> Artefact {
    pair(
      try gaussian(rows, columns, seed: seed, shift: 0.4),
      try gaussian(rows, columns, seed: seed + 50, shift: -0.2))
  }

  private func shifted(_ kind: String, _ with: [String: JSONValue] = [:], _ up: Artefact) throws -> Artefact {
    try run(.shift, kind, with, from: [("up", up)])
  }

  @Test("rows are those of NumPy, SciPy and scikit-learn", arguments: 0..<4)
  func oracle(_ index: Int) throws {
    let sample = try #require(InterventionOracle.numbers).cases[index]
    #expect(Set(sample.shifts.map(\.kind)) == Set(everyKind.map(\.kind)))
    for expected in sample.shifts {
      let found = try rows(shifted(expected.kind, expected.with, sample.pair()))
      for (matrix, rows) in [(found.x, expected.x), (found.y, expected.y)] {
        #expect(matrix.rows == rows.count)
        for (row, values) in rows.enumerated() {
          for (column, value) in values.enumerated() {
            let difference = abs(matrix[row, column] - value)
            // Where the pairs leave the rotation open, it is a limit.
            let bound = expected.kind == "procrustes" ? 1e-5 : 1e-7
            #expect(
              difference < bound * (1 + abs(value)), "\(expected.kind) \(expected.with) \(row) \(column)")
          }
        }
      }
    }
  }

  @Test("the same bytes at 1, 2 and 4 jobs", arguments: everyKind.map(\.kind))
  func jobs(_ kind: String) throws {
    let (with, up) = (everyKind.first { $0.kind == kind }?.with ?? [:], try pair(600, 9))
    let families = try [1, 2, 4].map { try run(.shift, kind, with, from: [("up", up)], jobs: $0).family }
    #expect(families[1] == families[0] && families[2] == families[0])
  }

  // MARK: - Closed forms

  @Test("whitened rows have the identity for a covariance", arguments: [(40, 5), (600, 512)])
  func whitened(_ n: Int, _ d: Int) throws {
    let white = try rows(
      shifted("whiten", ["epsilon": .number(0), "renormalize": .bool(false)], pair(n, d)))
    for side in [white.x, white.y] {
      let covariance = side.multiplied(by: side, transposed: true)
      for a in stride(from: 0, to: d, by: d > 100 ? 37 : 1) {
        for b in 0..<d { #expect(abs(covariance[a, b] / Double(n) - (a == b ? 1 : 0)) < 1e-9) }
      }
    }
  }

  /// Of fewer rows than dimensions, the covariance is the projection to the rows' span: its trace is n − 1.
  @Test("whitened rows of fewer items than dimensions")
  func whitenedFew() throws {
    let white = try rows(
      shifted("whiten", ["epsilon": .number(0), "renormalize": .bool(false)], pair(12, 30)))
    let trace = white.x.values.reduce(0) { $0 + $1 * $1 } / 12
    #expect(abs(trace - 11) < 1e-8)
  }

  @Test("standardised dimensions have mean 0 and variance 1; constant ones go to zero")
  func standardized() throws {
    var x = try gaussian(50, 6, seed: 4)
    for row in 0..<50 {
      // All rows have the same norm and the same last number, so the last dimension is constant after normalising.
      let norm = x.row(row).dropLast().reduce(0) { $0 + $1 * $1 }.squareRoot()
      for column in 0..<5 { x[row, column] /= norm }
      x[row, 5] = 0
    }
    let found = try rows(
      shifted("standardize", ["renormalize": .bool(false)], pair(x, gaussian(50, 6, seed: 5))))
    for column in 0..<6 {
      let values = (0..<50).map { found.x[$0, column] }
      #expect(abs(values.reduce(0, +)) < 1e-10)
      let variance = values.reduce(0) { $0 + $1 * $1 } / 50
      #expect(abs(variance - (column == 5 ? 0 : 1)) < 1e-10)
    }
  }

  @Test("Procrustes finds a rotation, and items that it is not fitted on come to lie on their partners")
  func rotation() throws {
    let x = try gaussian(60, 8, seed: 6)
    let q = try procrustes(gaussian(40, 8, seed: 7), gaussian(40, 8, seed: 8))
    let y = Matrix(
      rows: 60, columns: 8,
      values: (0..<60).flatMap { row in
        (0..<8).map { k in (0..<8).reduce(Float(0)) { $0 + q[$1, k] * x[row, $1] } }
      })
    let rotated = try shifted(
      "procrustes", ["held_out": .number(25), "held_out_seed": .number(3)], pair(x, y))
    let gap = try evaluate("gap", of: rotated)
    #expect(gap.numbers("l2i")[0] < 1e-5 && gap.numbers("count") == [25])
  }

  /// Exact: x·(y + g') = x·y + x·g', the same for all candidates.
  @Test("candidates that are translated keep the order of their dot products", arguments: [0, 1, 4])
  func projectedRankings(_ components: Int) throws {
    let up = try pair(80, 6)
    let with: [String: JSONValue] = [
      "components": .number(Double(components)), "alpha": numbers([-2, 0, 1]), "renormalize": .bool(false),
    ]
    let moved = try shifted("project-out", with, up)
    let recalls = try evaluate("retrieval", ["k": numbers([1, 3, 9])], of: moved)
    let before = try evaluate("retrieval", ["k": numbers([1, 3, 9])], of: up).numbers("recall")[0..<3]
    for member in 0..<3 {
      #expect(recalls.numbers("recall")[member * 6..<member * 6 + 3] == before)
    }
    #expect(recalls.numbers("alpha")[0] == -2 && recalls.numbers("components")[0] == Double(components))
  }

  @Test("without components the gap is closed, and the translation is orthogonal to those projected out")
  func projectedDirection() throws {
    let up = try pair(80, 6)
    let closed = try shifted(
      "project-out", ["components": .number(0), "renormalize": .bool(false)], up)
    #expect(try evaluate("gap", of: closed).numbers("l2m")[0] < 1e-12)
    let moved = try shifted(
      "project-out", ["components": .number(3), "renormalize": .bool(false), "of": "x", "side": "x"], up)
    let (before, after) = (try rows(up), try rows(moved))
    let moments = try withBudget(jobs: 1) { budget in
      let family = try #require(up.family)
      return try RowMoments(family.rows(.x, of: family.members[0]), budget)
    }
    let components = try moments.components()
    let step = (0..<6).map { after.x[0, $0] - before.x[0, $0] }
    for k in 0..<3 { #expect(abs(dot(step, Array(components.eigen.vectors.row(k)))) < 1e-12) }
    #expect(before.y == after.y && components.rank == 6)
  }

  @Test("the dimensions of the greatest difference are set to zero, ties by their order")
  func ablated() throws {
    let x = Matrix(rows: 2, columns: 4, values: [1, 1, 1, 1, 1, 1, 1, 1])
    let y = Matrix(rows: 2, columns: 4, values: [1, -1, -1, 1, 1, -1, -1, 1])
    let found = try shifted("ablate", ["dimensions": numbers([1, 2, 3])], pair(x, y))
    let keeps = try #require(found.family).members.map { ($0.transforms.last as? Ablation)?.keep }
    #expect(keeps == [[1, 0, 1, 1], [1, 0, 0, 1], [0, 0, 0, 1]])
    #expect(try evaluate("gap", of: found).numbers("dimensions") == [1, 2, 3])
  }

  @Test("realigned rows have the other modality's centroid, nearly", arguments: ["x", "y"])
  func realigned(_ side: String) throws {
    let up = try pair(300, 20)
    let before = try evaluate("gap", of: up).numbers("l2m")[0]
    let after = try evaluate("gap", of: shifted("realign", ["side": .string(side)], up)).numbers("l2m")[0]
    #expect(after < before / 10)
    let (still, moved) = (try rows(up), try rows(shifted("realign", ["side": .string(side)], up)))
    #expect(side == "x" ? still.y == moved.y && still.x != moved.x : still.x == moved.x && still.y != moved.y)
  }

  // MARK: - Items held out

  @Test(
    "what is fitted does not know the items that are held out", arguments: everyKind.map(\.kind), [nil, 5.0])
  func noLeak(_ kind: String, _ seed: Double?) throws {
    var with = everyKind.first { $0.kind == kind }?.with ?? [:]
    with["held_out"] = .number(13)
    if let seed { with["held_out_seed"] = .number(seed) }
    let (x, y) = (try gaussian(40, 6, seed: 1), try gaussian(40, 6, seed: 2))
    let first = try #require(shifted(kind, with, pair(x, y)).family)
    // The rows that are given, in the order of the rows that were.
    let given = (0..<40).filter { row in (0..<13).contains { first.bases[0].x.row($0) == x.row(row) } }
    #expect(given.count == 13 && (seed == nil ? given == Array(27..<40) : given != Array(27..<40)))
    let others = try gaussian(40, 6, seed: 3)
    var (changedX, changedY) = (x, y)
    for row in given {
      for column in 0..<6 {
        (changedX[row, column], changedY[row, column]) = (others[row, column], -others[row, column])
      }
    }
    let second = try #require(shifted(kind, with, pair(changedX, changedY)).family)
    #expect(first.members == second.members && first.bases != second.bases)
    // One of the others does change it, though not which dimensions are first.
    if kind == "ablate" { return }
    let fitted = try #require((0..<40).first { !given.contains($0) })
    for column in 0..<6 { changedX[fitted, column] = others[fitted, column] }
    #expect(try shifted(kind, with, pair(changedX, changedY)).family?.members != first.members)
  }

  @Test("a seed draws items with all of their rows", arguments: 0..<6)
  func seededItems(_ seed: Int) throws {
    var random = TestNumbers(UInt64(seed))
    let items = (0..<30).map { _ in Int.random(in: 0..<11, using: &random) } + Array(0..<11)
    let (x, y) = (try gaussian(11, 5, seed: 1), try gaussian(41, 5, seed: 2))
    let found = try shifted(
      "centre", ["held_out": .number(4), "held_out_seed": .number(Double(seed))], pair(x, y, .map(items)))
    let base = try #require(found.family?.bases.first)
    let given = (0..<11).filter { row in (0..<4).contains { base.x.row($0) == x.row(row) } }
    #expect(given.count == 4)
    let rowsOfY = items.indices.filter { given.contains(items[$0]) }
    #expect(base.y?.values == rowsOfY.flatMap { Array(y.row($0)) })
    #expect(base.pairing == .map(rowsOfY.compactMap { given.firstIndex(of: items[$0]) }))
  }

  @Test("Procrustes holds half out where it would fit chance, and says so")
  func procrustesDefault() throws {
    let (few, many) = (try pair(39, 8), try pair(40, 8))
    func count(_ up: Artefact, _ heldOut: Double?, _ notes: Notes) throws -> Double {
      let with = heldOut.map { ["held_out": JSONValue.number($0)] } ?? [:]
      let rotated = try run(.shift, "procrustes", with, from: [("up", up)], notes: notes)
      return try evaluate("gap", of: rotated).numbers("count")[0]
    }
    var notes = Notes()
    #expect(try count(few, nil, notes) == 19)
    #expect(notes.notices.count == 1 && notes.notices[0].contains("fitted on the first 20 of 39 items"))
    notes = Notes()
    #expect(try count(few, 0, notes) == 39 && notes.notices.first?.hasPrefix("in-sample") == true)
    notes = Notes()
    #expect(try [count(many, nil, notes), count(many, 0, notes)] == [40, 40])
    #expect(notes.notices.isEmpty)
    #expect(throws: StageFailure.self) { try count(few, 1, notes) }
    #expect(throws: FitFailure.tooFewToHoldOut(pairs: 3)) { try shifted("procrustes", [:], pair(3, 8)) }
  }

  // MARK: - Degenerate input

  @Test("rows that are all equal have no direction left, or no spread", arguments: everyKind.map(\.kind))
  func equalRows(_ kind: String) throws {
    let same = Matrix(rows: 5, columns: 3, values: (0..<5).flatMap { _ in [1, 2, 2] as [Float] })
    let with = (everyKind.first { $0.kind == kind }?.with ?? [:]).merging(
      kind == "procrustes" ? ["held_out": .number(0)] : [:]
    ) { $1 }
    let other = try gaussian(5, 3, seed: 1)
    switch kind {
    case "realign":
      #expect(throws: FitFailure.noSpread(.y)) { try shifted(kind, with, pair(other, same)) }
    case "centre", "whiten", "standardize":
      for up in [pair(same, other), pair(same, same)] {
        #expect(throws: MetricFailure.zeroNorm(.x, row: 0)) {
          try evaluate("gap", of: shifted(kind, with, up))
        }
      }
    default:
      let found = try rows(shifted(kind, with, pair(same, other)))
      #expect(isFinite(found))
    }
  }

  @Test("the same rows on both sides", arguments: everyKind.map(\.kind))
  func identicalSides(_ kind: String) throws {
    let x = try gaussian(60, 5, seed: 2)
    let with = everyKind.first { $0.kind == kind }?.with ?? [:]
    if kind == "project-out" {
      #expect(throws: FitFailure.gapProjectedOut(components: 2)) { try shifted(kind, with, pair(x, x)) }
      return
    }
    let found = try rows(shifted(kind, with, pair(x, x)))
    for (a, b) in zip(found.x.values, found.y.values) { #expect(abs(a - b) < 1e-9) }
  }

  @Test("one pair", arguments: everyKind.map(\.kind))
  func onePair(_ kind: String) throws {
    let with = (everyKind.first { $0.kind == kind }?.with ?? [:]).merging(
      kind == "procrustes" ? ["held_out": .number(0)] : [:]
    ) { $1 }
    let up = pair(try gaussian(1, 4, seed: 1), try gaussian(1, 4, seed: 2))
    do {
      let found = try rows(shifted(kind, with, up))
      #expect(["project-out", "ablate", "procrustes"].contains(kind))
      #expect(isFinite(found))
    } catch let failure as any Failure {
      #expect(["centre", "whiten", "standardize", "realign"].contains(kind), "\(failure.message)")
    }
  }

  @Test("numbers that are none are named", arguments: everyKind.map(\.kind))
  func notANumber(_ kind: String) throws {
    var x = try gaussian(60, 5, seed: 2)
    x[7, 3] = .nan
    let with = everyKind.first { $0.kind == kind }?.with ?? [:]
    let failure = #expect(throws: MetricFailure.self) {
      try rows(shifted(kind, with, pair(x, gaussian(60, 5, seed: 3))))
    }
    #expect(failure?.message.contains("row 7 of modality x") == true)
  }

  @Test("what would leave nothing is refused")
  func nothingLeft() throws {
    let up = try pair(30, 4)
    #expect(throws: FitFailure.allDimensionsAblated(count: 4, dimensions: 4)) {
      try shifted("ablate", ["dimensions": .number(4)], up)
    }
    #expect(throws: FitFailure.gapProjectedOut(components: 9)) {
      try shifted("project-out", ["components": .number(9)], up)
    }
    for failure in [FitFailure.noSpread(.x), .gapProjectedOut(components: 1)] {
      #expect(failure.message.hasSuffix("`components`") || failure.message.contains("different items"))
    }
  }
}
