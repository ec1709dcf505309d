import Contracts
import Foundation
import Kernels
import Metrics
import Stages
import TestSupport
import Testing

@Suite("UMAP")
struct UMAPTests {
  private func draw(
    _ rows: Matrix, _ parameters: UMAPParameters = .init(), jobs: Int = 2
  ) throws -> UMAPResult {
    try umap(rows, parameters, seed: 5, threads: jobs)
  }

  @Test("a and b are those of umap-learn")
  func curve() {
    let standard = LayoutCurve(minDist: 0.1, spread: 1)
    #expect(abs(standard.a - 1.576_943_5) < 1e-4 && abs(standard.b - 0.895_060_9) < 1e-4)
    let wide = LayoutCurve(minDist: 0.2, spread: 2)
    #expect(abs(wide.b - standard.b) < 1e-9)
    #expect(abs(wide.a - standard.a * pow(2, -2 * standard.b)) < 1e-9)
  }

  @Test(
    "trustworthiness is at least umap-learn's lowest less 0.01", .enabled(if: SharedData.isPresent),
    arguments: GoldenTests.sets, [0, 1])
  func golden(_ set: String, seed: UInt64) throws {
    let lowest = try GoldenTable("projection.csv").rows(where: "features", set)
      .filter { $0["quantity"] == "umap_learn_trustworthiness_k15" }.map { $0.number("value") }.min()
    let table = try #require(
      try run(
        .evaluate, "projection", ["method": .string("umap")], from: [("up", authorsFeatures(set))], seed: seed
      ).table())
    #expect(table.columnNames == ["modality", "index", "c1", "c2", "trustworthiness"])
    let values = table.numbers("trustworthiness")
    #expect(Set(values).count == 1)
    #expect(values[0] >= (try #require(lowest)) - 0.01)
  }

  @Test(
    "25 clusters come apart, spectral or from principal components",
    arguments: UMAPParameters.Start.allCases)
  func clusters(_ start: UMAPParameters.Start) throws {
    let blobs = Blobs(count: 2000, dimension: 64, clusters: 25, deviation: 0.3)
    var parameters = UMAPParameters()
    parameters.start = start
    let result = try draw(blobs.rows, parameters)
    #expect(blobs.silhouette(result.picture) > 0.7)
    #expect(result.trustworthiness > 0.95)
  }

  @Test("the same bytes at 1, 2 and 4 jobs", arguments: [(300, 24), (22_000, 8)])
  func determinism(count: Int, dimension: Int) throws {
    let rows = Blobs(count: count, dimension: dimension, clusters: 5, deviation: 1).rows
    var parameters = UMAPParameters()
    parameters.epochs = count > 1000 ? 20 : nil
    let one = try draw(rows, parameters, jobs: 1)
    for jobs in [2, 4] { #expect(try draw(rows, parameters, jobs: jobs) == one) }
    #expect(try umap(rows, parameters, seed: 6, threads: 2).picture != one.picture)
  }

  @Test("cosine and Euclidean neighbours of unit rows are the same")
  func cosine() throws {
    let rows = Blobs(count: 300, dimension: 24, clusters: 5, deviation: 1).rows
    var parameters = UMAPParameters()
    parameters.metric = .cosine
    let result = try draw(rows, parameters)
    #expect(result.trustworthiness > 0.8)
    var scaled = rows
    for row in 0..<rows.rows { for c in 0..<rows.columns { scaled[row, c] *= Float(1 << (row % 4)) } }
    #expect(try draw(scaled, parameters).trustworthiness == result.trustworthiness)
  }

  @Test("single towers and more components")
  func tower() throws {
    let rows = Blobs(count: 60, dimension: 24, clusters: 3, deviation: 1).rows
    let family = EmbeddingFamily(Embeddings(x: rows, isNormalized: false))
    let table = try evaluate(
      "projection", ["method": .string("umap"), "components": .number(5)], of: .embeddings(family))
    #expect(table.rowCount == 60 && table.numbers("c5").allSatisfy { $0.isFinite })
  }

  @Test("degenerate rows give finite pictures", arguments: Degenerate.allCases)
  func degenerate(_ kind: Degenerate) throws {
    for start in UMAPParameters.Start.allCases {
      var parameters = UMAPParameters()
      parameters.start = start
      parameters.epochs = 50
      let result = try draw(kind.rows, parameters)
      #expect(result.picture.values.allSatisfy { $0.isFinite })
      #expect(result.trustworthiness.isFinite && result.trustworthiness <= 1)
    }
  }

  @Test("what cannot be drawn is an error")
  func errors() throws {
    let rows = Blobs(count: 20, dimension: 4, clusters: 2, deviation: 1).rows
    var broken = rows
    broken[3, 2] = .nan
    #expect(throws: MetricFailure.self) { try draw(broken) }
    broken[3, 2] = 3e38
    #expect(throws: MetricFailure.tooLargeToMeasure) { try draw(broken) }
    #expect(throws: MetricFailure.tooFewRows(.x, found: 1)) { try draw(Matrix(zeros: 1, 3)) }
    var parameters = UMAPParameters()
    parameters.minDist = 2
    #expect(throws: MetricFailure.minDistBeyondSpread(minDist: 2, spread: 1)) { try draw(rows, parameters) }
    parameters = UMAPParameters()
    parameters.metric = .cosine
    #expect(throws: MetricFailure.zeroNorm(.x, row: 0)) { try draw(Matrix(zeros: 9, 3), parameters) }
  }

  @Test("the seed enters a projection's key only for umap")
  func seed() {
    let signature = ProjectionEvaluation.signature
    #expect(!signature.isRandom(with: .object([:])))
    #expect(!signature.isRandom(with: .object(["method": .string("svd")])))
    #expect(signature.isRandom(with: .object(["method": .string("umap")])))
    #expect(signature.isRandom(with: .object(["method": .string("${method}")])))
  }
}

/// Rows that leave no room for the usual steps.
enum Degenerate: String, CaseIterable, Sendable {
  case two, three, fewerThanNeighbors, allEqual, duplicates, apart, line, tiny

  var rows: Matrix {
    switch self {
    case .two: Matrix(rows: 2, columns: 3, values: [1, 0, 0, 0, 1, 0])
    case .three: Matrix(rows: 3, columns: 2, values: [1, 0, 0, 1, 1, 1])
    case .fewerThanNeighbors: Blobs(count: 9, dimension: 5, clusters: 1, deviation: 1).rows
    case .allEqual: Matrix(rows: 70, columns: 20, values: [Float](repeating: 0.3, count: 1400))
    case .duplicates: repeated(Blobs(count: 10, dimension: 20, clusters: 1, deviation: 1).rows, 30)
    case .apart: Blobs(count: 120, dimension: 20, clusters: 6, deviation: 1e-4).rows
    case .line: Matrix(rows: 200, columns: 1, values: (0..<200).map { Float($0) })
    case .tiny: Blobs(count: 50, dimension: 20, clusters: 1, deviation: 1e-18).rows
    }
  }

  private func repeated(_ rows: Matrix, _ times: Int) -> Matrix {
    Matrix(
      rows: rows.rows * times, columns: rows.columns, values: (0..<times).flatMap { _ in rows.values })
  }
}
