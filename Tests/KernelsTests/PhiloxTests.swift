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

  @Test("known answers", arguments: vectors)
  func knownAnswers(_ vector: Vector) {
    let counter = vector.counter
    let words = Philox(key0: vector.key[0], key1: vector.key[1])
      .apply((counter[0], counter[1], counter[2], counter[3]))
    #expect([words.0, words.1, words.2, words.3] == vector.words)
  }

  @Test("planes hold the words of successive counters")
  func planes() {
    let generator = Philox(key: 0x0123_4567_89ab_cdef)
    let first = UInt64(UInt32.max) - 20
    var planes = [UInt32](repeating: 0, count: 4 * 64)
    planes.withSlice { generator.fill($0, from: first, count: 64) }
    for index in 0..<64 {
      let words = generator.words(first + UInt64(index))
      #expect([words.0, words.1, words.2, words.3] == (0..<4).map { planes[$0 * 64 + index] })
    }
  }
}
