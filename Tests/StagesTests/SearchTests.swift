import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

/// `retrieval` of the union, in galleries, and with corrections for hubs.
@Suite("Search")
struct SearchTests {
  private func pair(_ n: Int, _ d: Int, seed: UInt64, _ pairing: Pairing = .identity, yRows: Int? = nil)
    -> Artefact
  {
    var random = TestNumbers(seed)
    let x = random.matrix(n, d)
    var y = random.matrix(yRows ?? n, d)
    for index in y.values.indices { y[index / d, index % d] += 0.8 * x[index / d % n, index % d] + 0.1 }
    return .embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false, pairing: pairing)))
  }

  @Test("tables are those of scikit-learn and NumPy", arguments: 0..<4)
  func oracle(_ index: Int) throws {
    let sample = try #require(InterventionOracle.numbers).cases[index]
    let bank = InterventionOracle.Case.pair(sample.bank[0], sample.bank[1])
    for expected in sample.searches {
      var (with, references) = (expected.with, [String: Artefact]())
      if expected.bank { (with["bank"], references["bank"]) = ("reference", bank) }
      let found = try run(
        .evaluate, "retrieval", with, from: [("up", sample.pair())], references: references)
      let (table, ranks) = (try #require(found.table()), try #require(found.table("ranks")))
      let both = [expected.xToY, expected.yToX]
      #expect(
        table.numbers("recall").elementsEqual(both.flatMap(\.recall)) { abs($0 - $1) < 1e-12 }, "\(with)")
      for (column, values) in [
        ("median_rank", both.map(\.medianRank)), ("mrr", both.map(\.mrr)), ("ndcg@10", both.map(\.ndcg)),
        ("own_side_top1", both.map(\.ownSideTop1)),
      ] {
        #expect(ranks.numbers(column).elementsEqual(values) { abs($0 - $1) < 1e-9 }, "\(with) \(column)")
      }
      #expect(ranks.numbers("queries") == [Double(sample.x.count), Double(sample.x.count)])
    }
  }

  /// Loops over all candidates.
  private func naive(
    _ x: [[Double]], _ y: [[Double]], _ items: [Int], union: Bool, ofX: Bool
  ) -> (ranks: [Int], own: Double, ndcg: Double) {
    let all =
      x.enumerated().map { (row: $1, item: $0, isX: true) }
      + y.enumerated().map { (row: $1, item: items[$0], isX: false) }
    var (ranks, own, ndcg): ([Int], Int, Double) = ([], 0, 0)
    for query in all where query.isX == ofX && all.contains(where: { $0.item == query.item && $0.isX != ofX })
    {
      let candidates = all.filter { $0.isX != ofX || (union && $0.item != query.item) }
      let scores = candidates.map { zip(query.row, $0.row).reduce(0) { $0 + $1.0 * $1.1 } }
      let order = candidates.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      let places = order.indices.filter { candidates[order[$0]].item == query.item }
      ranks.append(places[0])
      own += candidates[order[0]].isX == ofX ? 1 : 0
      let best = (0..<min(10, places.count)).reduce(0) { $0 + 1 / log2(Double($1 + 2)) }
      ndcg += places.filter { $0 < 10 }.reduce(0) { $0 + 1 / log2(Double($1 + 2)) } / best
    }
    return (ranks, Double(own) / Double(ranks.count), ndcg / Double(ranks.count))
  }

  @Test("ranks of any number of partners, against loops", arguments: 0..<16)
  func twin(_ seed: Int) throws {
    var random = TestNumbers(UInt64(seed))
    let (n, d) = (Int.random(in: 3...50, using: &random), Int.random(in: 2...9, using: &random))
    let yRows = Int.random(in: 2...90, using: &random)
    let items = (0..<yRows).map { _ in Int.random(in: 0..<n, using: &random) }
    let up = pair(n, d, seed: UInt64(seed), .map(items), yRows: yRows)
    let base = try #require(up.family?.bases.first)
    let (x, y) = (Pairs.unit(base.x), Pairs.unit(base.y ?? base.x))
    for union in [false, true] {
      let with: [String: JSONValue] = ["corpus": union ? "union" : "other", "k": numbers([1, 2, 7])]
      let tables = try [1, 3].map { try run(.evaluate, "retrieval", with, from: [("up", up)], jobs: $0) }
      #expect(tables[0] == tables[1])
      let (table, ranks) = (try #require(tables[0].table()), try #require(tables[0].table("ranks")))
      for (direction, ofX) in [true, false].enumerated() {
        let expected = naive(x, y, items, union: union, ofX: ofX)
        let recalls = [1, 2, 7].map { k in
          Double(expected.ranks.count { $0 < k }) / Double(expected.ranks.count)
        }
        #expect(table.numbers("recall")[direction * 3..<direction * 3 + 3].elementsEqual(recalls))
        #expect(ranks.numbers("own_side_top1")[direction] == expected.own)
        #expect(abs(ranks.numbers("ndcg@10")[direction] - expected.ndcg) < 1e-12)
      }
    }
  }

  @Test("the corpus `other` is what retrieval searches by default", arguments: [0, 200, 599])
  func asBefore(copies: Int) throws {
    var (x, y) = try Pairs.pair(600, 12)
    let source = { (row: Int) in row < copies ? 0 : (row < 2 * copies ? row - copies : row) }
    x = Matrix(rows: 600, columns: 12, values: (0..<600).flatMap { x.row(source($0)) })
    y = Matrix(rows: 600, columns: 12, values: (0..<600).flatMap { y.row(source($0)) })
    let up = Artefact.embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false)))
    let moved = try run(.shift, "gap", ["lambda": numbers([0, 0.3])], from: [("up", up)])
    let before = try run(.evaluate, "retrieval", ["bootstrap": .number(20)], from: [("m", moved)])
    let after = try run(
      .evaluate, "retrieval", ["bootstrap": .number(20), "corpus": "other"], from: [("m", moved)])
    #expect(before.namedTables.map(\.suffix) == ["", "resamples"])
    #expect(after.namedTables.map(\.suffix) == ["", "ranks", "resamples"])
    #expect(before.table() == after.table() && before.table("resamples") == after.table("resamples"))
  }

  /// Two clusters, one a modality, in the plane: the pair is farther than the query's own cluster.
  @Test("in a union with a gap the query's own modality comes first")
  func handMade() throws {
    func row(_ degrees: Double) -> [Float] {
      [Float(cos(degrees * .pi / 180)), Float(sin(degrees * .pi / 180))]
    }
    let x = Matrix(rows: 3, columns: 2, values: [0, 4, 9].flatMap { row($0) })
    let y = Matrix(rows: 3, columns: 2, values: [30, 44, 59].flatMap { row($0) })
    let up = Artefact.embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: true)))
    let found = try run(
      .evaluate, "retrieval", ["corpus": "union", "k": numbers([1, 3])], from: [("up", up)])
    let ranks = try #require(found.table("ranks"))
    // x 0: 4, 9, then 30: rank 3. x 4: 0, 9, 30, 44: rank 4. x 9: 4, 0, 30, 44, 59: rank 5. y 30: 44, 9, 4, 0 before 59…
    #expect(ranks.numbers("median_rank") == [4, 4])
    #expect(ranks.numbers("own_side_top1") == [1, 1])
    #expect(abs(ranks.numbers("mrr")[0] - (1.0 / 3 + 1.0 / 4 + 1.0 / 5) / 3) < 1e-12)
    // y 30: 44 (14°), 9 (21°), 4 (26°), 59 (29°), 0 (30°): rank 5. y 44: 30, 59, 9, 4: rank 4. y 59: 44, 30, 9: rank 3.
    #expect(abs(ranks.numbers("mrr")[1] - (1.0 / 5 + 1.0 / 4 + 1.0 / 3) / 3) < 1e-12)
    #expect(found.table()?.numbers("recall") == [0, 1.0 / 3, 0, 1.0 / 3])
  }

  @Test("identical modalities are found first in the union")
  func identical() throws {
    let (x, _) = try Pairs.pair(60, 8)
    let up = Artefact.embeddings(EmbeddingFamily(Embeddings(x: x, y: x, isNormalized: false)))
    let found = try run(.evaluate, "retrieval", ["corpus": "union"], from: [("up", up)])
    #expect(found.table("ranks")?.numbers("mrr") == [1, 1])
    #expect(found.table("ranks")?.numbers("own_side_top1") == [0, 0])
  }

  @Test("galleries of all items are the whole, and small ones are easier")
  func galleries() throws {
    let up = pair(60, 6, seed: 4)
    let with: [String: JSONValue] = ["galleries": numbers([60, 7]), "k": numbers([1])]
    let found = try run(.evaluate, "retrieval", with, from: [("up", up)])
    let (table, ranks) = (try #require(found.table()), try #require(found.table("ranks")))
    #expect(table.numbers("gallery") == [60, 60, 60, 60, 7, 7])
    #expect(table.numbers("recall")[0..<2] == table.numbers("recall")[2..<4])
    #expect(ranks.numbers("queries") == [60, 60, 60, 60, 56, 56])
    #expect(table.numbers("recall")[4] > table.numbers("recall")[0])
    #expect(try run(.evaluate, "retrieval", with, from: [("up", up)], seed: 9) == found)
    #expect(throws: SearchFailure.galleryTooLarge(size: 61, items: 60)) {
      try run(.evaluate, "retrieval", ["galleries": numbers([61])], from: [("up", up)])
    }
  }

  /// A candidate that is near to everything is no hub any more.
  @Test("corrections help where a hub takes the queries", arguments: ["nnn", "qb-norm", "dual-bank"])
  func hub(_ kind: String) throws {
    let d = 24
    var x = [Float](repeating: 0, count: d * d)
    var y = x
    for row in 0..<d {
      x[row * d + row] = 1
      y[row * d + row] = 1
      x[row * d] += 1.2
    }
    let up = Artefact.embeddings(
      EmbeddingFamily(
        Embeddings(
          x: Matrix(rows: d, columns: d, values: x), y: Matrix(rows: d, columns: d, values: y),
          isNormalized: false)))
    func recall(_ with: [String: JSONValue]) throws -> Double {
      try evaluate("retrieval", with.merging(["k": numbers([1])]) { $1 }, of: up).numbers("recall")[0]
    }
    let before = try recall([:])
    let more: [String: JSONValue] =
      kind == "nnn" ? ["k": 4] : kind == "dual-bank" ? ["beta": 20, "gallery_beta": 1] : [:]
    let after = try recall(["correction": .object(more.merging(["kind": .string(kind)]) { $1 })])
    #expect(before < 0.1 && after > 0.9, "\(before) \(after)")
  }

  @Test("a word stands for the object with the numbers of its kind")
  func words() throws {
    let up = pair(40, 6, seed: 8)
    func tables(_ correction: JSONValue) throws -> Artefact {
      try run(.evaluate, "retrieval", ["correction": correction], from: [("up", up)])
    }
    #expect(
      try tables("nnn") == tables(.object(["kind": "nnn", "k": .number(128), "alpha": .number(0.75)])))
    #expect(try tables("qb-norm") == tables(.object(["kind": "qb-norm", "beta": .number(20)])))
    let plain = try run(.evaluate, "retrieval", ["corpus": "other"], from: [("up", up)])
    #expect(try tables("none") == plain)
    #expect(try tables("nnn") != plain)
    let notes = Notes()
    _ = try run(.evaluate, "retrieval", ["correction": "nnn"], from: [("up", up)], notes: notes)
    #expect(notes.notices.contains { $0.contains("`bank`") })
  }

  @Test("a bank of other dimensions is refused, and so are embeddings without pairs")
  func refusals() throws {
    let with: [String: JSONValue] = ["correction": "nnn", "bank": "b"]
    let (up, bank) = (pair(20, 6, seed: 1), pair(20, 5, seed: 2))
    #expect(throws: SearchFailure.bankDimensions(found: 5, expected: 6)) {
      try run(.evaluate, "retrieval", with, from: [("up", up)], references: ["bank": bank])
    }
    #expect(throws: StageFailure.self) { try run(.evaluate, "retrieval", with, from: [("up", up)]) }
    #expect(throws: MetricFailure.unpaired) {
      try run(.evaluate, "retrieval", ["corpus": "union"], from: [("up", pair(9, 4, seed: 3, .unpaired))])
    }
  }

  @Test(
    "mixed-modal search of the authors' embeddings",
    .enabled(if: SharedData.isPresent, "\(SharedData.missing)"))
  func facts() throws {
    let clip = try authorsFeatures("clip")
    func measured(_ up: Artefact) throws -> (own: [Double], hit: [Double]) {
      let found = try run(
        .evaluate, "retrieval", ["corpus": "union", "k": numbers([10])], from: [("up", up)])
      return (found.table("ranks")?.numbers("own_side_top1") ?? [], found.table()?.numbers("recall") ?? [])
    }
    let raw = try measured(clip)
    #expect(raw.own == [1, 1] && raw.hit == [0, 0])
    let centred = try measured(run(.shift, "centre", from: [("up", clip)]))
    #expect(centred.hit == [0.322, 0.306] && centred.own == [0.964, 0.96])
  }
}
