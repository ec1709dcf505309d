import Contracts
import Declarations
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

@Suite("Runs that are taken together")
struct GatheredTests {
  /// Rows around a centre of the run's own.
  private func cloud(_ run: Int, rows: Int = 40) throws -> Artefact {
    try withBudget(jobs: 1) { budget in
      var x = try RandomStream(seed: UInt64(run), stage: "t", name: "x").gaussianMatrix(
        rows: rows, columns: 16, scale: 0.1, budget: budget)
      for row in 0..<rows { x[row, run] += 1 }
      return .embeddings(EmbeddingFamily(Embeddings(x: x, isNormalized: false)))
    }
  }

  private func project(_ with: [String: JSONValue], runs: Int = 5, jobs: Int = 2) throws -> [NamedTable] {
    let variant = try #require(stageCatalog.variant(.evaluate, "projection"))
    let inputs = StageInputs(
      upstream: try (0..<runs).map { (id: "up", artefact: try cloud($0)) },
      gathered: (0..<runs).map { [Coordinate("seed", .integer($0 * 10))] })
    let artefact = try withBudget(jobs: jobs) { budget in
      try variant.run(.object(with), inputs, StageContext(stageID: "p", seed: 1, budget: budget))
    }
    guard case .tables(let tables) = artefact else { return [] }
    return tables
  }

  @Test("one picture holds the points of all runs, and keeps the runs apart")
  func umap() throws {
    let table = try #require(try project(["method": "umap"]).first?.table)
    #expect(
      table.columnNames == [
        "seed", "modality", "index", "c1", "c2", "trustworthiness", "silhouette", "least_silhouette",
        "own_silhouette",
      ])
    let signature = try #require(stageCatalog.variant(.evaluate, "projection")).signature
    try requireDeclared(table, by: signature, "", but: ["seed"])
    #expect(table.numbers("seed") == (0..<5).flatMap { [Double](repeating: Double($0) * 10, count: 40) })
    let quality = Set(table.numbers("silhouette"))
    #expect(quality.count == 1 && (quality.first ?? 0) > 0.7)
    // Runs have equally many points, so the mean of their own is that of all.
    let own = table.numbers("own_silhouette")
    #expect(Set(own).count == 5 && own.min() == table.numbers("least_silhouette").first)
    #expect(abs(own.reduce(0, +) / 200 - (quality.first ?? 0)) < 1e-12)
    #expect(try project(["method": "umap"], jobs: 4) == project(["method": "umap"], jobs: 1))
  }

  @Test("five centres span four directions after centring")
  func spectrum() throws {
    let tables = try project([:])
    #expect(tables[0].table.rowCount == 200)
    let values = tables[1].table.numbers("singular_value")
    #expect(tables[1].table.columnNames == ["component", "singular_value", "explained_variance_ratio"])
    #expect(values[3] > 3 * values[4], "a knee after runs − 1 components")
  }

  @Test("of a single tower there is no y")
  func modality() throws {
    #expect(try project(["modality": "x"])[0].table.rowCount == 200)
    #expect(throws: StageFailure.self) { try project(["modality": "y"]) }
  }

  @Test("silhouettes agree with a naive twin", arguments: [(30, 3), (200, 7), (64, 2)])
  func twin(count: Int, clusters: Int) throws {
    let points = try withBudget(jobs: 1) { budget in
      try RandomStream(seed: 5, stage: "t", name: "p").gaussianMatrix(rows: count, columns: 2, budget: budget)
    }
    // The last cluster has one point alone.
    let labels = (0..<count).map { $0 == count - 1 ? clusters - 1 : $0 % (clusters - 1) }
    func distance(_ a: Int, _ b: Int) -> Double {
      hypot(Double(points[a, 0]) - Double(points[b, 0]), Double(points[a, 1]) - Double(points[b, 1]))
    }
    let scores = (0..<count).map { i -> Double in
      func mean(_ cluster: Int) -> Double {
        let others = (0..<count).filter { $0 != i && labels[$0] == cluster }
        return others.map { distance(i, $0) }.reduce(0, +) / Double(others.count)
      }
      guard labels.count(where: { $0 == labels[i] }) > 1 else { return 0 }
      let a = mean(labels[i])
      let b = Set(labels).subtracting([labels[i]]).map(mean).min() ?? 0
      return (b - a) / max(a, b)
    }
    let expected = scores.reduce(0, +) / Double(count)
    for jobs in [1, 2, 4] {
      let found = try withBudget(jobs: jobs) { try silhouette(of: points, clusters: labels, budget: $0) }
      #expect(abs(found.mean - expected) < 1e-12)
      let least = (0..<clusters).map { cluster in
        let own = scores.indices.filter { labels[$0] == cluster }
        return own.reduce(0) { $0 + scores[$1] } / Double(own.count)
      }.min()
      #expect(abs(found.least - (least ?? .nan)) < 1e-12)
    }
  }
}
