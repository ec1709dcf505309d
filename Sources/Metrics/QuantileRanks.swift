import Execution
import Kernels

/// Which ranks the quartiles are made of, and the values found at them.
///
/// Every unordered pair stands for two ordered ones, and `diagonal` more similarities are 1.
struct QuantileRanks: Sendable {
  private let pairs: Int
  private let diagonal: Int
  private static let fractions = [0.25, 0.5, 0.75]

  init(pairs: Int, diagonal: Int) {
    self.pairs = pairs
    self.diagonal = diagonal
  }

  private var total: Int { 2 * pairs + diagonal }

  /// The two ranks around a quartile, and how far it lies between them.
  private func neighbours(_ fraction: Double) -> (low: Int, high: Int, between: Double) {
    let position = fraction * Double(total - 1)
    let low = Int(position)
    return (low, min(total - 1, low + 1), position - Double(low))
  }

  /// For each quartile, the coarse bins of its two ranks; no value lies between them.
  func coarseBins(_ coarse: [Int]) -> [ClosedRange<Int>] {
    let one = Int(CoarseBins.index(1))
    return Self.fractions.map(neighbours).map { ranks in
      locate(ranks.low, coarse, one).bin...locate(ranks.high, coarse, one).bin
    }
  }

  /// The bin that holds a rank, and the rank inside it.
  private func locate(_ rank: Int, _ counts: [Int], _ binOfOne: Int?) -> (bin: Int, rank: Int) {
    var left = rank
    for bin in counts.indices {
      let weight = 2 * counts[bin] + (bin == binOfOne ? diagonal : 0)
      if left < weight { return (bin, left) }
      left -= weight
    }
    return (counts.count - 1, 0)
  }

  /// The quartiles, by linear interpolation.
  func quartiles(_ coarse: [Int], _ fine: FineBins) -> [Double] {
    Self.fractions.map { fraction in
      let (low, high, between) = neighbours(fraction)
      let below = value(low, coarse, fine)
      return below + (value(high, coarse, fine) - below) * between
    }
  }

  private func value(_ rank: Int, _ coarse: [Int], _ fine: FineBins) -> Double {
    let one = Int(CoarseBins.index(1))
    let (bin, rest) = locate(rank, coarse, one)
    guard let inside = fine.inside(bin) else { return .nan }
    let fineOne = bin == one ? CoarseBins.fineIndex(1) : nil
    let place = locate(rest, inside.counts, fineOne).bin
    return inside.counts[place] == 0 ? 1 : Double(inside.values[place])
  }
}

/// The values of a few coarse bins, by their place in them.
struct FineBins: Sendable {
  /// The coarse bins, ascending and distinct.
  let bins: [Int]
  private var counts: [Int]
  /// The least value of each place: the only one wherever float32 is no finer than the places.
  private var values: [Float]

  init(_ bins: [Int]) {
    self.bins = bins
    counts = [Int](repeating: 0, count: bins.count * CoarseBins.fineCount)
    values = [Float](repeating: .infinity, count: counts.count)
  }

  /// Adds those of the values that lie in one of the bins.
  mutating func add(_ line: FloatSlice) {
    for index in line.indices {
      let coarse = Int(CoarseBins.index(line[index]))
      for slot in bins.indices where bins[slot] == coarse {
        let place = slot * CoarseBins.fineCount + CoarseBins.fineIndex(line[index])
        counts[place] &+= 1
        values[place] = min(values[place], line[index])
      }
    }
  }

  mutating func merge(_ other: FineBins) {
    for place in counts.indices {
      counts[place] += other.counts[place]
      values[place] = min(values[place], other.values[place])
    }
  }

  /// The counts inside a coarse bin, and the value of each place.
  func inside(_ bin: Int) -> (counts: [Int], values: [Float])? {
    guard let slot = bins.firstIndex(of: bin) else { return nil }
    let range = slot * CoarseBins.fineCount..<(slot + 1) * CoarseBins.fineCount
    return (Array(counts[range]), Array(values[range]))
  }
}
