import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

/// What `modgap analyze` looks at beside the metrics, against loops and by construction.
@Suite struct PairAnalysisTests {
  private func rows(_ count: Int, _ columns: Int, _ name: String) throws -> Matrix {
    try withBudget(jobs: 1) { budget in
      try RandomStream(seed: 3, stage: "pair-analysis", name: name)
        .gaussianMatrix(rows: count, columns: columns, budget: budget)
    }.unitRowsOrZeros
  }

  private func neighbours(_ x: Matrix, _ y: Matrix?) throws -> PairNeighbours {
    try withBudget(jobs: 2) { budget in try PairNeighbours(x, y, k: 4, budget) }
  }

  private func cosine(_ a: Matrix, _ i: Int, _ b: Matrix, _ j: Int) -> Double {
    zip(a.row(i), b.row(j)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  @Test(arguments: [-5, -2, 0, 1, 4]) func theOffsetOfShiftedRowsIsFound(offset: Int) throws {
    let x = try rows(40, 16, "x")
    // Row i of x is row i + offset of y.
    let y = x.picking(x.values.indices.prefix(40).map { ($0 - offset + 40) % 40 })
    let order = RowOrder(x, y, runs: RowOrder.runs(of: 40))
    #expect(order.runs.count == 1 && order.runs[0].best == offset)
    let found = order.offsets.first { $0.offset == offset }
    #expect(found?.hits == 40 - abs(offset) && found?.recall == 1)
    #expect(order.offsets.count == 11 && order.chance == 1.0 / 40)
  }

  @Test func aShiftThatBeginsInTheMiddleIsFoundInItsRuns() throws {
    let count = 3000
    let x = try rows(count, 8, "long")
    let y = x.picking((0..<count).map { $0 < 1500 ? $0 : max(0, $0 - 1) })
    let runs = RowOrder.runs(of: count)
    #expect(runs.count == 3 && runs[0] == 0..<1000 && runs[2] == 2000..<3000)
    let chosen = runs.flatMap(Array.init)
    let order = RowOrder(x.picking(chosen), y.picking(chosen), runs: runs)
    #expect(order.runs.map(\.best).first == 0 && order.runs.map(\.best).last == 1)
  }

  @Test(arguments: [1, 2, 3, 7]) func fewRowsHaveFewOffsets(count: Int) throws {
    let x = try rows(count, 4, "few")
    let order = RowOrder(x, x, runs: RowOrder.runs(of: count))
    #expect(order.offsets.count == 2 * min(5, count - 1) + 1 && order.runs[0].best == 0)
  }

  @Test func aScanCountsWhatIsWrong() throws {
    var matrix = try rows(12, 5, "scan")
    for row in 0..<12 { (matrix[row, 1], matrix[row, 3]) = (0, 0.5) }
    for column in 0..<5 { (matrix[2, column], matrix[4, column]) = (0, 0.5) }
    matrix[6, 0] = .nan
    matrix[7, 4] = -.infinity
    let scan = RowScan(matrix)
    #expect(scan.zero == [2] && scan.notFinite == [6, 7] && scan.constant == [4] && scan.usable == 9)
    #expect(scan.notFiniteDimensions == [0, 4] && scan.constantDimensions == [3])
    // Row 4 has ½ there.
    #expect(scan.zeroDimensions.isEmpty)
    let norms = (0..<12).filter { ![2, 6, 7].contains($0) }.map { row in
      matrix.row(row).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    #expect(scan.offUnit == norms.count { abs($0 - 1) > RowScan.unitTolerance })
    #expect(
      abs(scan.greatestNorm - (norms.max() ?? 0)) < 1e-12 && abs(scan.leastNorm - (norms.min() ?? 0)) < 1e-12)
    #expect(try RowScan(rows(9, 5, "unit")).offUnit == 0)
  }

  @Test func rowsWithoutDirectionBecomeZeros() {
    let unit = Matrix(rows: 3, columns: 2, values: [3, 4, 0, 0, .nan, 1]).unitRowsOrZeros
    #expect(unit.values == [0.6, 0.8, 0, 0, 0, 0])
  }

  @Test func neighboursAreThoseOfALoop() throws {
    let (x, y) = try (rows(30, 6, "x"), rows(30, 6, "y"))
    let found = try neighbours(x, y)
    #expect(found.k == 4)
    for (list, (a, b, isOwn)) in zip(
      found.lists.joined(), [(x, x, true), (x, y, false), (y, y, true), (y, x, false)])
    {
      for row in 0..<30 {
        let candidates = (0..<30).filter { !isOwn || $0 != row }
        let sorted = candidates.sorted { cosine(a, row, b, $0) > cosine(a, row, b, $1) }.prefix(4)
        #expect(list.items[row * 4..<row * 4 + 4].map(Int.init) == Array(sorted))
        #expect(abs(Double(list.cosines[row * 4]) - cosine(a, row, b, sorted[0])) < 1e-6)
      }
    }
    #expect(found.occurrences.map { $0.reduce(0, +) } == [120, 120])
    let alone = try neighbours(x, nil)
    #expect(alone.lists.count == 1 && alone.lists[0][0].items == found.lists[0][0].items)
  }

  @Test func theFirstAxisIsTheGapAndTheSecondBesideIt() throws {
    let (x, noise) = try (rows(50, 6, "x"), rows(50, 6, "y"))
    let y = Matrix(
      rows: 50, columns: 6, values: noise.values.enumerated().map { $1 + ($0 % 6 == 2 ? 3 : 0) }
    ).unitRowsOrZeros
    let plane = try GapPlane(x, y)
    #expect(plane.hasGap)
    let (a, b) = (plane.coordinates(x), plane.coordinates(y))
    func mean(_ values: [Float], _ axis: Int) -> Double {
      stride(from: axis, to: values.count, by: 2).reduce(0) { $0 + Double(values[$1]) } / 50
    }
    let gap = zip(x.columnMeans, y.columnMeans).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    // Coordinates are float32.
    #expect(abs(mean(a, 0) - mean(b, 0) - gap) < 1e-6)
    #expect(abs(mean(a, 1) - mean(b, 1)) < 1e-6)
    #expect(try !GapPlane(x, x).hasGap && !GapPlane(x, nil).hasGap)
    #expect(try GapPlane(rows(5, 1, "line"), nil).coordinates(rows(5, 1, "line")).count == 10)
  }

  @Test func histogramsCountAllPairsOfRows() throws {
    let (x, y) = try (rows(20, 5, "x"), rows(20, 5, "y"))
    let found = CosineHistograms(x, y)
    #expect(found.rows == 20 && found.shares.count == 4)
    for shares in found.shares.values { #expect(abs(shares.reduce(0, +) - 1) < 1e-12) }
    let mean = (0..<20).reduce(0) { $0 + cosine(x, $1, y, $1) } / 20
    let binned = zip(found.shares[.paired] ?? [], 0...).reduce(0) {
      $0 + $1.0 * CosineHistograms.middle($1.1)
    }
    // A cosine is at most half a bin from the middle of its bin.
    #expect(abs(mean - binned) <= 0.01 + 1e-6)
    #expect(CosineHistograms(x, nil).shares.count == 1)
  }
}
