// What a stream draws. Every draw is a pure function of the key and the element's position; one
// stream serves one kind of draw.

extension RandomStream {
  /// Numbers that one batch of eight counters gives.
  private static var batchSize: Int { 32 }

  /// Fills `out` with the elements `offset ..< offset + count` of the stream of standard normals,
  /// times `scale`.
  ///
  /// Box–Muller: √(−2 ln u)·(cos 2πv, sin 2πv) with 32-bit u, so |z| ≤ 6.8.
  package func gaussians(
    into out: UnsafeMutablePointer<Float>, count: Int, offset: Int = 0, scale: Float = 1
  ) {
    let generator = Philox(key: key)
    fill(out, count: count, offset: offset) { batch, target in
      Self.gaussianBatch(generator.batch(batch), scale, target)
    }
  }

  @inline(__always)
  private static func gaussianBatch(
    _ block: Philox.Block, _ scale: Float, _ target: UnsafeMutableRawPointer
  ) {
    let radius = VectorMath.squareRoot(VectorMath.log(unitInterval(block.even)) * -2) * scale
    let (first, second) = circle(block.odd)
    target.storeBytes(of: radius * first, as: SIMD16<Float>.self)
    (target + 64).storeBytes(of: radius * second, as: SIMD16<Float>.self)
  }

  /// (w + ½)·2⁻³², by halves of 16 bits, each exact in a float.
  @inline(__always)
  private static func unitInterval(_ word: SIMD16<UInt32>) -> SIMD16<Float> {
    let high = unsafeBitCast((word &>> 16) | 0x4b00_0000, to: SIMD16<Float>.self) - 8_388_608
    let low = unsafeBitCast((word & 0xffff) | 0x4b00_0000, to: SIMD16<Float>.self) - 8_388_607.5
    return high * 0x1p-16 + low * 0x1p-32
  }

  /// A point of the unit circle: an angle in a quadrant of 23 bits, then one of four rotations.
  @inline(__always)
  private static func circle(_ word: SIMD16<UInt32>) -> (SIMD16<Float>, SIMD16<Float>) {
    let fraction = unsafeBitCast(((word &<< 2) &>> 9) | 0x3f80_0000, to: SIMD16<Float>.self) - 1.5
    let (s, c) = VectorMath.sineCosine(fraction * 1.570_796_3)
    let sine = unsafeBitCast(s, to: SIMD16<UInt32>.self)
    let cosine = unsafeBitCast(c, to: SIMD16<UInt32>.self)
    let swapped = 0 &- ((word &>> 30) & 1)
    let sign = word & 0x8000_0000
    let first = ((sine & swapped) | (cosine & ~swapped)) ^ sign
    let second = ((cosine & swapped) | (sine & ~swapped)) ^ sign
    return (unsafeBitCast(first, to: SIMD16<Float>.self), unsafeBitCast(second, to: SIMD16<Float>.self))
  }

  /// Fills `out` with uniform numbers of [0, 1), multiples of 2⁻²³.
  package func uniforms(into out: UnsafeMutablePointer<Float>, count: Int, offset: Int = 0) {
    let generator = Philox(key: key)
    fill(out, count: count, offset: offset) { batch, target in
      let block = generator.batch(batch)
      target.storeBytes(of: Self.uniform(block.even), as: SIMD16<Float>.self)
      (target + 64).storeBytes(of: Self.uniform(block.odd), as: SIMD16<Float>.self)
    }
  }

  @inline(__always)
  private static func uniform(_ word: SIMD16<UInt32>) -> SIMD16<Float> {
    unsafeBitCast((word &>> 9) | 0x3f80_0000, to: SIMD16<Float>.self) - 1
  }

  /// Draws whole batches in place, and the ragged ends through a buffer.
  @inline(__always)
  private func fill(
    _ out: UnsafeMutablePointer<Float>, count: Int, offset: Int,
    _ draw: (UInt64, UnsafeMutableRawPointer) -> Void
  ) {
    let size = Self.batchSize
    withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { spare in
      guard let buffer = spare.baseAddress else { return }
      var position = offset
      while position < offset + count {
        let start = position % size
        let length = min(size - start, offset + count - position)
        let target = out + (position - offset)
        if length == size {
          draw(UInt64(position / size), UnsafeMutableRawPointer(target))
        } else {
          draw(UInt64(position / size), UnsafeMutableRawPointer(buffer))
          target.update(from: buffer + start, count: length)
        }
        position += length
      }
    }
  }

  /// `count` numbers below `bound` from element `offset` on; biased by less than bound·2⁻⁶⁴.
  public func integers(below bound: Int, count: Int, offset: Int = 0) -> [Int] {
    guard bound > 0 else { return [Int](repeating: 0, count: count) }
    let generator = Philox(key: key)
    var words = Words(generator: generator)
    return (offset..<offset + count).map { position in
      Int(words[position].multipliedFullWidth(by: UInt64(bound)).high)
    }
  }

  /// A uniformly random order of `0 ..< count`, by Fisher and Yates.
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<max(0, count))
    var words = Words(generator: Philox(key: key))
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(words[last].multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    return order
  }

  /// The stream as 64-bit words, sixteen a batch; keeps the batch it drew last.
  private struct Words {
    let generator: Philox
    private var held: (batch: Int, block: Philox.Block)?

    init(generator: Philox) { self.generator = generator }

    subscript(position: Int) -> UInt64 {
      mutating get {
        let batch = position / 16
        let block = held.flatMap { $0.batch == batch ? $0.block : nil } ?? generator.batch(UInt64(batch))
        held = (batch, block)
        let lane = position % 16
        return lane < 8
          ? Self.word(block.w0[lane], block.w1[lane]) : Self.word(block.w2[lane - 8], block.w3[lane - 8])
      }
    }

    private static func word(_ low: UInt64, _ high: UInt64) -> UInt64 { (low & 0xffff_ffff) | (high << 32) }
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
