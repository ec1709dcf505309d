import Kernels

/// The random choices of one item, by name of their place; the same whatever else is drawn.
///
/// An item has as many numbers as it asks for. The first 64 are a stretch of the stream that belongs to the
/// item; the others come in blocks of 64 from a stream of the item's own, so that no number is given twice.
struct ItemDraws {
  private static let blockSize = 64
  private let stream: RandomStream
  private let index: Int
  private var block: [Float]
  /// The numbers that were taken from all blocks.
  private var taken = 0

  init(_ stream: RandomStream, _ index: Int) {
    self.stream = stream
    self.index = index
    block = Self.block(of: stream, index)
  }

  private static func block(of stream: RandomStream, _ number: Int) -> [Float] {
    [Float](count: blockSize) { stream.uniforms(into: $0, offset: number * blockSize) }
  }

  /// The next number of [0, 1).
  mutating func next() -> Float {
    let (number, place) = taken.quotientAndRemainder(dividingBy: Self.blockSize)
    if place == 0, number > 0 {
      let own = RandomStream(seed: stream.key, stage: "item", name: String(index))
      block = Self.block(of: own, number - 1)
    }
    taken += 1
    return block[place]
  }

  /// One of the integers below a bound, each equally often: of the 2²³ values of one number, or, where the bound
  /// is not small against them, of two.
  mutating func next(below bound: Int) -> Int {
    guard bound > 4096 else { return min(bound - 1, Int(next() * Float(bound))) }
    let fraction = Double(next()) + Double(next()) * 0x1p-23
    return min(bound - 1, Int(fraction * Double(bound)))
  }

  mutating func pick<Choice: CaseIterable>(_: Choice.Type) -> Choice where Choice.AllCases == [Choice] {
    let all = Choice.allCases
    return all[next(below: all.count)]
  }

  /// `count` of the numbers below `bound`, none twice, in random order: each time one of those that are left,
  /// counted from the lowest.
  mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
    var rest = RemainingNumbers(below: bound)
    return (0..<min(count, bound)).map { _ in rest.remove(at: next(below: rest.count)) }
  }

  /// For each of `count` objects, what its caption says: `information` of all attributes together, rounded.
  mutating func named(_ count: Int, information: Double) -> [Set<Attribute>] {
    let kinds = Attribute.allCases
    let chosen = Int((information * Double(count * kinds.count)).rounded())
    var named = [Set<Attribute>](repeating: [], count: count)
    for place in distinct(chosen, below: count * kinds.count) {
      named[place / kinds.count].insert(kinds[place % kinds.count])
    }
    return named
  }
}

/// Pairs of which a share has the caption of another pair.
struct CaptionSwap: Sendable {
  /// Whose caption each item has; empty where nothing is swapped.
  private let partners: [Int32]

  /// Exactly `rate · count` items, rounded, take part, chosen at random; each gets the caption of the next
  /// of them, so that none keeps its own. One alone cannot swap: two do then.
  init(count: Int, rate: Double, stream: RandomStream) {
    let wanted = Int((rate * Double(count)).rounded())
    let chosen = wanted == 1 ? min(2, count) : wanted
    guard chosen > 1 else {
      partners = []
      return
    }
    let order = stream.permutation(count)
    var partners = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    for place in 0..<chosen {
      partners[order[place]] = Int32(truncatingIfNeeded: order[(place + 1) % chosen])
    }
    self.partners = partners
  }

  subscript(index: Int) -> Int { partners.isEmpty ? index : Int(partners[index]) }
}

/// `a`, `a and b`, `a, b and c`.
func listed(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " and " + last
}
