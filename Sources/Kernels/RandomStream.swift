/// A counter-based random stream (Philox4x32-10), keyed by experiment seed, stage id and stream name.
///
/// Any element can be computed from its position, so blocks draw in parallel and the numbers do not
/// depend on the number of threads. Source: Salmon et al., SC 2011, doi:10.1145/2063384.2063405.
public struct RandomStream: Sendable, Equatable {
  package let key: UInt64

  public init(seed: UInt64, stage: String, name: String) {
    var hash = FNV1a()
    hash.combine(seed)
    hash.combine(stage)
    hash.combine(name)
    key = hash.mixed
  }
}

/// FNV-1a with a final mix: spreads the parts of a stream's name over 64 bits.
private struct FNV1a {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func combine(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { combine(byte: UInt8(truncatingIfNeeded: number >> shift)) }
  }

  mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte: byte) }
    combine(byte: 0xff)
  }

  private mutating func combine(byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

  var mixed: UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
