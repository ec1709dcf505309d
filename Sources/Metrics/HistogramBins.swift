import Execution
import Kernels

/// Equal bins over [low, high]: bin k holds edges[k] ≤ s < edges[k+1], the last one its end, too.
///
/// There is at least one. Where all similarities are equal the bins span ½ on either side, as NumPy has it.
struct HistogramBins: Sendable {
  let count: Int
  let edges: [Double]
  /// For a first guess in float32.
  let low: Float
  let scale: Float
  /// A guess that lies this near to an edge is checked against the edges.
  let tolerance: Float

  init(low: Float, high: Float, count: Int) {
    self.count = count
    let isFlat = low == high
    let first = Double(low) - (isFlat ? 0.5 : 0)
    let last = Double(high) + (isFlat ? 0.5 : 0)
    let width = (last - first) / Double(count)
    edges = (0..<count).map { first + Double($0) * width } + [last]
    self.low = Float(first)
    scale = Float(1 / width)
    tolerance = Float(count) * 5e-7 + 1e-6
  }

  /// The bin of a value, by the edges.
  func bin(_ value: Float) -> Int {
    var bin = min(count - 1, max(0, Int((value - low) * scale)))
    while bin > 0, Double(value) < edges[bin] { bin -= 1 }
    while bin < count - 1, Double(value) >= edges[bin + 1] { bin += 1 }
    return bin
  }

  /// Ordered pairs, `diagonal` similarities of 1 among them.
  func histogram(_ unordered: [Int], diagonal: Int) -> CosineStatistics.Histogram {
    var pairs = unordered.map { 2 * $0 }
    if diagonal > 0 { pairs[bin(1)] += diagonal }
    return CosineStatistics.Histogram(edges: edges, pairs: pairs)
  }
}

/// What the second pass gives: unordered pairs in each bin, and the fine bins of the wanted coarse ones.
struct SecondPass: Sendable {
  var bins: [Int]
  var fine: FineBins
}

/// A thread's counts of the second pass.
private struct SecondCounts: Sendable {
  let bins: HistogramBins
  /// Three of them: one a quartile.
  let wanted: [ClosedRange<Int>]
  /// Four tables in turn, so that runs of one value do not wait for each other. The last place of each
  /// counts the values that need care.
  var tables: [Int]
  var fine: FineBins
  private var codes = [UInt32](repeating: 0, count: SimilarityTiles.tileColumns)

  init(_ bins: HistogramBins, _ wanted: [ClosedRange<Int>]) {
    self.bins = bins
    self.wanted = wanted
    tables = [Int](repeating: 0, count: 4 * (bins.count + 1))
    fine = FineBins(Set(wanted.flatMap { [$0.lowerBound, $0.upperBound] }).sorted())
  }

  mutating func addRow(_ line: FloatSlice) {
    addWanted(line)
    let bins = bins
    let before = carefulCount
    codes.withSlice { codes in
      tables.withSlice { tables in
        Self.encode(line, bins, into: codes)
        for index in line.indices { tables[Int(codes[index]) + index % 4 * (bins.count + 1)] &+= 1 }
      }
    }
    if carefulCount == before { return }
    for index in line.indices where codes[index] == bins.count { tables[bins.bin(line[index])] += 1 }
  }

  private var carefulCount: Int { (1...4).reduce(0) { $0 + tables[$1 * (bins.count + 1) - 1] } }

  /// Wanted bins are narrow, so most stretches of 64 values hold none of theirs.
  private mutating func addWanted(_ line: FloatSlice) {
    let first = wanted.map { UInt32($0.lowerBound) }
    let span = wanted.map { UInt32($0.upperBound - $0.lowerBound) }
    let (f0, f1, f2, s0, s1, s2) = (first[0], first[1], first[2], span[0], span[1], span[2])
    for start in stride(from: 0, to: line.count, by: 64) {
      let part = line[start..<min(line.count, start + 64)]
      var found: UInt32 = 0
      for index in part.indices {
        let coarse = CoarseBins.index(part[index])
        let isWanted = (coarse &- f0 <= s0) || (coarse &- f1 <= s1) || (coarse &- f2 <= s2)
        found |= isWanted ? 1 : 0
      }
      if found != 0 { fine.add(part) }
    }
  }

  /// The bin of each value, or `bins.count` where it lies so near an edge that rounding could misplace it.
  private static func encode(
    _ line: FloatSlice, _ bins: HistogramBins, into codes: MemorySlice<UInt32>
  ) {
    let codes = codes[line.indices]
    let (low, scale, tolerance, count) = (bins.low, bins.scale, bins.tolerance, UInt32(bins.count))
    for index in line.indices {
      let guess = (line[index] - low) * scale
      let nearest = (guess + 12_582_912) - 12_582_912
      let place = (guess - 0.5 + 12_582_912).bitPattern &- 0x4b40_0000
      codes[index] = abs(guess - nearest) < tolerance ? count : min(place, count)
    }
  }
}

extension SimilarityTiles {
  /// The histogram of all pairs, and the values of the wanted coarse bins.
  func secondPass(
    bins: HistogramBins, wanted: [ClosedRange<Int>], _ budget: ThreadBudget
  ) throws -> SecondPass {
    let pool = CounterPool { SecondCounts(bins, wanted) }
    try budget.forEachBlock(strips) { strip in
      pool.use { counts in
        self.forEachTile(strip) { tile, columns in
          for (place, row) in self.rows(ofStrip: strip).enumerated() {
            let (start, length) = Self.upper(row, columns)
            counts.addRow(tile.from(place * columns.count + start)[0..<length])
          }
        }
      }
    }
    return Self.collect(pool.all, bins, wanted)
  }

  private static func collect(
    _ all: [SecondCounts], _ bins: HistogramBins, _ wanted: [ClosedRange<Int>]
  ) -> SecondPass {
    let none = SecondCounts(bins, wanted)
    var pass = SecondPass(bins: [Int](repeating: 0, count: bins.count), fine: none.fine)
    for counts in all {
      for bin in 0..<bins.count {
        for table in 0..<4 { pass.bins[bin] += counts.tables[table * (bins.count + 1) + bin] }
      }
      pass.fine.merge(counts.fine)
    }
    return pass
  }
}
