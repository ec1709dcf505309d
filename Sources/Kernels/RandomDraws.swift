// What a stream draws. Every draw is a pure function of the key and the element's position; one
// stream serves one kind of draw.

extension RandomStream {
  /// Counters that are drawn at once; each gives four numbers.
  private static var batchCounters: Int { 64 }
  private static var batchSize: Int { 4 * batchCounters }

  /// Fills `count` numbers at `out` with the elements `offset ..< offset + count` of the stream of standard normals,
  /// times `scale`.
  ///
  /// Box–Muller: √(−2 ln u)·(cos 2πv, sin 2πv) with 32-bit u, so |z| ≤ 6.8.
  package func gaussians(
    into out: UnsafeMutablePointer<Float>, count: Int, offset: Int = 0, scale: Float = 1
  ) {
    fill(out, count: count, offset: offset) { words, target in
      Self.boxMuller(words, words + Self.batchSize / 2, scale, target, target + Self.batchSize / 2)
    }
  }

  private static func boxMuller(
    _ radii: UnsafePointer<UInt32>, _ angles: UnsafePointer<UInt32>, _ scale: Float,
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<batchSize / 2 {
      let radius = FastMath.squareRoot(FastMath.log(unitInterval(radii[index])) * -2) * scale
      let (x, y) = circle(angles[index])
      first[index] = radius * x
      second[index] = radius * y
    }
  }

  /// (w + ½)·2⁻³², by halves of 16 bits, each exact in a float.
  @inline(__always)
  private static func unitInterval(_ word: UInt32) -> Float {
    let high = Float(bitPattern: (word &>> 16) | 0x4b00_0000) - 8_388_608
    let low = Float(bitPattern: (word & 0xffff) | 0x4b00_0000) - 8_388_607.5
    return high * 0x1p-16 + low * 0x1p-32
  }

  /// A point of the unit circle: an angle in a quadrant of 23 bits, then one of four turns.
  @inline(__always)
  private static func circle(_ word: UInt32) -> (Float, Float) {
    let fraction = Float(bitPattern: ((word &<< 2) &>> 9) | 0x3f80_0000) - 1.5
    let (s, c) = FastMath.sineCosine(fraction * 1.570_796_3)
    let swapped = 0 &- ((word &>> 30) & 1)
    let sign = word & 0x8000_0000
    let x = ((s.bitPattern & swapped) | (c.bitPattern & ~swapped)) ^ sign
    let y = ((c.bitPattern & swapped) | (s.bitPattern & ~swapped)) ^ sign
    return (Float(bitPattern: x), Float(bitPattern: y))
  }

  /// Fills `count` numbers at `out` with uniform ones of [0, 1), multiples of 2⁻²³.
  package func uniforms(into out: UnsafeMutablePointer<Float>, count: Int, offset: Int = 0) {
    fill(out, count: count, offset: offset) { words, target in
      for index in 0..<Self.batchSize {
        target[index] = Float(bitPattern: (words[index] &>> 9) | 0x3f80_0000) - 1
      }
    }
  }

  /// Draws whole batches in place, and the ragged ends through a buffer.
  @inline(__always)
  private func fill(
    _ out: UnsafeMutablePointer<Float>, count: Int, offset: Int,
    _ draw: (UnsafePointer<UInt32>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let generator = Philox(key: key)
    let size = Self.batchSize
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: size) { words in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { spare in
        guard let words = words.baseAddress, let spare = spare.baseAddress else { return }
        var position = offset
        while position < offset + count {
          let batch = position / size
          let length = min((batch + 1) * size, offset + count) - position
          let target = out + (position - offset)
          generator.fill(words, from: UInt64(batch * Self.batchCounters), count: Self.batchCounters)
          draw(words, length == size ? target : spare)
          if length < size { target.update(from: spare + position % size, count: length) }
          position += length
        }
      }
    }
  }

  /// `count` numbers below `bound` from element `offset` on; biased by less than bound·2⁻⁶⁴.
  public func integers(below bound: Int, count: Int, offset: Int = 0) -> [Int] {
    guard bound > 0, count > 0 else { return [] }
    return (offset..<offset + count).map { integer($0, below: bound) }
  }

  /// A uniformly random order of `0 ..< count`, by Fisher and Yates.
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<max(0, count))
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(last, below: last + 1))
    }
    return order
  }

  /// The 64-bit word of this position, two a counter, carried to 0 ..< bound.
  private func integer(_ position: Int, below bound: Int) -> Int {
    let words = Philox(key: key).words(UInt64(position / 2))
    let (low, high) = position % 2 == 0 ? (words.0, words.1) : (words.2, words.3)
    let word = UInt64(low) | UInt64(high) << 32
    return Int(word.multipliedFullWidth(by: UInt64(bound)).high)
  }
}

extension RandomStream {
  /// A matrix of normals with standard deviation `scale`, drawn in blocks of the budget.
  package func gaussianMatrix(
    rows: Int, columns: Int, scale: Float = 1, budget: ThreadBudget
  ) throws -> Matrix {
    try Matrix(rows: rows, columns: columns) { buffer in
      guard let base = buffer.baseAddress else { return }
      try fillGaussians(base, count: rows * columns, scale: scale, budget: budget)
    }
  }

  /// `gaussians`, in blocks of the budget.
  package func fillGaussians(
    _ out: UnsafeMutablePointer<Float>, count: Int, scale: Float = 1, budget: ThreadBudget
  ) throws {
    let shared = Shared(out)
    let size = 65_536
    try budget.forEachBlock(blockCount(count, size: size)) { block in
      let range = blockRange(block, size: size, count: count)
      gaussians(
        into: shared.pointer + range.lowerBound, count: range.count, offset: range.lowerBound, scale: scale)
    }
  }
}
