import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

/// `centre` with items held out: the centroids are those of the others.
@Suite("Items held out of a shift")
struct HeldOutTests {
  /// Rows of some items, and for each row of y its item, by what belongs together.
  private struct Sample {
    let embeddings: Embeddings
    let items: Int
    let itemOfX: [Int]
    let itemOfY: [Int]

    init(_ seed: UInt64) {
      var numbers = TestNumbers(seed)
      let (size, columns) = (Int.random(in: 1...4, using: &numbers), Int.random(in: 2...9, using: &numbers))
      items = Int.random(in: 5...40, using: &numbers)
      let (all, each) = (items * size, Array(0..<items))
      let grouped = (0..<all).map { $0 / size }
      let pairing: Pairing
      switch seed % 4 {
      case 0: (pairing, itemOfX, itemOfY) = (.identity, each, each)
      case 1: (pairing, itemOfX, itemOfY) = (.grouped(size: size), each, grouped)
      case 2: (pairing, itemOfX, itemOfY) = (.grouped(size: size), grouped, grouped)
      default:
        // Each item has a row of y, so that there is something to hold out.
        itemOfX = each
        itemOfY = (each + (0..<all).map { _ in each.randomElement(using: &numbers) ?? 0 }).shuffled(
          using: &numbers)
        pairing = .map(itemOfY)
      }
      embeddings = Embeddings(
        x: numbers.matrix(itemOfX.count, columns), y: numbers.matrix(itemOfY.count, columns),
        isNormalized: false, pairing: pairing)
    }
  }

