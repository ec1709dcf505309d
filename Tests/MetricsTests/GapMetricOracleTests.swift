import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

/// Numbers of Tests/oracles/gap_metrics.py.
private struct Oracle: Decodable {
  struct Case: Decodable {
    struct Value: Decodable {
      let metric: String
      let side: String
      let value: Double
    }
    let name: String
    let k: Int
    let sigma: Double
    let x: [[Float]]
    let y: [[Float]]
    let values: [Value]
  }
  struct Logistic: Decodable {
    let x: [[Float]]
    let y: [[Float]]
    let weights: [Double]
  }
  struct Clusters: Decodable {
    let rows: Int
    let inX: Int
    let inY: Int
    let v: Double
  }
  struct Ranking: Decodable {
    let a: [Float]
    let b: [Float]
    let distance: Double
  }
  let cases: [Case]
  let logistic: [Logistic]
  let clusters: [Clusters]
  let rankings: [Ranking]

  static let all = Result {
    var path = URL(fileURLWithPath: #filePath)
    for _ in 0..<2 { path.deleteLastPathComponent() }
    let data = try Data(contentsOf: path.appendingPathComponent("oracles/gap_metrics.json"))
    return try JSONDecoder().decode(Oracle.self, from: data)
  }
}

private func matrix(_ rows: [[Float]]) -> Matrix {
  Matrix(rows: rows.count, columns: rows[0].count, values: rows.flatMap { $0 })
}

@Suite("Gap metrics against NumPy, SciPy and scikit-learn")
struct GapMetricOracleTests {
  /// Similarities are float32, 6·10⁻⁸ each; distances are their square roots, and the effective rank of fewer rows than
  /// dimensions has singular values that are rounding alone. 10⁻⁵ of the value, or of 1, leaves room for both.
  static let within = 1e-5

  @Test("every value", arguments: 0..<4)
  func values(_ number: Int) throws {
    let one = try Oracle.all.get().cases[number]
    var options = GapMetricOptions()
    (options.k, options.sigma, options.bootstrap, options.permutations) = (one.k, one.sigma, 0, 0)
    let rows = try withBudget(jobs: 2) { try gapMetrics(matrix(one.x), matrix(one.y), options, $0) }
    for expected in one.values {
      let row = try #require(rows.first { $0.metric == expected.metric && $0.side.rawValue == expected.side })
      let bound = Self.within * max(1, abs(expected.value))
      #expect(
        abs(row.value - expected.value) <= bound,
        "\(one.name): \(expected.metric) of \(expected.side) is \(row.value), not \(expected.value)")
    }
  }

  @Test("the oracle has all metrics but those that split or draw")
  func complete() throws {
    let oracle = try Oracle.all.get()
    let known = Set(oracle.cases.flatMap { $0.values.map(\.metric) })
    let others = Set(gapMetricCatalog.map(\.card.name)).subtracting(known)
    #expect(others == ["separability", "procrustes-residual", "robustness", "v-measure"])
  }

