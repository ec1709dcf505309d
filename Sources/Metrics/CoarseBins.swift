import Execution
import Kernels

/// 64,000 bins of width 1/32,000 over [−1, 1], by rounding to the nearest multiple, and 4,096 finer
/// ones inside each, 8e-9 wide: finer than the rounding of a float32 product of unit vectors.
enum CoarseBins {
  static let count = 65_536
  static let fineCount = 4_096
  @inline(__always) private static var resolution: Float { 32_000 }
  @inline(__always) private static var rounding: Float { 12_582_912 }
  @inline(__always) private static var roundingBits: UInt32 { 0x4b40_0000 }

  @inline(__always)
  static func index(_ value: Float) -> UInt32 {
    ((value * resolution + rounding).bitPattern &- (roundingBits &- 32_768)) & 0xffff
  }

  /// Where in its coarse bin a value lies.
  static func fineIndex(_ value: Float) -> Int {
    let scaled = value * resolution
    let fraction = scaled - ((scaled + rounding) - rounding)
    return min(fineCount - 1, max(0, Int((fraction + 0.5) * Float(fineCount))))
  }
}

/// Sums of d = s − centre over unordered pairs, and the extremes of s.
struct PairMoments: Sendable {
  var pairs = 0
  var sum = 0.0
  var squares = 0.0
  var minimum = Float.infinity
  var maximum = -Float.infinity

  mutating func merge(_ other: PairMoments) {
    pairs += other.pairs
    sum += other.sum
    squares += other.squares
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }
}

/// What the first pass gives.
struct FirstPass: Sendable {
  var moments: PairMoments
  /// Unordered pairs in each coarse bin.
  var coarse: [Int]

  var minimum: Float { moments.minimum }
  var maximum: Float { moments.maximum }

  /// Mean and standard deviation over ordered pairs, `diagonal` similarities of 1 among them.
  func moments(around centre: Double, diagonal: Int) -> (mean: Double, standardDeviation: Double) {
    let own = 1 - centre
    let count = Double(2 * moments.pairs + diagonal)
    let sum = 2 * moments.sum + Double(diagonal) * own
    let squares = 2 * moments.squares + Double(diagonal) * own * own
    let variance = max(0, (squares - sum * sum / count) / (count - 1))
    return (centre + sum / count, variance.squareRoot())
  }
}

/// A thread's counts: two tables in turn, so that runs of one value do not wait for each other.
private struct CoarseCounts: Sendable {
  private var tables = [UInt32](repeating: 0, count: 2 * CoarseBins.count)
  private var totals = [Int](repeating: 0, count: CoarseBins.count)
  private var pending = 0

  /// Lends the tables for counting at most `pairs` values, and room for the bins of a row.
  mutating func count(
    _ pairs: Int, _ body: (_ tables: MemorySlice<UInt32>, _ bins: MemorySlice<UInt32>) -> Void
  ) {
    if pending + pairs > Int(UInt32.max) { flush() }
    pending += pairs
    tables.withSlice { tables in
      withScratch(of: UInt32.self, count: SimilarityTiles.tileColumns) { body(tables, $0) }
    }
  }

  private mutating func flush() {
    for bin in totals.indices { totals[bin] += Int(tables[bin]) + Int(tables[CoarseBins.count + bin]) }
    for index in tables.indices { tables[index] = 0 }
    pending = 0
  }

  func add(to sum: inout [Int]) {
    for bin in sum.indices {
      sum[bin] += totals[bin] + Int(tables[bin]) + Int(tables[CoarseBins.count + bin])
    }
  }
}

extension SimilarityTiles {
  /// Moments around `centre`, extremes and the coarse histogram of all pairs.
  func firstPass(around centre: Float, _ budget: ThreadBudget) throws -> FirstPass {
    let pool = CounterPool { CoarseCounts() }
    let parts = try budget.map(blocks: strips) { strip in
      pool.use { counts in self.pass(strip, around: centre, &counts) }
    }
    var pass = FirstPass(moments: PairMoments(), coarse: [Int](repeating: 0, count: CoarseBins.count))
    for part in parts { pass.moments.merge(part) }
    for counts in pool.all { counts.add(to: &pass.coarse) }
    return pass
  }

  private func pass(_ strip: Int, around centre: Float, _ counts: inout CoarseCounts) -> PairMoments {
    var moments = PairMoments()
    let rows = rows(ofStrip: strip)
    forEachTile(strip) { tile, columns in
      counts.count(rows.count * columns.count) { tables, bins in
        for (place, row) in rows.enumerated() {
          let (start, length) = Self.upper(row, columns)
          let line = tile.from(place * columns.count + start)[0..<length]
          moments.merge(Self.passOverRow(line, centre, bins))
          Self.count(bins[0..<length], tables)
        }
      }
    }
    return moments
  }

  /// Moments and extremes of a row, and each value's coarse bin.
  private static func passOverRow(
    _ line: FloatSlice, _ centre: Float, _ bins: MemorySlice<UInt32>
  ) -> PairMoments {
    let bins = bins[line.indices]
    for index in line.indices { bins[index] = CoarseBins.index(line[index]) }
    return momentsOfRow(line, centre)
  }

  /// Moments and extremes of a row.
  static func momentsOfRow(_ line: FloatSlice, _ centre: Float) -> PairMoments {
    let middle = SIMD16<Float>(repeating: centre)
    var sum = SIMD16<Float>(repeating: 0)
    var squares = sum
    var low = SIMD16<Float>(repeating: .infinity)
    var high = SIMD16<Float>(repeating: -.infinity)
    let whole = line.count & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      let values = line.lanes(start)
      let deviation = values - middle
      sum += deviation
      squares += deviation * deviation
      low.replace(with: values, where: values .< low)
      high.replace(with: values, where: values .> high)
    }
    var moments = PairMoments(
      pairs: line.count, sum: wideSum(sum), squares: wideSum(squares), minimum: low.min(), maximum: high.max()
    )
    for index in whole..<line.count { addOne(line[index], centre, &moments) }
    return moments
  }

  /// Counts bins in two tables in turn.
  private static func count(_ bins: MemorySlice<UInt32>, _ tables: MemorySlice<UInt32>) {
    let (even, odd) = (tables[0..<CoarseBins.count], tables.from(CoarseBins.count))
    for index in stride(from: 0, to: bins.count - 1, by: 2) {
      even[Int(bins[index])] &+= 1
      odd[Int(bins[index + 1])] &+= 1
    }
    if bins.count % 2 == 1 { even[Int(bins[bins.count - 1])] &+= 1 }
  }

  private static func addOne(_ value: Float, _ centre: Float, _ moments: inout PairMoments) {
    let deviation = Double(value - centre)
    moments.sum += deviation
    moments.squares += deviation * deviation
    moments.minimum = min(moments.minimum, value)
    moments.maximum = max(moments.maximum, value)
  }

  @inline(__always)
  private static func wideSum(_ lanes: SIMD16<Float>) -> Double {
    orderedSum(SIMD8<Double>(lanes.lowHalf) + SIMD8<Double>(lanes.highHalf))
  }
}
