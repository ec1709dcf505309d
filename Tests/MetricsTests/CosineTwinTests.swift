import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

/// Every statistic against a sort of all similarities.
@Suite("Cosine similarity against its naive twin")
struct CosineTwinTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let rows: Int
    let columns: Int
    /// Added to every coordinate: how narrow the cone is.
    let offset: Float
    var testDescription: String { "\(rows) × \(columns), offset \(offset)" }
  }

  static let shapes = [
    Shape(rows: 2, columns: 1, offset: 5), Shape(rows: 2, columns: 3, offset: 0),
    Shape(rows: 3, columns: 2, offset: 0), Shape(rows: 17, columns: 5, offset: 0.3),
    Shape(rows: 128, columns: 16, offset: 0), Shape(rows: 129, columns: 64, offset: 1),
    Shape(rows: 1100, columns: 33, offset: 0.5), Shape(rows: 300, columns: 8, offset: 100),
  ]

  private func matrix(_ shape: Shape) throws -> Matrix {
    let normal = try withBudget(jobs: 1) { budget in
      try RandomStream(seed: 5, stage: "twin", name: "\(shape.rows)")
        .gaussianMatrix(rows: shape.rows, columns: shape.columns, budget: budget)
    }
    return Matrix(
      rows: shape.rows, columns: shape.columns, values: normal.values.map { $0 + shape.offset })
  }

  /// All ordered pairs in float64, ascending.
  private func similarities(_ matrix: Matrix, diagonal: Bool) -> [Double] {
    let rows = (0..<matrix.rows).map { row in
      let values = matrix.row(row).map(Double.init)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return values.map { $0 / norm }
    }
    return rows.indices.flatMap { i in
      rows.indices.compactMap { j -> Double? in
        i == j ? (diagonal ? 1 : nil) : zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }.sorted()
  }

  private func quantile(_ sorted: [Double], _ fraction: Double) -> Double {
    let position = fraction * Double(sorted.count - 1)
    let low = Int(position)
    let high = min(sorted.count - 1, low + 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
  }

  @Test("statistics, kept or multiplied twice", arguments: shapes, [true, false])
  func statistics(_ shape: Shape, kept: Bool) throws {
    let matrix = try matrix(shape)
    for diagonal in [false, true] {
      let found = try withBudget(jobs: 2) { budget in
        try cosineSimilarity(
          TransformedRows(matrix, .x), diagonal: diagonal, bins: 7, keepingAtMost: kept ? .max : 0,
          budget)
      }
      let all = similarities(matrix, diagonal: diagonal)
      let mean = all.reduce(0, +) / Double(all.count)
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count - 1)
      #expect(found.count == shape.rows)
      #expect(abs(found.mean - mean) < 1e-6)
      #expect(abs(found.standardDeviation - variance.squareRoot()) < 1e-6)
      #expect(abs(found.minimum - all[0]) < 1e-6 && abs(found.maximum - all[all.count - 1]) < 1e-6)
      #expect(abs(found.percentile25 - quantile(all, 0.25)) < 1e-6)
      #expect(abs(found.median - quantile(all, 0.5)) < 1e-6)
      #expect(abs(found.percentile75 - quantile(all, 0.75)) < 1e-6)
      #expect(found.histogram.pairs.reduce(0, +) == all.count)
      #expect(found.histogram.edges.count == 8)
    }
  }

  /// Rows of ±1/8 have similarities that are multiples of 1/32 in any arithmetic, so each pair's bin is
  /// certain; with bins 1/32 wide (`bins` 0) every one lies on an edge.
  @Test("histogram, exactly", arguments: [0, 1, 2, 8, 10, 200], [true, false])
  func histogram(bins: Int, kept: Bool) throws {
    let signs = RandomStream(seed: 9, stage: "twin", name: "signs").integers(below: 2, count: 400 * 64)
    let matrix = Matrix(rows: 400, columns: 64, values: signs.map { $0 == 0 ? 0.125 : -0.125 })
    let range = try cosineSimilarity(matrix)
    let bins = bins > 0 ? bins : Int(32 * (range.maximum - range.minimum))
    for diagonal in [false, true] {
      let found = try withBudget(jobs: 2) { budget in
        try cosineSimilarity(
          TransformedRows(matrix, .x), diagonal: diagonal, bins: bins, keepingAtMost: kept ? .max : 0,
          budget)
      }
      var expected = [Int](repeating: 0, count: bins)
      for i in 0..<400 {
        for j in 0..<400 where diagonal || i != j {
          let value = Double(zip(matrix.row(i), matrix.row(j)).reduce(Float(0)) { $0 + $1.0 * $1.1 })
          expected[(0..<bins).last { found.histogram.edges[$0] <= value } ?? 0] += 1
        }
      }
      #expect(found.histogram.pairs == expected)
      #expect(found.histogram.edges.first == found.minimum && found.histogram.edges.last == found.maximum)
    }
  }

  /// 40 different rows, each 145 times: more pairs than are kept, and each similarity as often as two rows
  /// have copies, so quartiles and bins are known from 40 × 40 numbers.
  @Test("repeats among more embeddings than are kept")
  func repeats() throws {
    let (different, copies) = (40, 145)
    let some = try matrix(Shape(rows: different, columns: 16, offset: 0))
    let repeated = Matrix(
      rows: different * copies, columns: 16, values: (0..<different * copies).flatMap { some.row($0 % 40) })
    let found = try withBudget(jobs: 2) { budget in
      try cosineSimilarity(TransformedRows(repeated, .x), diagonal: false, bins: 200, budget)
    }
    let values = weighted(Pairs.unit(some), copies: copies)
    let total = values.reduce(0) { $0 + $1.pairs }
    let quartiles = [(0.25, found.percentile25), (0.5, found.median), (0.75, found.percentile75)]
    for (fraction, quartile) in quartiles {
      let position = fraction * Double(total - 1)
      let rank = Int(position)
      let (low, high) = (atRank(rank, values), atRank(rank + 1, values))
      let expected: Double = low + (high - low) * (position - Double(rank))
      #expect(abs(quartile - expected) < 2e-7)
    }
    let edges = found.histogram.edges
    #expect(found.histogram.pairs.reduce(0, +) == total)
    var certain = 0
    for bin in 0..<200 {
      let (low, high) = (edges[bin], edges[bin + 1])
      // A similarity this near an edge may lie on either side of it in float32.
      if values.contains(where: { abs($0.s - low) < 5e-7 || abs($0.s - high) < 5e-7 }) { continue }
      let inside = values.filter { $0.s > low && $0.s < high }
      #expect(found.histogram.pairs[bin] == inside.reduce(0) { $0 + $1.pairs })
      certain += 1
    }
    #expect(certain > 100)
  }

  private struct Weighted {
    let s: Double
    let pairs: Int
  }

  /// The similarities of all ordered pairs of rows of which each stands `copies` times, ascending.
  private func weighted(_ rows: [[Double]], copies: Int) -> [Weighted] {
    var values: [Weighted] = []
    for a in rows.indices {
      for b in rows.indices {
        let s: Double = zip(rows[a], rows[b]).reduce(0) { $0 + $1.0 * $1.1 }
        values.append(Weighted(s: s, pairs: copies * (a == b ? copies - 1 : copies)))
      }
    }
    return values.sorted { $0.s < $1.s }
  }

  private func atRank(_ rank: Int, _ values: [Weighted]) -> Double {
    var left = rank
    for value in values {
      if left < value.pairs { return value.s }
      left -= value.pairs
    }
    return .nan
  }

  @Test("kept or multiplied twice, every number is the same", arguments: [(900, 32), (1500, 48)])
  func keptOrNot(rows: Int, columns: Int) throws {
    let matrix = try matrix(Shape(rows: rows, columns: columns, offset: 0.5))
    let found = try [Int.max, 0].flatMap { kept in
      try [1, 2, 4].map { jobs in
        try withBudget(jobs: jobs) { budget in
          try cosineSimilarity(
            TransformedRows(matrix, .x), diagonal: true, bins: 200, keepingAtMost: kept, budget)
        }
      }
    }
    for other in found.dropFirst() { #expect(other == found[0]) }
  }

  @Test("equal embeddings")
  func equal() throws {
    let matrix = Matrix(rows: 40, columns: 3, values: (0..<40).flatMap { _ in [1, 2, 2] as [Float] })
    let found = try cosineSimilarity(matrix, bins: 4)
    #expect(abs(found.mean - 1) < 1e-6 && found.standardDeviation == 0 && found.minimum == found.maximum)
    #expect(found.histogram.pairs == [0, 0, 1560, 0])
  }

  @Test("the mean of two opposite embeddings is −1, of orthogonal ones 0")
  func analytic() throws {
    #expect(try abs(meanCosineSimilarity(Matrix(rows: 2, columns: 1, values: [3, -2])) + 1) < 1e-12)
    #expect(try abs(meanCosineSimilarity(Matrix(rows: 2, columns: 2, values: [3, 0, 0, 1]))) < 1e-12)
    #expect(
      try abs(meanCosineSimilarity(Matrix(rows: 2, columns: 2, values: [3, 0, 0, 1]), diagonal: true) - 0.5)
        < 1e-12)
  }
}
