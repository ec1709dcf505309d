import Kernels

/// A grid of equal cells over the range where the similarities of a sample lie, and half as far again on
/// either side: of more pairs than can be kept, one look at a grid this fine stands for the two exact ones.
///
/// Cells are at most 2 · range / 131,072 wide. A pair within that of a bin's edge may be counted in the
/// neighbouring bin; a quartile is off by less than a cell.
struct SimilarityGrid: Sendable {
  static let cells = 131_072
  static let sampleRows = 1024

  let low: Float
  let high: Float
  let scale: Float

  /// - Parameter rows: unit rows; every few of them are the sample.
  init(around rows: Matrix) {
    let count = min(Self.sampleRows, rows.rows)
    let sample = (0..<count).map { $0 * (rows.rows / count) }
    let picked = Matrix(rows: count, columns: rows.columns, values: sample.flatMap { rows.row($0) })
    let tiles = PairTiles(picked, keepingAtMost: 0)
    var (least, most) = (Float.infinity, -Float.infinity)
    for strip in 0..<tiles.strips {
      tiles.forEachTile(strip) { tile, columns in
        for (place, row) in tiles.rows(ofStrip: strip).enumerated() {
          let (start, length) = PairTiles.upper(row, columns)
          let line = UnsafeBufferPointer(start: tile + place * columns.count + start, count: length)
          for value in line { (least, most) = (min(least, value), max(most, value)) }
        }
      }
    }
    let margin = max(1e-6, (most - least) / 2)
    low = least - margin
    high = most + margin
    scale = Float(Self.cells) / (high - low)
  }

  /// The left edge of a cell.
  func edge(_ cell: Int) -> Double {
    Double(low) + Double(cell) * (Double(high) - Double(low)) / Double(Self.cells)
  }

  /// Whether no pair fell outside.
  func holds(_ moments: PairMoments) -> Bool { moments.minimum >= low && moments.maximum < high }

  /// The cell of each value of a row; values outside go to the ends.
  @inline(__always)
  func encode(_ line: UnsafePointer<Float>, _ length: Int, into cells: UnsafeMutablePointer<UInt32>) {
    let (low, scale, last) = (low, scale, Float(Self.cells - 1))
    for index in 0..<length {
      let place = (line[index] - low) * scale - 0.5
      let held = place < 0 ? 0 : (place > last ? last : place)
      // Adding 1.5 · 2²³ leaves the rounded number in the lowest bits, without a conversion that may trap.
      cells[index] = (held + 12_582_912).bitPattern &- 0x4b40_0000
    }
  }

  /// Unordered pairs in each bin; a cell that an edge cuts is shared out by the lengths of its parts.
  func histogram(_ counts: [Int], _ bins: HistogramBins) -> [Int] {
    var pairs = [Int](repeating: 0, count: bins.count)
    var bin = 0
    for cell in counts.indices where counts[cell] > 0 {
      var start = edge(cell)
      let end = edge(cell + 1)
      var left = counts[cell]
      while bin < bins.count - 1, start >= bins.edges[bin + 1] { bin += 1 }
      while bin < bins.count - 1, end > bins.edges[bin + 1] {
        let share = (bins.edges[bin + 1] - start) / (end - start)
        let part = Int((Double(left) * min(max(share, 0), 1)).rounded())
        pairs[bin] += part
        left -= part
        start = max(start, bins.edges[bin + 1])
        bin += 1
      }
      pairs[bin] += left
    }
    return pairs
  }

  /// The similarity at a rank of the ordered pairs, `diagonal` similarities of 1 above them all.
  func value(at rank: Int, _ counts: [Int]) -> Double {
    var left = rank / 2
    for cell in counts.indices {
      if left < counts[cell] {
        let inside = (Double(left) + 0.5) / Double(counts[cell])
        return edge(cell) + inside * (edge(cell + 1) - edge(cell))
      }
      left -= counts[cell]
    }
    return 1
  }
}

