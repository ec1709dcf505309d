import Kernels

/// The random choices of one item, by name of their place; the same whatever else is drawn.
struct ItemDraws {
  static let count = 64
  private let uniforms: [Float]
  private var position = 0

  init(_ stream: RandomStream, _ index: Int) {
    uniforms = [Float](unsafeUninitializedCapacity: Self.count) { buffer, filled in
      if let base = buffer.baseAddress {
        stream.uniforms(into: base, count: Self.count, offset: index * Self.count)
      }
      filled = Self.count
    }
  }

  /// The next number of [0, 1).
  mutating func next() -> Float {
    defer { position += 1 }
    return uniforms[position % Self.count]
  }

  mutating func next(below bound: Int) -> Int { min(bound - 1, Int(next() * Float(bound))) }

  mutating func pick<Choice: CaseIterable>(_: Choice.Type) -> Choice where Choice.AllCases == [Choice] {
    let all = Choice.allCases
    return all[next(below: all.count)]
  }

  /// `count` of the numbers below `bound`, none twice, in random order.
  mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
    var rest = Array(0..<bound)
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