  private func unit(_ row: [Double]) -> [Double] {
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / norm }
  }

  /// What the formula says of one modality.
  private func centred(_ matrix: Matrix, _ itemOfRow: [Int], from first: Int) -> [[Double]] {
    let rows = (0..<matrix.rows).map { unit(matrix.row($0).map(Double.init)) }
    let fitted = rows.indices.filter { itemOfRow[$0] < first }.map { rows[$0] }
    let mean = (0..<matrix.columns).map { k in fitted.reduce(0) { $0 + $1[k] } / Double(fitted.count) }
    return rows.indices.filter { itemOfRow[$0] >= first }.map { index in
      unit(zip(rows[index], mean).map { $0 - $1 })
    }
  }

  private func expect(_ found: Matrix?, _ expected: [[Double]]) throws {
    let found = try #require(found)
    #expect(found.rows == expected.count)
    for (row, values) in expected.enumerated() {
      for (column, value) in values.enumerated() {
        #expect(abs(Double(found[row, column]) - value) < 1e-6, "\(row), \(column)")
      }
    }
  }

  private func shifted(_ embeddings: Embeddings, _ heldOut: Int, jobs: Int = 2) throws -> EmbeddingFamily {
    let up = Artefact.embeddings(EmbeddingFamily(embeddings))
    let shifted = try run(
      .shift, "centre", ["held_out": .number(Double(heldOut))], from: [("up", up)], jobs: jobs)
    return try #require(shifted.family)
  }

  @Test("rows are the formula's, whatever belongs together", arguments: 0..<24)
  func naive(seed: UInt64) throws {
    let sample = Sample(seed)
    let heldOut = 2 + Int(seed) % (sample.items - 3)
    let first = sample.items - heldOut
    let families = try [1, 2, 4].map { try shifted(sample.embeddings, heldOut, jobs: $0) }
    #expect(families[1] == families[0] && families[2] == families[0])
    let found = try withBudget(jobs: 1) { try families[0].materialized(families[0].members[0], $0) }
    try expect(found.x, centred(sample.embeddings.x, sample.itemOfX, from: first))
    let y = try #require(sample.embeddings.y)
    try expect(found.y, centred(y, sample.itemOfY, from: first))
    // Who belongs together still does.
    let partners = try found.partners()
    let kept = sample.itemOfY.filter { $0 >= first }.map { $0 - first }
    #expect(partners.itemOfY == kept)
    #expect(partners.itemOfX == sample.itemOfX.filter { $0 >= first }.map { $0 - first })
  }

  @Test("what was done before is done to both parts")
  func behindAnotherShift() throws {
    let sample = Sample(4)
    let up = Artefact.embeddings(EmbeddingFamily(sample.embeddings))
    let moved = try run(.shift, "gap", ["delta": numbers([0.25, -0.5])], from: [("up", up)])
    let family = try #require(moved.family)
    let centred = try run(.shift, "centre", ["held_out": .number(3)], from: [("moved", moved)])
    let found = try #require(centred.family)
    #expect(found.members.map(\.coordinates) == family.members.map(\.coordinates))
    for (before, after) in zip(family.members, found.members) {
      try withBudget(jobs: 1) { budget in
        let rows = try family.materialized(before, budget)
        try expect(
          found.materialized(after, budget).x, self.centred(rows.x, sample.itemOfX, from: sample.items - 3))
      }
    }
  }

  /// Fitted rows at angles ±a have the mean (cos a, 0), from which a row at the angle t is seen at the angle of
  /// (cos t − cos a, sin t).
  @Test("directions in the plane", arguments: [0.2, 0.9, 1.4], [-2.5, 0.3, 1.7])
  func closedForm(a: Double, t: Double) throws {
    let angles = [a, -a, t, t + 1]
    let rows = angles.flatMap { [Float(cos($0)), Float(sin($0))] }
    let matrix = Matrix(rows: 4, columns: 2, values: rows)
    let family = try shifted(Embeddings(x: matrix, y: matrix, isNormalized: false), 2)
    let found = try withBudget(jobs: 1) { try family.materialized(family.members[0], $0) }
    for (row, angle) in [t, t + 1].enumerated() {
      let seen = atan2(sin(angle), cos(angle) - cos(a))
      #expect(abs(Double(found.x[row, 0]) - cos(seen)) < 1e-6)
      #expect(abs(Double(found.x[row, 1]) - sin(seen)) < 1e-6)
    }
  }

  @Test("without items held out, all rows are fitted and given")
  func none() throws {
    let sample = Sample(8)
    let up = Artefact.embeddings(EmbeddingFamily(sample.embeddings))
    let family = try #require(run(.shift, "centre", from: [("up", up)]).family)
    #expect(family.bases == [sample.embeddings])
    let found = try withBudget(jobs: 1) { try family.materialized(family.members[0], $0) }
    let rows = (0..<sample.items).map { unit(sample.embeddings.x.row($0).map(Double.init)) }
    let mean = (0..<found.x.columns).map { k in rows.reduce(0) { $0 + $1[k] } / Double(rows.count) }
    try expect(found.x, rows.map { unit(zip($0, mean).map { $0 - $1 }) })
  }

  /// By `Tests/oracles/held_out.py`.
  @Test(
    "gap and retrieval of the authors' embeddings",
    .enabled(if: SharedData.isPresent, "\(SharedData.missing)"),
    arguments: [
      ("clip", 250, 0.12259117, 1.16984805, 0.660000, 0.632000),
      ("clip", 100, 0.15764473, 1.16298414, 0.820000, 0.740000),
      ("convirt", 250, 0.09637561, 1.16016576, 0.024000, 0.040000),
      ("clasp", 33, 0.45554754, 1.40678157, 0.030303, 0.090909),
    ])
  func reference(_ set: String, heldOut: Int, gap: Double, l2i: Double, xToY: Double, yToX: Double) throws {
    let centred = try run(
      .shift, "centre", ["held_out": .number(Double(heldOut))], from: [("up", authorsFeatures(set))])
    let table = try evaluate("gap", of: centred)
    #expect(abs(table.numbers("l2m")[0] - gap) < 1e-6 && abs(table.numbers("l2i")[0] - l2i) < 1e-6)
    #expect(table.numbers("count") == [Double(heldOut)])
    let recalls = try evaluate("retrieval", ["k": numbers([1])], of: centred).numbers("recall")
    #expect(abs(recalls[0] - xToY) < 1e-6 && abs(recalls[1] - yToX) < 1e-6)
  }

  @Test("what cannot be held out is said")
  func refusals() throws {
    let sample = Sample(0)
    for heldOut in [sample.items, sample.items + 1, 1_000_000_000] {
      let failure = #expect(throws: StageFailure.self) { try shifted(sample.embeddings, heldOut) }
      #expect(
        failure?.message.contains("`held_out` is \(heldOut), but there are \(sample.items) items") == true)
    }
    var loose = sample.embeddings
    loose.pairing = .unpaired
    #expect(throws: MetricFailure.unpaired) { try shifted(loose, 2) }
  }
}
