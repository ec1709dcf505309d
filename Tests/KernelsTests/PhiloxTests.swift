import Kernels
import Testing

@Suite("Philox4x32-10")
struct PhiloxTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let counter: [UInt32]
    let key: [UInt32]
    let words: [UInt32]
    var testDescription: String { "counter \(counter)" }
  }

  /// Known answers of the Random123 distribution, file `kat_vectors`.
  static let vectors = [
    Vector(
      counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    Vector(
      counter: [.max, .max, .max, .max], key: [.max, .max],
      words: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    Vector(
      counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
      words: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
  ]

  @Test("known answers, in every lane", arguments: vectors)
  func knownAnswers(_ vector: Vector) {
    let counter = vector.counter.map { Philox.Lanes(repeating: UInt64($0)) }
    let block = Philox(key0: vector.key[0], key1: vector.key[1])
      .apply(Philox.Block(counter[0], counter[1], counter[2], counter[3]))
    for (word, expected) in zip([block.w0, block.w1, block.w2, block.w3], vector.words) {
      for lane in 0..<8 { #expect(UInt32(truncatingIfNeeded: word[lane]) == expected) }
    }
  }
}
