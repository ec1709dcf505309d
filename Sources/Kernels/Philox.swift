/// The Philox4x32-10 block function on eight counters at once.
///
/// Words travel in 64-bit lanes: a lane's upper half is free for the product, and is cut off only
/// where the next product reads it, which the vector multiplier does by itself.
/// Source: Salmon et al., SC 2011, doi:10.1145/2063384.2063405.
package struct Philox: Sendable {
  package typealias Lanes = SIMD8<UInt64>

  /// Four words for each of eight counters; only the lower 32 bits of a lane count.
  package struct Block: Sendable {
    package var w0: Lanes
    package var w1: Lanes
    package var w2: Lanes
    package var w3: Lanes

    package init(_ w0: Lanes, _ w1: Lanes, _ w2: Lanes, _ w3: Lanes) {
      self.w0 = w0
      self.w1 = w1
      self.w2 = w2
      self.w3 = w3
    }
  }

  private let key0: UInt64
  private let key1: UInt64

  package init(key0: UInt32, key1: UInt32) {
    self.key0 = UInt64(key0)
    self.key1 = UInt64(key1)
  }

  package init(key: UInt64) {
    self.init(key0: UInt32(truncatingIfNeeded: key), key1: UInt32(truncatingIfNeeded: key >> 32))
  }

  private static let low = Lanes(repeating: 0xffff_ffff)

  /// Ten rounds over eight counters.
  @inline(__always)
  package func apply(_ counter: Block) -> Block {
    var block = counter
    var k0 = key0
    var k1 = key1
    for _ in 0..<10 {
      block = Self.round(block, Lanes(repeating: k0), Lanes(repeating: k1))
      k0 = (k0 &+ 0x9E37_79B9) & 0xffff_ffff
      k1 = (k1 &+ 0xBB67_AE85) & 0xffff_ffff
    }
    return block
  }

  @inline(__always)
  private static func round(_ block: Block, _ k0: Lanes, _ k1: Lanes) -> Block {
    let p0 = (block.w0 & low) &* Lanes(repeating: 0xD251_1F53)
    let p1 = (block.w2 & low) &* Lanes(repeating: 0xCD9E_8D57)
    return Block((p1 &>> 32) ^ block.w1 ^ k0, p1, (p0 &>> 32) ^ block.w3 ^ k1, p0)
  }

  /// The words of counters `8·batch ..< 8·batch + 8`.
  @inline(__always)
  package func batch(_ batch: UInt64) -> Block {
    let counter = Lanes(repeating: batch &* 8) &+ Lanes(0, 1, 2, 3, 4, 5, 6, 7)
    return apply(Block(counter & Self.low, counter &>> 32, Lanes(repeating: 0), Lanes(repeating: 0)))
  }
}

extension Philox.Block {
  /// Words 0 and 2 of the eight counters, side by side.
  @inline(__always)
  package var even: SIMD16<UInt32> { Self.join(w0, w2) }

  /// Words 1 and 3 of the eight counters, side by side.
  @inline(__always)
  package var odd: SIMD16<UInt32> { Self.join(w1, w3) }

  @inline(__always)
  private static func join(_ a: Philox.Lanes, _ b: Philox.Lanes) -> SIMD16<UInt32> {
    SIMD16(lowHalf: SIMD8<UInt32>(truncatingIfNeeded: a), highHalf: SIMD8<UInt32>(truncatingIfNeeded: b))
  }
}
