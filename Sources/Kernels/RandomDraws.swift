// What a stream draws. Every draw is a pure function of the key and the element's position; one
// stream serves one kind of draw.
import Execution

extension RandomStream {
  /// Counters that are drawn at once; each gives four numbers.
  private static var batchCounters: Int { 64 }
  private static var batchSize: Int { 4 * batchCounters }

  /// Fills `out` with the elements from `offset` on of the stream of standard normals, times `scale`.
  ///
  /// Box–Muller: √(−2 ln u)·(cos 2πv, sin 2πv) with 32-bit u, so |z| ≤ 6.8.
  package func gaussians(into out: FloatSlice, offset: Int = 0, scale: Float = 1) {
    let half = Self.batchSize / 2
    fill(out, offset: offset) { words, target in
      Self.boxMuller(words[0..<half], words.from(half), scale, target[0..<half], target.from(half))
    }
  }

  private static func boxMuller(
    _ radii: MemorySlice<UInt32>, _ angles: MemorySlice<UInt32>, _ scale: Float, _ first: FloatSlice,
    _ second: FloatSlice
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

  /// Fills `out` with uniform numbers of [0, 1), multiples of 2⁻²³: the stream's elements from `offset` on.
  package func uniforms(into out: FloatSlice, offset: Int = 0) {
    fill(out, offset: offset) { words, target in
      for index in 0..<Self.batchSize {
        target[index] = Float(bitPattern: (words[index] &>> 9) | 0x3f80_0000) - 1
      }
    }
  }

  /// Draws whole batches in place, and the ragged ends through a buffer. Each draw has `batchSize` words and room
  /// for as many numbers.
  @inline(__always)
  private func fill(
    _ out: FloatSlice, offset: Int, _ draw: (_ words: MemorySlice<UInt32>, _ target: FloatSlice) -> Void
  ) {
    let generator = Philox(key: key)
    let size = Self.batchSize
    withScratch(of: UInt32.self, count: size) { words in
      withScratch(of: Float.self, count: size) { spare in
        var done = 0
        while done < out.count {
          let (batch, first) = (offset + done).quotientAndRemainder(dividingBy: size)
          let length = min(size - first, out.count - done)
          let target = out[done..<done + length]
          generator.fill(words, from: UInt64(batch * Self.batchCounters), count: Self.batchCounters)
          draw(words, length == size ? target : spare)
          if length < size { target.update(from: spare[first..<first + length]) }
          done += length
        }
      }
    }
  }

  /// `count` numbers below `bound` from element `offset` on; biased by less than bound·2⁻⁶⁴.
  public func integers(below bound: Int, count: Int, offset: Int = 0) -> [Int] {
    guard bound > 0, count > 0 else { return [] }
    return (offset..<offset + count).map { integer($0, below: bound) }
  }

  /// A uniformly random permutation of `0 ..< count`, by the method of Fisher and Yates.
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
    try Matrix(rows: rows, columns: columns) { try fillGaussians($0, scale: scale, budget: budget) }
  }

  /// `gaussians`, in blocks of the budget.
  package func fillGaussians(_ out: FloatSlice, scale: Float = 1, budget: ThreadBudget) throws {
    let size = 65_536
    try budget.forEachBlock(blockCount(out.count, size: size)) { block in
      let range = blockRange(block, size: size, count: out.count)
      gaussians(into: out[range], offset: range.lowerBound, scale: scale)
    }
  }
}
