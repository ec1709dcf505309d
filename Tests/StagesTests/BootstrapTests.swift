import Contracts
import Declarations
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
    let variant = try #require(stageCatalog.variant(.evaluate, kind))
    let inputs = StageInputs(upstream: [(id: "up", artefact: try Self.pairs(count))])
    let artefact = try withBudget(jobs: jobs) { budget in
      try variant.run(.object(with), inputs, StageContext(stageID: "p", seed: 1, budget: budget))
    }
    guard case .tables(let tables) = artefact else { return [] }
    return tables
  }

  @Test("a sample's mean is that of its pairs", arguments: [1, 2, 37, 300])
  func twin(items: Int) {
    let resamples = ItemResamples(items: items, count: 50)
    let stream = RandomStream(seed: 0, stage: "bootstrap", name: "items")
    // Two values of each item, but one of the first.
    let owners = Array(0..<items) + Array(1..<max(1, items))
    let values = owners.indices.map { Double(($0 * 37) % 11) }
    let means = resamples.means(values, of: owners)
    for sample in 0..<50 {
      let drawn = stream.integers(below: items, count: items, offset: sample * items)
      let chosen = drawn.flatMap { item in owners.indices.filter { owners[$0] == item }.map { values[$0] } }
      #expect(abs(means[sample] - chosen.reduce(0, +) / Double(chosen.count)) < 1e-12)
    }
  }

  /// The spread over samples of a mean is sd/√n of its values, give or take what 2,000 samples leave open.
  @Test("the spread is the standard error")
  func spread() {
    let values = (0..<200).map { Double(($0 * 7919) % 101) }
    let means = ItemResamples(items: 200, count: 2000).means(values, of: Array(0..<200))
    func deviation(_ list: [Double]) -> Double {
      let mean = list.reduce(0, +) / Double(list.count)
      return (list.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(list.count)).squareRoot()
    }
    #expect(abs(deviation(means) / (deviation(values) / 200.0.squareRoot()) - 1) < 0.08)
  }

  @Test("losses of pairs have the mean that is the loss", arguments: [0, 50, 64], [0.01, 1.0])
  func losses(batch: Int, temperature: Double) throws {
    guard case .embeddings(let family) = try Self.pairs(130) else { return }
    try withBudget(jobs: 2) { budget in
      for group in try GapShiftGroup.groups(of: family, budget) {
        let factors = try group.members.map(group.factors)
        let means = try group.contrastiveLosses(factors, temperatures: [temperature], batch: batch, budget)
        let each = try group.pairLosses(factors, temperatures: [temperature], batch: batch, budget)
        for (mean, each) in zip(means.joined(), each.joined()) {
          #expect(each.xToY.count == 130 && each.yToX.count == 130)
          #expect(abs(each.xToY.reduce(0, +) / 130 - mean.xToY) < 1e-9 * max(1, mean.xToY))
          #expect(abs(each.yToX.reduce(0, +) / 130 - mean.yToX) < 1e-9 * max(1, mean.yToX))
        }
      }
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
