import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

/// Naive twins of the steps of UMAP, in float64 and straight from their definitions.
@Suite("UMAP's steps against naive twins")
struct UMAPTwinTests {
  private static let random = RandomStream(seed: 2, stage: "twin", name: "cells")

  private func distance(_ rows: Matrix, _ a: Int, _ b: Int) -> Double {
    zip(rows.row(a), rows.row(b)).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }.squareRoot()
  }

  /// All others by distance, equal ones by index.
  private func sorted(_ rows: Matrix, _ row: Int) -> [(distance: Double, index: Int)] {
    (0..<rows.rows).filter { $0 != row }.map { (distance(rows, row, $0), $0) }.sorted { $0 < $1 }
  }

  private func shifted(_ rows: Matrix, by offset: Float) -> Matrix {
    Matrix(rows: rows.rows, columns: rows.columns, values: rows.values.map { $0 + offset })
  }

  @Test(
    "nearest neighbours, far from the origin and nearly equal ones too",
    arguments: [
      (1500, 40, Float(0), Float(1)), (600, 3, 0, 1), (700, 40, 5, 1), (500, 40, 1, 1e-3), (9, 20, 0, 1),
    ])
  func neighbors(count: Int, dimension: Int, offset: Float, deviation: Float) throws {
    let rows = shifted(
      Blobs(count: count, dimension: dimension, clusters: 3, deviation: deviation).rows, by: offset)
    let found = try withBudget(jobs: 2) { try Neighbors.exact(PointSet(centring: rows), width: 14, $0) }
    #expect(found.width == min(14, count - 1) && found.recall == 1)
    for row in stride(from: 0, to: count, by: 7) {
      let twin = sorted(rows, row)
      for rank in 0..<found.width {
        let length = Double(found.distances[row * found.width + rank])
        #expect(abs(length - twin[rank].distance) <= 1e-5 * length + 1e-6)
        let label = Int(found.indices[row * found.width + rank])
        #expect(abs(distance(rows, row, label) - twin[rank].distance) <= 1e-5 * length + 1e-6)
      }
    }
  }

  @Test("equally near neighbours come by index")
  func ties() throws {
    let rows = Matrix(rows: 400, columns: 32, values: (0..<400 * 32).map { Float($0 / 32 % 4) })
    let found = try withBudget(jobs: 2) { try Neighbors.exact(PointSet(centring: rows), width: 5, $0) }
    #expect(Array(found.indices[0..<5]) == [4, 8, 12, 16, 20])
    #expect(Array(found.indices[9 * 5..<10 * 5]) == [1, 5, 13, 17, 21])
    #expect(found.distances.allSatisfy { $0 == 0 })
  }

  @Test("the index finds 98% of the neighbours and says how many", arguments: [Float(0.5), 1.5])
  func recall(deviation: Float) throws {
    let rows = Blobs(count: 21_000, dimension: 32, clusters: 25, deviation: deviation).rows
    let points = PointSet(centring: rows)
    try withBudget(jobs: 2) { budget in
      let found = try Neighbors.search(points, width: 14, random: Self.random, budget)
      let exact = try Neighbors.exact(points, width: 14, budget)
      let hits = (0..<21_000).reduce(0) { sum, row in
        let line = row * 14..<(row + 1) * 14
        return sum + Set(found.indices[line]).intersection(exact.indices[line]).count
      }
      let recall = Double(hits) / Double(21_000 * 14)
      #expect(recall >= 0.98)
      #expect(abs(recall - found.recall) < 0.015)
    }
  }

  @Test("weights of the fuzzy union")
  func union() throws {
    let rows = Blobs(count: 80, dimension: 6, clusters: 2, deviation: 1).rows
    let graph = try withBudget(jobs: 2) { budget in
      try FuzzyGraph(Neighbors.exact(PointSet(centring: rows), width: 9, budget), budget)
    }
    var directed = [[Double]](repeating: [Double](repeating: 0, count: 80), count: 80)
    for row in 0..<80 {
      let near = sorted(rows, row).prefix(9)
      let rho = near[0].distance
      var (low, high) = (1e-9, 100.0)
      for _ in 0..<200 {
        let sigma = (low + high) / 2
        let sum = near.reduce(0) { $0 + exp(-max(0, $1.distance - rho) / sigma) }
        if sum > log2(10) { high = sigma } else { low = sigma }
      }
      for other in near { directed[row][other.index] = exp(-max(0, other.distance - rho) / low) }
    }
    var edges = 0
    for row in 0..<80 {
      let found = Dictionary(
        uniqueKeysWithValues: graph.edges(row).map { (Int(graph.tails[$0]), Double(graph.weights[$0])) })
      edges += found.count
      for other in 0..<80 {
        let (a, b) = (directed[row][other], directed[other][row])
        #expect(abs((found[other] ?? 0) - (a + b - a * b)) < 2e-4)
      }
    }
    #expect(edges == graph.tails.count && graph.tails.count >= 80 * 9)
  }

  private func naiveTrust(_ picture: Matrix, _ data: Matrix, _ k: Int) -> Double {
    let n = data.rows
    let excess = (0..<n).reduce(0) { sum, row in
      let ranks = Dictionary(
        uniqueKeysWithValues: sorted(data, row).enumerated().map { ($0.element.index, $0.offset + 1) })
      return sum + sorted(picture, row).prefix(k).reduce(0) { $0 + max(0, (ranks[$1.index] ?? 0) - k) }
    }
    let scale = Double(n * k * (2 * n - 3 * k - 1))
    return 1 - 2 * Double(excess) / scale
  }

  @Test("trustworthiness", arguments: [(300, 15), (700, 7), (20, 15), (3, 15), (4, 1)])
  func trust(count: Int, k: Int) throws {
    let data = Blobs(count: count, dimension: 20, clusters: 3, deviation: 1).rows
    let picture = Matrix(
      rows: count, columns: 2, values: (0..<count).flatMap { [data[$0, 0] + data[$0, 2], data[$0, 1]] })
    let ours = try trustworthiness(of: picture, for: data, neighbors: k)
    #expect(abs(ours - naiveTrust(picture, data, min(k, (count - 1) / 2))) < 1e-12)
    #expect(try trustworthiness(of: data, for: data, neighbors: k) == 1)
  }

  @Test("trustworthiness of a sample is near that of all points")
  func sampledTrust() throws {
    let data = Blobs(count: 3000, dimension: 20, clusters: 3, deviation: 1).rows
    let picture = Matrix(rows: 3000, columns: 2, values: (0..<3000).flatMap { [data[$0, 0], data[$0, 1]] })
    let points = PointSet(centring: data)
    let sampled = Trustworthiness(picture: picture, data: points, neighbors: 15, exactLimit: 2000)
    #expect(sampled.isSampled)
    let exact = try trustworthiness(of: picture, for: data)
    #expect(abs(try withBudget(jobs: 2, sampled.value) - exact) < 0.01)
  }

  @Test("unequal shapes are an error")
  func shapes() {
    #expect(throws: MetricFailure.self) {
      try trustworthiness(of: Matrix(zeros: 4, 2), for: Matrix(zeros: 5, 2))
    }
  }
}
