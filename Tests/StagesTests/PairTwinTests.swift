import Contracts
import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

/// Losses and ranks against loops over all pairs.
@Suite("Losses and retrieval against naive twins")
struct PairTwinTests {
  private func naiveLoss(_ s: [[Double]], _ tau: Double, _ batch: Int) -> (xToY: Double, yToX: Double) {
    var sums = (xToY: 0.0, yToX: 0.0)
    let n = s.count
    for i in 0..<n {
      let size = batch == 0 ? n : batch
      let members = (i / size * size)..<min(n, (i / size + 1) * size)
      let logSum = { (logits: [Double]) in
        let top = logits.max() ?? 0
        return top + log(logits.reduce(0) { $0 + exp($1 - top) })
      }
      sums.xToY += logSum(members.map { s[i][$0] / tau }) - s[i][i] / tau
      sums.yToX += logSum(members.map { s[$0][i] / tau }) - s[i][i] / tau
    }
    return (sums.xToY / Double(n), sums.yToX / Double(n))
  }

  /// 600 pairs: three strips and two tiles of columns where all are candidates; 47 leaves a smaller last
  /// batch, 300 two strips a batch.
  @Test("losses", arguments: [0, 1, 47, 50, 300, 599, 10_000], [1, 0.01, 0.004, 0.003, 0.001, 1e-5])
  func losses(batch: Int, tau: Double) throws {
    let (x, y) = try Pairs.pair(600, 12)
    let found = try contrastiveLoss(x, y, temperature: tau, batch: batch)
    let expected = naiveLoss(Pairs.similarities(x, y), tau, batch >= 600 ? 0 : batch)
    #expect(abs(found.xToY - expected.xToY) <= 1e-9 * max(1, expected.xToY))
    #expect(abs(found.yToX - expected.yToX) <= 1e-9 * max(1, expected.yToX))
    #expect(found.symmetric == (found.xToY + found.yToX) / 2)
  }

  /// However great the temperature is, no more candidates are counted than there are.
  @Test(arguments: [1e100, 1e200, 1e250, 1e300], [13, 16, 30]) func hotLosses(tau: Double, batch: Int) throws
  {
    let (x, y) = try Pairs.pair(batch * 2, 5)
    let loss = try contrastiveLoss(x, y, temperature: tau, batch: batch)
    #expect(abs(loss.xToY - log(Double(batch))) < 1e-9 && abs(loss.yToX - log(Double(batch))) < 1e-9)
  }

