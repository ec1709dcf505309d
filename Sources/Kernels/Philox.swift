import Execution

/// The Philox4x32-10 block function: four random words of a counter and a key.
///
/// Words are kept in 64 bits, whose upper halves are free for the product; a loop over counters becomes
/// vector code. Source: Salmon et al., SC 2011, doi:10.1145/2063384.2063405.
package struct Philox: Sendable {
  package typealias Words = (UInt32, UInt32, UInt32, UInt32)

  private let key0: UInt64
  private let key1: UInt64

  package init(key0: UInt32, key1: UInt32) {
    self.key0 = UInt64(key0)
    self.key1 = UInt64(key1)
  }

  package init(key: UInt64) {
    self.init(key0: UInt32(truncatingIfNeeded: key), key1: UInt32(truncatingIfNeeded: key >> 32))
  }

  /// Ten rounds.
  @inline(__always)
  package func apply(_ counter: Words) -> Words {
    var (w0, w1) = (UInt64(counter.0), UInt64(counter.1))
    var (w2, w3) = (UInt64(counter.2), UInt64(counter.3))
    var (k0, k1) = (key0, key1)
    for _ in 0..<10 {
      let p0 = (w0 & 0xffff_ffff) &* 0xD251_1F53
      let p1 = (w2 & 0xffff_ffff) &* 0xCD9E_8D57
      (w0, w1) = ((p1 &>> 32) ^ w1 ^ k0, p1 & 0xffff_ffff)
      (w2, w3) = ((p0 &>> 32) ^ w3 ^ k1, p0 & 0xffff_ffff)
      k0 = (k0 &+ 0x9E37_79B9) & 0xffff_ffff
      k1 = (k1 &+ 0xBB67_AE85) & 0xffff_ffff
    }
    return (
      UInt32(truncatingIfNeeded: w0), UInt32(truncatingIfNeeded: w1), UInt32(truncatingIfNeeded: w2),
      UInt32(truncatingIfNeeded: w3)
    )
  }

  /// The words of one counter of 64 bits.
  @inline(__always)
  package func words(_ counter: UInt64) -> Words {
    apply((UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), 0, 0))
  }

  /// Word k of counters `first ..< first + count` to `planes[k·count ..< (k + 1)·count]`.
  package func fill(_ planes: MemorySlice<UInt32>, from first: UInt64, count: Int) {
    let (a, b) = (planes[0..<count], planes[count..<2 * count])
    let (c, d) = (planes[2 * count..<3 * count], planes[3 * count..<4 * count])
    for index in 0..<count {
      (a[index], b[index], c[index], d[index]) = words(first &+ UInt64(truncatingIfNeeded: index))
    }
  }
}
