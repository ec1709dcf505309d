import Kernels
import Metrics
import TestSupport
import Testing

/// The one look at many pairs against the exact two, element by element.
@Suite("Cosine similarity of more pairs than can be kept")
struct SimilarityGridTests {
  private func unitRows(_ rows: Int, _ columns: Int, offset: Float) throws -> Matrix {
    let normal = try withBudget(jobs: 1) { budget in
      try RandomStream(seed: 9, stage: "grid", name: "rows").gaussianMatrix(
        rows: rows, columns: columns, budget: budget)
    }
    var values = normal.values.map { $0 + offset }
    for row in 0..<rows {
      let range = row * columns..<(row + 1) * columns
      let norm = Float(values[range].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
      for index in range { values[index] /= norm }
    }
    return Matrix(rows: rows, columns: columns, values: values)
  }

  @Test(arguments: [(0, false), (1, false), (1, true), (20, true)] as [(Float, Bool)])
  func agreesWithTheExactLooks(offset: Float, diagonal: Bool) throws {
    let rows = try unitRows(1500, 48, offset: offset)
    let exact = try cosineSimilarity(rows, diagonal: diagonal, bins: 200)
    let grid = try #require(
      try withBudget(jobs: 2) { budget in
        try PairTiles(rows, keepingAtMost: 0).gridLook(
          around: exact.mean, diagonal: diagonal, bins: 200, budget)
      })
    #expect(abs(grid.mean - exact.mean) < 1e-7)
    #expect(abs(grid.standardDeviation - exact.standardDeviation) < 1e-6 * max(1e-3, exact.standardDeviation))
    #expect(abs(grid.minimum - exact.minimum) < 2e-7)
    #expect(abs(grid.maximum - exact.maximum) < 2e-7)
    let cell = 2 * (exact.maximum - exact.minimum) / 131_072 + 3e-7
    for (a, b) in [
      (grid.percentile25, exact.percentile25), (grid.median, exact.median),
      (grid.percentile75, exact.percentile75),
    ] { #expect(abs(a - b) < cell) }
    let pairs = diagonal ? 1500 * 1500 : 1500 * 1499
    #expect(grid.histogram.pairs.reduce(0, +) == pairs)
    // Two cells' worth of pairs may change sides at an edge, and float32 moves edges a little.
    let largest = Double(exact.histogram.pairs.max() ?? 0)
    for (a, b) in zip(grid.histogram.pairs, exact.histogram.pairs) {
      #expect(Double(abs(a - b)) <= 0.02 * largest + 8)
    }
  }

  @Test func aPairBeyondTheSampleIsLeftToTheExactLooks() throws {
    var rows = try unitRows(2100, 8, offset: 30)
    // Row 1 is not in the sample of every second row, and lies on the other side of the sphere.
    rows = Matrix(
      rows: rows.rows, columns: rows.columns,
      values: rows.values.enumerated().map { $0.offset / rows.columns == 1 ? -$0.element : $0.element })
    let grid = try withBudget(jobs: 1) { budget in
      try PairTiles(rows, keepingAtMost: 0).gridLook(around: 1, diagonal: false, bins: 10, budget)
    }
    #expect(grid == nil)
  }

  @Test func anyNumberOfThreadsCountsTheSame() throws {
    let rows = try unitRows(900, 32, offset: 0.5)
    let looks = try [1, 2, 4].map { jobs in
      try withBudget(jobs: jobs) { budget in
        try PairTiles(rows, keepingAtMost: 0).gridLook(around: 0.2, diagonal: false, bins: 50, budget)
      }
    }
    #expect(looks[0] == looks[1])
    #expect(looks[0] == looks[2])
  }
}
