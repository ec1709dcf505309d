import Kernels

/// Equal bins over [low, high]: bin k holds edges[k] ≤ s < edges[k+1], the last one its end, too.
///
/// Where all similarities are equal the bins span ½ on either side, as NumPy has it.
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
    let width = (last - first) / Double(max(1, count))
    edges = count == 0 ? [] : (0..<count).map { first + Double($0) * width } + [last]
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
    if count > 0, diagonal > 0 { pairs[bin(1)] += diagonal }
    return CosineStatistics.Histogram(edges: edges, pairs: pairs)
  }
}

/// What the second look gives: unordered pairs in each bin, and the fine bins of the wanted coarse ones.
struct SecondLook: Sendable {
  var bins: [Int]
  var fine: [Int: FineBins]
}

/// A thread's counts of the second look.
private struct SecondCounts: Sendable {
  let bins: HistogramBins
  let wanted: [Int]
  /// Four tables in turn, so that runs of one value do not wait for each other.
  var tables: [Int]
  var fine: [FineBins]

  init(_ bins: HistogramBins, _ wanted: [Int]) {
    self.bins = bins
    self.wanted = wanted
    tables = [Int](repeating: 0, count: 4 * max(1, bins.count))
    fine = wanted.map { _ in FineBins() }
  }

  /// Bin and fine place of one value.
  mutating func addOne(_ value: Float) {
    if bins.count > 0 { tables[bins.bin(value)] += 1 }
    if let place = wanted.firstIndex(of: CoarseBins.index(value)) { fine[place].add(value) }
  }

  mutating func addRow(_ line: UnsafePointer<Float>, _ length: Int) {
    let whole = length & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      let values = load(line + start)
      if needsCare(values) {
        for lane in 0..<16 { addOne(values[lane]) }
      } else if bins.count > 0 {
        count(values)
      }
    }
    for index in whole..<length { addOne(line[index]) }
  }

  /// Whether a value lies in a wanted coarse bin or so near an edge that rounding could misplace it.
  @inline(__always)
  private func needsCare(_ values: SIMD16<Float>) -> Bool {
    let guess = (values - bins.low) * bins.scale
    let distance = guess - ((guess + 12_582_912) - 12_582_912)
    var mask = (distance .< bins.tolerance) .& (distance .> -bins.tolerance)
    let coarse = unsafeBitCast(CoarseBins.index(values), to: SIMD16<Int32>.self)
    for bin in wanted { mask .|= coarse .== Int32(truncatingIfNeeded: bin) }
    return any(mask)
  }

  @inline(__always)
  private mutating func count(_ values: SIMD16<Float>) {
    let guess = (values - bins.low) * bins.scale - 0.5 + 12_582_912
    let places = unsafeBitCast(guess, to: SIMD16<UInt32>.self) &- 0x4b40_0000
    let size = bins.count
    tables.withUnsafeMutableBufferPointer { tables in
      guard let base = tables.baseAddress else { return }
      for lane in 0..<16 { base[Int(places[lane]) + lane % 4 * size] &+= 1 }
    }
  }
}

extension PairTiles {
  /// The histogram of all pairs, and the values of the wanted coarse bins.
  func secondLook(bins: HistogramBins, wanted: [Int], _ budget: ThreadBudget) throws -> SecondLook {
    let pool = CounterPool { SecondCounts(bins, wanted) }
    try budget.forEachBlock(strips) { strip in
      pool.use { counts in
        self.forEachTile(strip) { tile, columns in
          for (place, row) in self.rows(ofStrip: strip).enumerated() {
            let (start, length) = Self.upper(row, columns)
            counts.addRow(tile + place * columns.count + start, length)
          }
        }
      }
    }
    return collect(pool.all, bins.count, wanted)
  }

  private func collect(_ all: [SecondCounts], _ count: Int, _ wanted: [Int]) -> SecondLook {
    var look = SecondLook(bins: [Int](repeating: 0, count: count), fine: [:])
    for counts in all {
      for bin in 0..<count {
        for table in 0..<4 { look.bins[bin] += counts.tables[table * count + bin] }
      }
      for (place, bin) in wanted.enumerated() {
        look.fine[bin, default: FineBins()].merge(counts.fine[place])
      }
    }
    return look
  }
}
