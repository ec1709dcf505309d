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

  /// The coarse bins that hold those ranks, ascending.
  func coarseBins(_ coarse: [Int]) -> [Int] {
    let ranks = Self.fractions.map(neighbours).flatMap { [$0.low, $0.high] }
    return Set(ranks.map { locate($0, coarse, CoarseBins.index(1)).bin }).sorted()
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
  func quartiles(_ coarse: [Int], _ fine: [Int: FineBins]) -> [Double] {
    Self.fractions.map { fraction in
      let (low, high, between) = neighbours(fraction)
      let below = value(low, coarse, fine)
      return below + (value(high, coarse, fine) - below) * between
    }
  }

  private func value(_ rank: Int, _ coarse: [Int], _ fine: [Int: FineBins]) -> Double {
    let one = CoarseBins.index(1)
    let (bin, rest) = locate(rank, coarse, one)
    guard let inside = fine[bin] else { return .nan }
    let fineOne = bin == one ? CoarseBins.fineIndex(1) : nil
    let place = locate(rest, inside.counts, fineOne).bin
    return inside.counts[place] == 0 ? 1 : Double(inside.values[place])
  }
}

/// The values of one coarse bin, by their place in it.
struct FineBins: Sendable {
  var counts = [Int](repeating: 0, count: CoarseBins.fineCount)
  /// The least value of each place: the only one wherever float32 is no finer than the places.
  var values = [Float](repeating: .infinity, count: CoarseBins.fineCount)

  mutating func add(_ value: Float) {
    let place = CoarseBins.fineIndex(value)
    counts[place] += 1
    values[place] = min(values[place], value)
  }

  mutating func merge(_ other: FineBins) {
    for place in counts.indices where other.counts[place] > 0 {
      counts[place] += other.counts[place]
      values[place] = min(values[place], other.values[place])
    }
  }
}
