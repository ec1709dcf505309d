import Contracts
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

/// Metrics of items that have several rows, against loops over rows and items.
@Suite("Pairings that are not row by row")
struct PairingTests {
  /// A pairing with the item of each row, written out.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let pairing: Pairing
    let itemsX: [Int]
    let itemsY: [Int]
    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "one x, five y an item", pairing: .grouped(size: 5), itemsX: Array(0..<60),
      itemsY: (0..<300).map { $0 / 5 }),
    Case(
      name: "three x, three y an item", pairing: .grouped(size: 3), itemsX: (0..<300).map { $0 / 3 },
      itemsY: (0..<300).map { $0 / 3 }),
    Case(
      name: "300 x and y an item", pairing: .grouped(size: 300), itemsX: (0..<600).map { $0 / 300 },
      itemsY: (0..<600).map { $0 / 300 }),
    Case(
      name: "a map that leaves out every ninth x", pairing: .map(uneven), itemsX: Array(0..<90),
      itemsY: uneven),
    Case(
      name: "groups of one", pairing: .grouped(size: 1), itemsX: Array(0..<70), itemsY: Array(0..<70)),
  ]

  private static let uneven = (0..<400).map { row -> Int in
    let x = (row * row + 3 * row) % 90
    return x % 9 == 8 ? x - 1 : x
  }

  /// Rows of y near the first row of x of their item; every fourth row of either side is a copy of another,
  /// so that there are ties.
  private func embeddings(_ test: Case) throws -> Embeddings {
    let (all, noise) = try Pairs.pair(600, 9)
    let source = { (row: Int) in row % 4 == 3 ? row - 3 : row }
    let x = test.itemsX.indices.flatMap { all.row(source($0)) }
    let y = test.itemsY.indices.flatMap { row -> [Float] in
      let first = test.itemsX.firstIndex(of: test.itemsY[source(row)]) ?? 0
      return zip(all.row(source(first)), noise.row(source(row))).map { $0 + 0.4 * $1 }
    }
    return Embeddings(
      x: Matrix(rows: test.itemsX.count, columns: 9, values: x),
      y: Matrix(rows: test.itemsY.count, columns: 9, values: y), isNormalized: false, pairing: test.pairing)
  }

  /// What a loss says of pairs that have fewer candidates than its column `batch`.
  @Test(arguments: [
    (
      Pairing.identity, 51, 50,
      "1 of 51 pairs have fewer candidates than the 50 in column `batch` (the fewest: 1)"
    ),
    (
      .identity, 60, 50, "10 of 60 pairs have fewer candidates than the 50 in column `batch` (the fewest: 10)"
    ),
    (.identity, 60, 30, ""), (.identity, 60, 0, ""), (.grouped(size: 1), 60, 60, ""),
    (.grouped(size: 2), 60, 0, ""),
    (
      .map([0, 0, 0, 0, 1, 2]), 3, 0,
      "3 of 6 pairs have fewer candidates than the 3 in column `batch` (the fewest: 1)"
    ),
  ])
  func lossesAmongFewerCandidatesAreTold(pairing: Pairing, rows: Int, batch: Int, expected: String) throws {
    var (x, y) = try Pairs.pair(rows, 4)
    if case .map(let partners) = pairing { y = try Pairs.pair(partners.count, 4).y }
    if case .grouped(size: 2) = pairing {
      x = Matrix(rows: rows / 2, columns: 4, values: Array(x.values[..<(rows * 2)]))
    }
    let pairs = Embeddings(x: x, y: y, isNormalized: false, pairing: pairing)
    let notes = Notes()
    _ = try run(
      .evaluate, "contrastive-loss", ["temperature": 1, "batch": .number(Double(batch))],
      from: [("up", .embeddings(EmbeddingFamily(pairs)))], notes: notes)
    let said = notes.notices.filter { $0.contains("fewer candidates") }
    #expect(said.count == (expected.isEmpty ? 0 : 1) && said.allSatisfy { $0.hasPrefix(expected) }, "\(said)")
  }

  private func group(_ embeddings: Embeddings) throws -> GapShiftGroup {
    try withBudget(jobs: 1) { try GapShiftGroup.groups(of: EmbeddingFamily(embeddings), $0)[0] }
  }

  /// The rank of the best of `right` among it and the wrong candidates; of equals the lower index is nearer.
  private func rank(right: [(Double, Int)], wrong: [(Double, Int)]) -> (rank: Int, least: Int, most: Int) {
    let own = right.map(\.0).max() ?? .nan
    let index = right.filter { abs($0.0 - own) < 1e-12 }.map(\.1).min() ?? 0
    let above = wrong.count { $0.0 > own + 1e-12 }
    let equal = wrong.filter { abs($0.0 - own) <= 1e-12 }
    return (above + equal.count { $0.1 < index }, above, above + equal.count)
  }

  @Test("ranks, recall and ties", arguments: cases, [1, 2, 4])
  func retrieval(_ test: Case, jobs: Int) throws {
    let embeddings = try embeddings(test)
    let s = Pairs.similarities(embeddings.x, try #require(embeddings.y))
    let ofX = test.itemsX.indices.filter { test.itemsY.contains(test.itemsX[$0]) }.map { i in
      let all = test.itemsY.indices.map { (s[i][$0], $0) }
      return rank(
        right: all.filter { test.itemsY[$0.1] == test.itemsX[i] },
        wrong: all.filter { test.itemsY[$0.1] != test.itemsX[i] })
    }
    let ofY = test.itemsY.indices.map { j in
      let items = Set(test.itemsX).sorted().map { item in
        (test.itemsX.indices.filter { test.itemsX[$0] == item }.map { s[$0][j] }.max() ?? -1, item)
      }
      return rank(
        right: items.filter { $0.1 == test.itemsY[j] }, wrong: items.filter { $0.1 != test.itemsY[j] })
    }
    let group = try group(embeddings)
    let factors = try group.members.map(group.factors)
    try withBudget(jobs: jobs) { budget in
      let ranks = try group.ranks(factors, budget)[0]
      #expect(ranks.xToY.map(Int.init) == ofX.map(\.rank))
      #expect(ranks.yToX.map(Int.init) == ofY.map(\.rank))
      let ks = [1, 5, 10]
      let found = try group.retrieval(factors, at: ks, budget)[0]
      #expect(found.queries == ofX.count + ofY.count)
      let tied = (ofX + ofY).count { query in ks.contains { query.least < $0 && $0 <= query.most } }
      #expect(found.decidedByTies == tied)
      for (place, k) in ks.enumerated() {
        #expect(found.xToY[place] == Double(ofX.count { $0.rank < k }) / Double(ofX.count))
        #expect(found.yToX[place] == Double(ofY.count { $0.rank < k }) / Double(ofY.count))
      }
    }
  }

  /// The row of x that each row of y makes a pair with.
  private func rowsOfX(_ test: Case) -> [Int] {
    if test.itemsX.count == test.itemsY.count { return Array(test.itemsY.indices) }
    return test.itemsY
  }

  @Test("the gap, and the distance within pairs", arguments: cases)
  func gap(_ test: Case) throws {
    let embeddings = try embeddings(test)
    let table = try evaluate("gap", of: .embeddings(EmbeddingFamily(embeddings)))
    let (x, y) = (Pairs.unit(embeddings.x), Pairs.unit(try #require(embeddings.y)))
    let centroid = { (rows: [[Double]]) in
      (0..<9).map { c in rows.reduce(0) { $0 + $1[c] } / Double(rows.count) }
    }
    let distance = { (a: [Double], b: [Double]) in
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    let pairs = zip(rowsOfX(test), y).map { distance(x[$0], $1) }
    #expect(abs(table.numbers("l2m")[0] - distance(centroid(x), centroid(y))) < 1e-12)
    #expect(abs(table.numbers("l2i")[0] - pairs.reduce(0, +) / Double(pairs.count)) < 1e-7)
    #expect(table.numbers("count") == [Double(y.count)])
  }

  /// Each round has an item once, so no row is a wrong candidate for its own item.
  @Test("the loss is the mean over rounds", arguments: cases, [0, 16])
  func loss(_ test: Case, batch: Int) throws {
    let embeddings = try embeddings(test)
    let s = Pairs.similarities(embeddings.x, try #require(embeddings.y))
    var rounds: [[(Int, Int)]] = []
    var met = [Int](repeating: 0, count: test.itemsX.count)
    for (j, i) in rowsOfX(test).enumerated() {
      let item = test.itemsY[j]
      if met[item] == rounds.count { rounds.append([]) }
      rounds[met[item]].append((i, j))
      met[item] += 1
    }
    var sum = 0.0
    for round in rounds {
      let size = batch == 0 ? round.count : batch
      for (place, pair) in round.enumerated() {
        let others = round[(place / size * size)..<min(round.count, (place / size + 1) * size)]
        sum += log(others.reduce(0) { $0 + exp((s[pair.0][$1.1] - s[pair.0][pair.1]) / 0.1) })
      }
    }
    let table = try evaluate(
      "contrastive-loss", ["temperature": .number(0.1), "batch": .number(Double(batch))],
      of: .embeddings(EmbeddingFamily(embeddings)))
    #expect(abs(table.numbers("loss_x_to_y")[0] - sum / Double(test.itemsY.count)) < 1e-9)
  }

  @Test("Procrustes fits every pair", arguments: cases)
  func rotation(_ test: Case) throws {
    let embeddings = try embeddings(test)
    var written = embeddings
    let rows = rowsOfX(test)
    written.x = Matrix(rows: rows.count, columns: 9, values: rows.flatMap { embeddings.x.row($0) })
    written.pairing = .identity
    let maps = try [embeddings, written].map { pairs in
      try run(.shift, "procrustes", ["held_out": 0], from: [("up", .embeddings(EmbeddingFamily(pairs)))])
        .family?.members
    }
    #expect(maps[0] == maps[1])
  }

  @Test("shifts keep the pairing, and their gap is the family's")
  func shifts() throws {
    let embeddings = try embeddings(Self.cases[0])
    let up = Artefact.embeddings(EmbeddingFamily(embeddings))
    let moved = try run(.shift, "gap", ["delta": numbers([0.1])], from: [("up", up)])
    let family = try #require(try run(.shift, "centre", from: [("moved", moved)]).family)
    try withBudget(jobs: 1) { budget in
      let loose = try family.materialized(family.members[0], budget)
      #expect(loose.pairing == .grouped(size: 5))
      #expect(loose.x.rows == 60 && loose.y?.rows == 300)
    }
    let still = try run(
      .shift, "gap", ["delta": .number(0.3), "renormalize": .bool(false)], from: [("up", up)])
    let before = try evaluate("gap", of: up).numbers("distance")[0]
    #expect(abs(try evaluate("gap", of: still).numbers("distance")[0] - (before - 0.3)) < 1e-12)
  }

  @Test("without pairs there is a gap, and nothing that needs pairs")
  func unpaired() throws {
    let (x, y) = try Pairs.pair(50, 6)
    let few = Matrix(rows: 20, columns: 6, values: Array(y.values.prefix(120)))
    let up = Artefact.embeddings(
      EmbeddingFamily(Embeddings(x: x, y: few, isNormalized: false, pairing: .unpaired)))
    let table = try evaluate("gap", of: up)
    #expect(table.numbers("l2m")[0] > 0 && table.numbers("l2i")[0].isNaN && table.numbers("count") == [0])
    #expect(try evaluate("projection", of: up).rowCount == 70)
    #expect(try evaluate("cosine-similarity", of: up).numbers("count") == [50, 20])
    let moved = try run(.shift, "gap", ["delta": numbers([0, 0.1])], from: [("up", up)])
    #expect(try evaluate("gap", of: moved).rowCount == 2)
    for kind in ["retrieval", "contrastive-loss"] {
      #expect(throws: MetricFailure.unpaired) { try evaluate(kind, ["temperature": .number(1)], of: up) }
    }
    #expect(throws: MetricFailure.unpaired) { try run(.shift, "procrustes", from: [("up", up)]) }
  }

  @Test("numbers of rows that do not fit are said")
  func misfits() throws {
    #expect(throws: Partners.Misfit.unequalRows) { try Partners(.identity, xRows: 2, yRows: 3) }
    #expect(throws: Partners.Misfit.groups(size: 5)) { try Partners(.grouped(size: 5), xRows: 2, yRows: 11) }
    #expect(throws: Partners.Misfit.groups(size: 5)) { try Partners(.grouped(size: 5), xRows: 3, yRows: 10) }
    #expect(throws: Partners.Misfit.mapLength(3)) { try Partners(.map([0, 1, 0]), xRows: 2, yRows: 4) }
    for bad in [-1, 2, .max] {
      #expect(throws: Partners.Misfit.mapRange(row: 1, found: bad)) {
        try Partners(.map([0, bad]), xRows: 2, yRows: 2)
      }
    }
    let sentence = MetricFailure.misfit(.groups(size: 5), xRows: 3, yRows: 10).message
    #expect(sentence.contains("3 rows") && sentence.contains("groups of 5"))
  }
}