  @Test(arguments: [.leastNonzeroMagnitude, 0x1p-1030, 1e-308]) func coldLossesAreNumbersOrFailures(
    tau: Double
  ) throws {
    let (x, y) = try Pairs.pair(60, 5)
    #expect(throws: MetricFailure.lossNotFinite(temperature: tau)) {
      try contrastiveLoss(x, y, temperature: tau, batch: 30)
    }
  }

  @Test("the loss of pairs that cannot be told apart is ln n", arguments: [2, 50, 513])
  func uniformLoss(n: Int) throws {
    let same = Matrix(rows: n, columns: 2, values: (0..<n).flatMap { _ in [3, 4] as [Float] })
    let loss = try contrastiveLoss(same, same, temperature: 0.001)
    #expect(abs(loss.symmetric - log(Double(n))) < 1e-9)
  }

  private func naiveRanks(_ s: [[Double]]) -> (xToY: [Int], yToX: [Int]) {
    let n = s.count
    let beats = { (value: Double, own: Double, index: Int, i: Int) in
      abs(value - own) < 1e-12 ? index < i : value > own
    }
    return (
      (0..<n).map { i in (0..<n).count { beats(s[i][$0], s[i][i], $0, i) } },
      (0..<n).map { i in (0..<n).count { beats(s[$0][i], s[i][i], $0, i) } }
    )
  }

  /// 600 pairs, of which 200 are copies: ties go to the lower index, in tiles apart from each other too.
  @Test("ranks", arguments: [0, 200, 599])
  func ranks(copies: Int) throws {
    var (x, y) = try Pairs.pair(600, 12)
    let source = { (row: Int) in row < copies ? 0 : (row < 2 * copies ? row - copies : row) }
    x = Matrix(rows: 600, columns: 12, values: (0..<600).flatMap { x.row(source($0)) })
    y = Matrix(rows: 600, columns: 12, values: (0..<600).flatMap { y.row(source($0)) })
    let found = try withBudget(jobs: 2) { budget in
      let family = EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false))
      let group = try GapShiftGroup.groups(of: family, budget)[0]
      return try group.ranks(group.members.map(group.factors), budget)[0]
    }
    let expected = naiveRanks(Pairs.similarities(x, y))
    #expect(found.xToY.map(Int.init) == expected.xToY)
    #expect(found.yToX.map(Int.init) == expected.yToX)
  }

  @Test("identical modalities are retrieved, and rotated ones after Procrustes")
  func perfect() throws {
    let (x, _) = try Pairs.pair(100, 8)
    let found = try retrieval(x, x, at: [1])
    #expect(found.xToY == [1] && found.yToX == [1])
    let turned = Matrix(
      rows: 100, columns: 8, values: (0..<100).flatMap { row in x.row(row).reversed().map { -$0 } })
    let w = try procrustes(x, turned)
    for k in 0..<8 { for l in 0..<8 { #expect(abs(w[k, l] - (k + l == 7 ? -1 : 0)) < 1e-6) } }
  }

  @Test("the gap of two points")
  func gap() throws {
    let x = Matrix(rows: 2, columns: 2, values: [2, 0, 5, 0])
    let y = Matrix(rows: 2, columns: 2, values: [0, 3, 0, 1])
    let gap = try modalityGap(x, y)
    #expect(gap.vector == [1, -1] && abs(gap.distance - 2.0.squareRoot()) < 1e-15)
  }
}

@Suite("What cannot be measured")
struct UnmeasurableTests {
  private func failure(_ body: () throws -> Void) -> MetricFailure? {
    do { try body() } catch { return error as? MetricFailure }
    return nil
  }

  private let good = Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6])

  @Test("the offending row is named", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(_ value: Float) {
    let bad = Matrix(rows: 3, columns: 2, values: [1, 2, 3, value, 5, 6])
    let found = failure { _ = try modalityGap(good, bad) }
    guard case .notFinite(.y, row: 1, column: 1, value: let reported)? = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(reported.bitPattern == value.bitPattern || (reported.isNaN && value.isNaN))
    #expect(found?.message.contains("row 1") == true)
  }

  @Test("a row of zeros has no direction")
  func zero() {
    let bad = Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 0, 0])
    let zero = MetricFailure.zeroNorm(.x, row: 2)
    #expect(failure { _ = try modalityGap(bad, good) } == zero)
    #expect(failure { _ = try cosineSimilarity(bad) } == zero)
    #expect(failure { _ = try meanCosineSimilarity(bad) } == zero)
    #expect(failure { _ = try contrastiveLoss(bad, good, temperature: 1) } == zero)
    #expect(failure { _ = try retrieval(bad, good, at: [1]) } == zero)
    #expect(failure { _ = try procrustes(bad, good) } == zero)
  }

  @Test("shapes must fit")
  func shapes() {
    let short = Matrix(rows: 2, columns: 2, values: [1, 2, 3, 4])
    let unequal = MetricFailure.unequalShapes(xRows: 3, xColumns: 2, yRows: 2, yColumns: 2)
    #expect(failure { _ = try modalityGap(good, short) } == unequal)
    #expect(failure { _ = try contrastiveLoss(good, short, temperature: 1) } == unequal)
    let one = Matrix(rows: 1, columns: 2, values: [1, 2])
    #expect(failure { _ = try cosineSimilarity(one) } == .tooFewRows(.x, found: 1))
    let none = Matrix(rows: 0, columns: 2, values: [])
    #expect(failure { _ = try cosineSimilarity(none) } == .noRows)
    #expect(failure { _ = try modalityGap(none, none) } == .noRows)
    let flat = Matrix(rows: 3, columns: 0, values: [])
    #expect(failure { _ = try cosineSimilarity(flat) } == .noDimensions(.x))
  }

  @Test("coinciding centroids give no direction to move along")
  func noGap() throws {
    let same = Artefact.embeddings(EmbeddingFamily(Embeddings(x: good, y: good, isNormalized: false)))
    #expect(throws: MetricFailure.noGap) {
      try run(.shift, "gap", ["delta": .number(1)], from: [("same", same)])
    }
  }

  @Test("a row shifted onto the origin is named")
  func ontoTheOrigin() throws {
    let x = Matrix(rows: 2, columns: 2, values: [1, 0, 1, 0])
    let y = Matrix(rows: 2, columns: 2, values: [-1, 0, -1, 0])
    let pair = Artefact.embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false)))
    let moved = try run(
      .shift, "gap", ["delta": .number(1), "sides": .string("x")], from: [("pair", pair)])
    for kind in ["gap", "retrieval", "cosine-similarity", "projection"] {
      #expect(throws: MetricFailure.zeroNorm(.x, row: 0)) { try evaluate(kind, of: moved) }
    }
  }

  @Test("a single tower has no gap", arguments: ["gap", "retrieval", "contrastive-loss"])
  func singleTower(_ kind: String) throws {
    let single = Artefact.embeddings(EmbeddingFamily(Embeddings(x: good, isNormalized: false)))
    #expect(throws: MetricFailure.notAPair) {
      try evaluate(kind, ["temperature": .number(1)], of: single)
    }
  }

  @Test("a rotation needs a sphere")
  func rotation() throws {
    let pair = Artefact.embeddings(EmbeddingFamily(Embeddings(x: good, y: good, isNormalized: false)))
    #expect(throws: MetricFailure.notOnSphere(dimension: 2)) {
      try run(.shift, "rotation", ["degrees": .number(0)], from: [("pair", pair)])
    }
  }
}