/// A thread's counts; two tables in turn, so that runs of one value do not wait for each other.
private struct GridCounts: Sendable {
  private var tables = [UInt32](repeating: 0, count: 2 * SimilarityGrid.cells)
  private var totals = [Int](repeating: 0, count: SimilarityGrid.cells)
  private var cells = [UInt32](repeating: 0, count: PairTiles.tileColumns)
  private var pending = 0

  mutating func add(_ line: UnsafePointer<Float>, _ length: Int, _ grid: SimilarityGrid) {
    if pending + length > Int(UInt32.max) { flush() }
    pending += length
    cells.withUnsafeMutableBufferPointer { cells in
      tables.withUnsafeMutableBufferPointer { tables in
        guard let cells = cells.baseAddress, let even = tables.baseAddress else { return }
        grid.encode(line, length, into: cells)
        let odd = even + SimilarityGrid.cells
        for index in stride(from: 0, to: length - 1, by: 2) {
          even[Int(cells[index])] &+= 1
          odd[Int(cells[index + 1])] &+= 1
        }
        if length % 2 == 1 { even[Int(cells[length - 1])] &+= 1 }
      }
    }
  }

  mutating func flush() {
    for cell in totals.indices {
      totals[cell] += Int(tables[cell]) + Int(tables[SimilarityGrid.cells + cell])
    }
    for index in tables.indices { tables[index] = 0 }
    pending = 0
  }

  func add(to sum: inout [Int]) { for cell in sum.indices { sum[cell] += totals[cell] } }
}

extension PairTiles {
  /// All statistics from one product of each tile.
  ///
  /// - Returns: nil where a pair lies outside the range that the sample promised.
  package func gridLook(
    around centre: Double, diagonal: Bool, bins: Int, _ budget: ThreadBudget
  ) throws -> CosineStatistics? {
    let grid = SimilarityGrid(around: rows)
    let pool = CounterPool { GridCounts() }
    let parts = try budget.map(blocks: strips) { strip in
      pool.use { counts in self.look(strip, around: Float(centre), grid, &counts) }
    }
    var look = FirstLook(moments: PairMoments(), coarse: [Int](repeating: 0, count: SimilarityGrid.cells))
    for part in parts { look.moments.merge(part) }
    guard grid.holds(look.moments) else { return nil }
    for var counts in pool.all {
      counts.flush()
      counts.add(to: &look.coarse)
    }
    return statistics(look, grid, around: Double(Float(centre)), diagonal: diagonal, bins: bins)
  }

  private func look(
    _ strip: Int, around centre: Float, _ grid: SimilarityGrid, _ counts: inout GridCounts
  ) -> PairMoments {
    var moments = PairMoments()
    forEachTile(strip) { tile, columns in
      for (place, row) in rows(ofStrip: strip).enumerated() {
        let (start, length) = Self.upper(row, columns)
        let line = tile + place * columns.count + start
        moments.merge(Self.momentsOfRow(line, length, centre))
        counts.add(line, length, grid)
      }
    }
    return moments
  }

  private func statistics(
    _ look: FirstLook, _ grid: SimilarityGrid, around centre: Double, diagonal: Bool, bins: Int
  ) -> CosineStatistics {
    let own = diagonal ? count : 0
    let high = diagonal ? max(1, look.maximum) : look.maximum
    let moments = look.moments(around: centre, diagonal: own)
    let histogramBins = HistogramBins(low: look.minimum, high: high, count: max(1, bins))
    let histogram = histogramBins.histogram(grid.histogram(look.coarse, histogramBins), diagonal: own)
    let quartiles = [0.25, 0.5, 0.75].map { fraction -> Double in
      let position = fraction * Double(2 * pairCount + own - 1)
      let low = grid.value(at: Int(position), look.coarse)
      let next = grid.value(at: Int(position) + 1, look.coarse)
      return low + (next - low) * (position - position.rounded(.down))
    }
    return CosineStatistics(
      count: count, mean: moments.mean, standardDeviation: moments.standardDeviation,
      minimum: Double(look.minimum), percentile25: quartiles[0], median: quartiles[1],
      percentile75: quartiles[2], maximum: Double(high),
      histogram: bins > 0 ? histogram : CosineStatistics.Histogram(edges: [], pairs: []))
  }
}