  /// Both minimise the same convex function; scikit-learn stops at a gradient of 10⁻¹².
  @Test("logistic regression", arguments: 0..<3)
  func logistic(_ number: Int) throws {
    let one = try Oracle.all.get().logistic[number]
    let found = LogisticRegression(matrix(one.x), matrix(one.y)).weights
    for (a, b) in zip(found, one.weights) { #expect(abs(a - b) < 1e-5 * max(1, abs(b))) }
  }

  @Test("V-measure") func clusters() throws {
    for one in try Oracle.all.get().clusters {
      #expect(abs(vMeasure(one.inX, one.inY, rows: one.rows) - one.v) < 1e-12)
    }
  }

  @Test("Kendall's distance, with ties") func rankings() throws {
    for one in try Oracle.all.get().rankings {
      #expect(abs(kendallDistance(one.a, one.b) - one.distance) < 1e-12)
    }
  }
}

/// Facts of the authors' CLIP arrays, computed in float64 from their definitions by another program.
@Suite("Gap metrics of the authors' arrays", .enabled(if: SharedData.isPresent, "\(SharedData.missing)"))
struct GapMetricFactTests {
  /// (metric, side, value, half a unit of its last printed digit).
  static let facts: [(String, GapSide, Double, Double)] = [
    ("l2m", .both, 0.8514, 5e-5), ("l2i", .both, 1.1745, 5e-5), ("rmg", .both, 0.5915, 5e-5),
    ("alignment", .both, 1.3802, 5e-5), ("frechet-mean", .both, 0.7248, 5e-5),
    ("uniformity", .x, -1.7945, 5e-5), ("uniformity", .y, -1.8409, 5e-5),
    ("cross-uniformity", .both, -3.3343, 5e-5), ("centroid-cosine", .both, 0.3088, 5e-5),
    ("separability", .both, 1, 5e-2), ("effective-rank", .x, 258.14, 5e-3),
    ("effective-rank", .y, 243.69, 5e-3), ("effective-rank-centred", .x, 298.02, 5e-3),
    ("effective-rank-centred", .y, 280.41, 5e-3), ("participation-ratio", .x, 42.70, 5e-3),
    ("participation-ratio", .y, 41.71, 5e-3), ("isoscore", .x, 0.0816, 5e-5), ("isoscore", .y, 0.0797, 5e-5),
    ("frechet", .both, 1.1052, 5e-5), ("frechet-covariance", .both, 0.3804, 5e-5),
    ("mmd2-biased", .both, 0.0072014, 5e-8), ("mmd2-unbiased", .both, 0.0071824, 5e-8),
    ("energy-distance", .both, 0.65199, 5e-6), ("cka", .both, 0.6362, 5e-5),
    ("mutual-knn", .both, 0.2494, 5e-5),
    ("hubness-skew", .xToY, 1.646, 5e-4), ("hubness-skew", .yToX, 2.356, 5e-4),
    ("hubness-max", .xToY, 54, 0.5),
    ("hubness-max", .yToX, 72, 0.5), ("top-dimensions-share", .both, 0.755, 5e-4),
  ]

  private func measure(_ change: (inout GapMetricOptions) -> Void = { _ in }) throws -> [GapMetricRow] {
    let pair = try readPair(SharedData.features("clip"))
    var options = GapMetricOptions()
    change(&options)
    return try withBudget(jobs: 2) { try gapMetrics(pair.x, pair.y, options, $0) }
  }

  @Test("to the last printed digit") func printed() throws {
    let rows = try measure { $0.bootstrap = 0 }
    for (metric, side, value, half) in Self.facts {
      let row = try #require(rows.first { $0.metric == metric && $0.side == side })
      #expect(abs(row.value - value) <= half, "\(metric) of \(side) is \(row.value), not \(value)")
    }
    for (side, square) in [(GapSide.x, 0.5324), (.y, 0.5162)] {
      let row = try #require(rows.first { $0.metric == "conformity-mean" && $0.side == side })
      #expect(abs(row.value * row.value - square) <= 5e-5)
    }
    // Mixed-modal search: the nearest is always of the own side, and no partner is among the ten nearest.
    #expect(rows.filter { $0.metric == "own-side-top1" }.allSatisfy { $0.value == 1 })
    #expect(rows.filter { $0.metric == "union-recall" }.allSatisfy { $0.value == 0 })
    let top = try #require(rows.first { $0.metric == "top-dimensions-share" })
    #expect(top.note == "dimensions 442, 362, 292, 96, 251, counted from 0")
  }

  @Test("MMD² with σ = 1") func narrow() throws {
    let rows = try measure { ($0.bootstrap, $0.sigma, $0.metrics) = (0, 1, ["mmd2-unbiased"]) }
    #expect(abs(rows[0].value - 0.38233) <= 5e-6)
  }

  /// Shuffled pairs have a biased CKA of .090 and an unbiased one of .006; over 20 shuffles either mean varies by some
  /// thousandths, so 0.01.
  @Test("what shuffled pairs give") func nulls() throws {
    let rows = try measure {
      ($0.bootstrap, $0.metrics) = (0, ["cka", "cka-unbiased", "mutual-knn", "l2m", "rmg"])
    }
    #expect(abs(rows[0].null - 0.090) < 0.01 && rows[0].p <= 1 / 21.0 + 1e-12)
    #expect(abs(rows[1].null) < 0.01 && abs(rows[1].value - 0.605) <= 5e-4)
    // In expectation k/(n − 1); its 200 shuffles of 5,000 neighbours have a standard error below 0.0002.
    #expect(abs(rows[2].null - 10 / 499.0) < 0.001)
    #expect(rows[3].p == 1 / 201.0 && rows[3].null < 0.1)
    #expect(rows[4].p == 1 / 201.0)
  }
}
