import Contracts
import Declarations
import Execution
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

@Suite("Samples of the pairs")
struct BootstrapTests {
  private static func pairs(_ count: Int) throws -> Artefact {
    try withBudget(jobs: 1) { budget in
      func matrix(_ name: String) throws -> Matrix {
        try RandomStream(seed: 4, stage: "t", name: name).gaussianMatrix(
          rows: count, columns: 24, budget: budget)
      }
      let (x, noise) = (try matrix("x"), try matrix("n"))
      var y = x
      for row in 0..<count { for column in 0..<24 { y[row, column] += 1.5 * noise[row, column] } }
      return .embeddings(EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false)))
    }
  }

  private func tables(_ kind: String, _ with: [String: JSONValue], count: Int, jobs: Int = 2) throws
    -> [NamedTable]
  {
    try tables(kind, with, of: try Self.pairs(count), jobs: jobs)
  }

  private func tables(_ kind: String, _ with: [String: JSONValue], of pairs: Artefact, jobs: Int = 2) throws
    -> [NamedTable]
  {
    let variant = try #require(stageCatalog.variant(.evaluate, kind))
    let inputs = StageInputs(upstream: [(id: "up", artefact: pairs)])
    let artefact = try withBudget(jobs: jobs) { budget in
      try variant.run(.object(with), inputs, StageContext(stageID: "p", seed: 1, budget: budget))
    }
    guard case .tables(let tables) = artefact else { return [] }
    return tables
  }

  @Test("a sample's mean is that of its pairs", arguments: [1, 2, 37, 300])
  func twin(items: Int) throws {
    let resamples = try ItemResamples(items: items, count: 50)
    let stream = RandomStream(seed: 0, stage: "bootstrap", name: "items")
    // Two values of each item, but one of the first.
    let owners = Array(0..<items) + Array(1..<max(1, items))
    let lists = [37, 53].map { factor in owners.indices.map { Double(($0 * factor) % 11) } }
    let means = try withBudget(jobs: 2) { try resamples.means(lists, of: owners, $0) }
    for sample in 0..<50 {
      let drawn = stream.integers(below: items, count: items, offset: sample * items)
      for (values, means) in zip(lists, means) {
        let chosen = drawn.flatMap { item in
          owners.indices.filter { owners[$0] == item }.map { values[$0] }
        }
        #expect(abs(means[sample] - chosen.reduce(0, +) / Double(chosen.count)) < 1e-12)
      }
    }
  }

  /// The spread over samples of a mean is sd/√n of its values, give or take what 2,000 samples leave open.
  @Test("the spread is the standard error")
  func spread() throws {
    let values = (0..<200).map { Double(($0 * 7919) % 101) }
    let resamples = try ItemResamples(items: 200, count: 2000)
    let means = try withBudget(jobs: 1) { try resamples.means([values], of: Array(0..<200), $0) }[0]
    func deviation(_ list: [Double]) -> Double {
      let mean = list.reduce(0, +) / Double(list.count)
      return (list.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(list.count)).squareRoot()
    }
    #expect(abs(deviation(means) / (deviation(values) / 200.0.squareRoot()) - 1) < 0.08)
  }

  @Test("losses of pairs have the mean that is the loss", arguments: PairingTests.cases, [0, 50, 64])
  func losses(_ test: PairingTests.Case, batch: Int) throws {
    for temperature in [0.01, 1] { try compareMeans(test, batch: batch, temperature: temperature) }
  }

  private func compareMeans(_ test: PairingTests.Case, batch: Int, temperature: Double) throws {
    let pairs = test.itemsY.count
    try withBudget(jobs: 2) { budget in
      let group = try GapShiftGroup.groups(of: EmbeddingFamily(Self.embeddings(test)), budget)[0]
      let factors = try group.members.map(group.factors)
      let mean = try group.contrastiveLosses(factors, temperatures: [temperature], batch: batch, budget)[0][0]
      try group.forEachPairLosses(temperatures: [temperature], batch: batch, budget) { _, _, each in
        #expect(each.xToY.count == pairs && each.yToX.count == pairs)
        #expect(abs(each.xToY.reduce(0, +) / Double(pairs) - mean.xToY) < 1e-9 * max(1, mean.xToY))
        #expect(abs(each.yToX.reduce(0, +) / Double(pairs) - mean.yToX) < 1e-9 * max(1, mean.yToX))
      }
    }
  }

  /// However few are held at once.
  @Test("losses of several temperatures are those of each alone", arguments: [1, 700, 1_000_000])
  func chunks(most: Int) throws {
    let temperatures = [0.02, 0.1, 0.5, 1, 7]
    try withBudget(jobs: 2) { budget in
      let group = try GapShiftGroup.groups(
        of: EmbeddingFamily(Self.embeddings(PairingTests.cases[0])), budget)[0]
      var places: [Int] = []
      var met = 0
      try group.forEachPairLosses(temperatures: temperatures, batch: 50, most: most, budget) {
        _, place, losses in
        places.append(place)
        try group.forEachPairLosses(temperatures: [temperatures[place]], batch: 50, budget) { _, _, alone in
          met += 1
          #expect(alone.xToY == losses.xToY && alone.yToX == losses.yToX)
        }
      }
      #expect(places == [0, 1, 2, 3, 4] && met == 5)
    }
  }

  private static func embeddings(_ test: PairingTests.Case) throws -> Embeddings {
    let (x, y) = try Pairs.pair(600, 9)
    return Embeddings(
      x: Matrix(rows: test.itemsX.count, columns: 9, values: Array(x.values[..<(9 * test.itemsX.count)])),
      y: Matrix(rows: test.itemsY.count, columns: 9, values: Array(y.values[..<(9 * test.itemsY.count)])),
      isNormalized: false, pairing: test.pairing)
  }

  /// The loss of each row of y and of its row of x among the batch of its round, one number after the other.
  private func lossesOfPairs(
    _ test: PairingTests.Case, _ embeddings: Embeddings, batch: Int, temperature: Double
  ) throws -> [(xToY: Double, yToX: Double)] {
    let s = Pairs.similarities(embeddings.x, try #require(embeddings.y)).map { $0.map { $0 / temperature } }
    var rows: [Int: [Int]] = [:]
    for (row, item) in test.itemsX.enumerated() { rows[item, default: []].append(row) }
    var rounds: [[Int]] = []
    var met: [Int: Int] = [:]
    for (pair, item) in test.itemsY.enumerated() {
      let round = met[item, default: 0]
      met[item] = round + 1
      if round == rounds.count { rounds.append([]) }
      rounds[round].append(pair)
    }
    var losses = [(xToY: Double, yToX: Double)](repeating: (0, 0), count: test.itemsY.count)
    for (number, round) in rounds.enumerated() {
      // With several rows of x an item has, the pair of a round is the row at the same place.
      let x = round.map { pair in
        let own = rows[test.itemsY[pair]] ?? []
        return own[own.count == 1 ? 0 : number]
      }
      let size = batch == 0 ? round.count : batch
      for (place, pair) in round.enumerated() {
        let others = (place / size * size)..<min(round.count, place / size * size + size)
        let own = s[x[place]][pair]
        losses[pair] = (
          log(others.reduce(0) { $0 + exp(s[x[place]][round[$1]] - own) }),
          log(others.reduce(0) { $0 + exp(s[x[$1]][pair] - own) })
        )
      }
    }
    return losses
  }

  /// Of items with several rows an item is drawn with all of its pairs, and one without a pair is not drawn.
  @Test(
    "losses of samples, pairing by pairing",
    arguments: PairingTests.cases.filter { $0.name != "300 x and y an item" }, [0, 32])
  func samplesOfLosses(_ test: PairingTests.Case, batch: Int) throws {
    let embeddings = try Self.embeddings(test)
    let artefact = Artefact.embeddings(EmbeddingFamily(embeddings))
    let found = try tables(
      "contrastive-loss",
      ["temperature": [0.1, 1], "batch": .number(Double(batch)), "bootstrap": 20], of: artefact)
    let table = try #require(found.first { $0.suffix == "resamples" }).table
    #expect(table.rowCount == 40)
    let items = Set(test.itemsY).sorted()
    let stream = RandomStream(seed: 0, stage: "bootstrap", name: "items")
    for (block, temperature) in [0.1, 1].enumerated() {
      let losses = try lossesOfPairs(test, embeddings, batch: batch, temperature: temperature)
      for sample in 0..<20 {
        let drawn = stream.integers(below: items.count, count: items.count, offset: sample * items.count)
        let pairs = drawn.flatMap { place in
          test.itemsY.indices.filter { test.itemsY[$0] == items[place] }
        }
        let forward = pairs.reduce(0) { $0 + losses[$1].xToY } / Double(pairs.count)
        let back = pairs.reduce(0) { $0 + losses[$1].yToX } / Double(pairs.count)
        let row = 20 * block + sample
        #expect(table.numbers("temperature")[row] == temperature)
        #expect(table.numbers("resample")[row] == Double(sample))
        #expect(abs(table.numbers("loss_x_to_y")[row] - forward) < 1e-6 * max(1, forward))
        #expect(abs(table.numbers("loss_y_to_x")[row] - back) < 1e-6 * max(1, back))
        #expect(abs(table.numbers("loss")[row] - (forward + back) / 2) < 1e-6 * max(1, forward))
      }
    }
  }

  /// A shift is not carried out before its losses are taken: they are those of the shifted rows.
  @Test("losses of samples of shifted pairs are those of the rows that were shifted")
  func lossesOfShifts() throws {
    guard case .embeddings(let pairs) = try Self.pairs(130) else { throw TestFailure.noTable }
    let (x, y) = (pairs.bases[0].x, try #require(pairs.bases[0].y))
    var gap = (0..<24).map { Double($0 % 5) - 1.7 }
    let norm = gap.reduce(0) { $0 + $1 * $1 }.squareRoot()
    gap = gap.map { $0 / norm }
    let deltas = [-0.5, 0, 0.25]
    let shifted = deltas.map { delta in
      EmbeddingFamily.Member(
        coordinates: [Coordinate("delta", .real(delta))],
        transforms: [GapShift(gap: gap, amountX: delta, amountY: delta, renormalizes: true)])
    }
    let with: [String: JSONValue] = ["temperature": 0.2, "batch": 32, "bootstrap": 10]
    let found = try tables(
      "contrastive-loss", with, of: .embeddings(EmbeddingFamily(bases: pairs.bases, members: shifted)))[1]
    #expect(found.table.rowCount == 30)
    for (place, delta) in deltas.enumerated() {
      let alone = try tables(
        "contrastive-loss", with,
        of: .embeddings(
          EmbeddingFamily(
            Embeddings(
              x: Self.moved(x, gap, by: -delta), y: Self.moved(y, gap, by: delta), isNormalized: false))))[1]
      for column in ["loss", "loss_x_to_y", "loss_y_to_x"] {
        let ours = found.table.numbers(column)[(10 * place)..<(10 * place + 10)]
        for (a, b) in zip(ours, alone.table.numbers(column)) { #expect(abs(a - b) < 1e-5 * max(1, b)) }
      }
    }
  }

  /// What a shift does to rows: these are divided by their norms first.
  private static func moved(_ matrix: Matrix, _ gap: [Double], by amount: Double) -> Matrix {
    var result = matrix
    for row in 0..<matrix.rows {
      let line = gap.indices.map { Double(matrix[row, $0]) }
      let norm = line.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for column in gap.indices { result[row, column] = Float(line[column] / norm + amount * gap[column]) }
    }
    return result
  }

  /// Three of four rows of x have no row of y: samples of all items would often have no pair at all.
  @Test("items without a pair are not drawn", arguments: ["retrieval", "contrastive-loss"])
  func itemsWithoutPairs(kind: String) throws {
    let (x, y) = try Pairs.pair(40, 6)
    let few = Matrix(rows: 3, columns: 6, values: Array(y.values[..<18]))
    let artefact = Artefact.embeddings(
      EmbeddingFamily(Embeddings(x: x, y: few, isNormalized: false, pairing: .map([30, 2, 17]))))
    let with: [String: JSONValue] = kind == "retrieval" ? ["k": [1]] : ["temperature": 0.1]
    let found = try tables(kind, with.merging(["bootstrap": 200]) { $1 }, of: artefact)
    let column = kind == "retrieval" ? "recall" : "loss"
    let samples = found[1].table.numbers(column)
    #expect(samples.count == (kind == "retrieval" ? 400 : 200) && samples.allSatisfy { $0.isFinite })
    // Samples of three different pairs have ten different means.
    #expect(kind == "retrieval" || Set(samples.map { Float($0) }).count == 10)
  }

  @Test("one item is no choice", arguments: ["retrieval", "contrastive-loss"])
  func oneItem(kind: String) throws {
    let (x, y) = try Pairs.pair(4, 6)
    let artefact = Artefact.embeddings(
      EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false, pairing: .grouped(size: 4))))
    let with: [String: JSONValue] = kind == "retrieval" ? ["k": [1]] : ["temperature": 0.1]
    #expect(throws: MetricFailure.tooFewItems(found: 1)) {
      try tables(kind, with.merging(["bootstrap": 10]) { $1 }, of: artefact)
    }
    let message = MetricFailure.tooFewItems(found: 1).message
    #expect(message.contains("1 item;") && message.contains("remove `bootstrap`"))
  }

  @Test("what does not fit into memory is refused before it is allocated")
  func memory() throws {
    for (items, count) in [(1_000_000_000, 10_000), (.max, .max), (2, .max)] {
      #expect(throws: MemoryFailure.self) { try ItemResamples(items: items, count: count) }
    }
    for (kind, with) in [("retrieval", ["k": [1]]), ("contrastive-loss", ["temperature": 1])]
      as [(String, [String: JSONValue])]
    {
      do {
        _ = try tables(kind, with.merging(["bootstrap": 1_000_000_000_000]) { $1 }, count: 60)
        Issue.record("a table of 10¹² rows")
      } catch let failure as MemoryFailure {
        #expect(failure.message.contains("1000000000000") && failure.message.contains("lower `bootstrap`"))
        #expect(failure.kind == .invalidInput)
      }
    }
  }

  /// What a stage measures of pairs has samples, and they spread around it.
  @Test("every mean over pairs has samples", arguments: ["retrieval", "contrastive-loss"])
  func columns(kind: String) throws {
    let with: [String: JSONValue] = kind == "retrieval" ? ["k": [1]] : ["temperature": 0.3]
    let found = try tables(kind, with.merging(["bootstrap": 300]) { $1 }, count: 90)
    let signature = try #require(stageCatalog.variant(.evaluate, kind)).signature
    let means = signature.columns.filter { $0.role == .quantity && $0.name != "distance" }.map(\.name)
    #expect(signature.columns(of: "resamples").filter { $0.role == .quantity }.map(\.name) == means)
    for column in means {
      let samples = Array(found[1].table.numbers(column).prefix(300))
      let value = found[0].table.numbers(column)[0]
      let deviation = (samples.reduce(0) { $0 + ($1 - value) * ($1 - value) } / 300).squareRoot()
      #expect(abs(samples.reduce(0, +) / 300 - value) < 4 * deviation / 300.0.squareRoot() && deviation > 0)
    }
  }

  @Test(
    "tables have a row for each sample, and without the key none",
    arguments: ["retrieval", "contrastive-loss"])
  func rows(kind: String) throws {
    let with: [String: JSONValue] = kind == "retrieval" ? ["k": [1, 5]] : ["temperature": [0.1, 1]]
    #expect(try tables(kind, with, count: 60).map(\.suffix) == [""])
    let found = try tables(kind, with.merging(["bootstrap": 30]) { $1 }, count: 60)
    #expect(found.map(\.suffix) == ["", "resamples"])
    #expect(found[0] == (try tables(kind, with, count: 60))[0])
    #expect(found[1].table.rowCount == found[0].table.rowCount * 30)
    let signature = try #require(stageCatalog.variant(.evaluate, kind)).signature
    try requireDeclared(found[1].table, by: signature, "resamples")
    #expect(try tables(kind, with.merging(["bootstrap": 30]) { $1 }, count: 60, jobs: 1) == found)
  }

  /// On pairs whose directions differ: the mean of both, or x to y alone.
  @Test("the column loss is the objective", arguments: ["symmetric", "x-to-y"])
  func objective(name: String) throws {
    let table = try tables(
      "contrastive-loss", ["temperature": 0.05, "objective": .string(name), "bootstrap": 200], count: 80)
    func column(_ name: String) throws -> Double { try #require(table[0].table.numbers(name).first) }
    let (loss, forward, back) = (try column("loss"), try column("loss_x_to_y"), try column("loss_y_to_x"))
    #expect(abs(forward - back) > 1e-3)
    #expect(abs(loss - (name == "symmetric" ? (forward + back) / 2 : forward)) < 1e-12)
    let samples = table[1].table.numbers("loss")
    let deviation = (samples.reduce(0) { $0 + ($1 - loss) * ($1 - loss) } / 200).squareRoot()
    #expect(abs(samples.reduce(0, +) / 200 - loss) < 4 * deviation / 200.0.squareRoot())
  }
}
