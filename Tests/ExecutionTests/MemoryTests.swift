import Contracts
import Execution
import Testing

@Suite("Writing beyond a piece of memory is found")
struct MemoryTests {
  /// Writes one element where a piece does not reach any more, or not yet.
  private func damaged<Element: BitwiseCopyable>(_ zero: Element, _ counts: [Int], piece: Int, at place: Int)
    -> (any Error)?
  {
    let arena = Arena<Element>(counts)
    let pieces = counts.map { arena.take($0) }
    for piece in pieces { piece.fill(zero) }
    do {
      try arena.verify()
    } catch {
      Issue.record("an arena whose pieces were filled is whole")
    }
    pieces[piece].pointer(count: counts[piece])[place] = zero
    do {
      try arena.verify()
      return nil
    } catch { return error }
  }

  @Test("right behind any piece, a line behind it, and before the first", arguments: [1, 15, 16, 17, 1000])
  func overrun(count: Int) {
    let counts = [count, 3, 0, 2 * count]
    for piece in counts.indices {
      for place in [counts[piece], counts[piece] + 7] {
        let expected = MemoryOverrun(piece: piece + 1, pieces: 4)
        #expect(damaged(Float(1), counts, piece: piece, at: place) as? MemoryOverrun == expected)
        #expect(damaged(1.0, counts, piece: piece, at: place) as? MemoryOverrun == expected)
      }
    }
    // Of bytes, up to the next word.
    let word = (count + 3) & ~3
    #expect(
      damaged(UInt8(1), [count, 3, 6], piece: 0, at: word) as? MemoryOverrun
        == MemoryOverrun(piece: 1, pieces: 3))
    #expect(
      damaged(UInt8(1), [count, 3, 6], piece: 2, at: 8) as? MemoryOverrun
        == MemoryOverrun(piece: 3, pieces: 3))
    let before = damaged(Float(0), counts, piece: 0, at: -1)
    #expect(before as? MemoryOverrun == MemoryOverrun(piece: 0, pieces: 4))
  }

  @Test("pieces are zero, begin at cache lines, and can be filled to their ends")
  func pieces() throws {
    let arena = Arena<Float>([5, 16, 1])
    for count in [5, 16, 1] {
      let piece = arena.take(count)
      #expect(piece.count == count && piece.values.allSatisfy { $0 == 0 })
      #expect(UInt(bitPattern: piece.pointer(count: count)) % 64 == 0)
      piece.fill(.nan)
    }
    try arena.verify()
  }

  @Test("parts of a slice, and copies, lie where they are said to")
  func parts() {
    var numbers = (0..<10).map(Float.init)
    numbers.withSlice { slice in
      #expect(slice[2..<5].values == [2, 3, 4] && slice.from(10).count == 0)
      slice[7..<10].update(from: slice[0..<2])
      slice.from(5)[0..<1].fill(9)
    }
    #expect(numbers == [0, 1, 2, 3, 4, 9, 6, 0, 1, 9])
    var none: [Float] = []
    none.withSlice { #expect($0.count == 0 && $0[0..<0].values == []) }
  }

  @Test("the sentence says what happened and what to do")
  func sentence() {
    let failure = MemoryOverrun(piece: 4, pieces: 8)
    #expect(failure.kind == .internal && failure.message.contains("piece 4 of 8"))
    #expect(failure.message.contains("report"))
  }
}
