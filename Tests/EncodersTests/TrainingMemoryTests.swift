import AllocationCount
import Encoders
import Kernels
import Testing

@Suite(
  "Memory of a step",
  .enabled(if: allocations_are_counted(), "this C library, or a sanitizer, brings a malloc of its own"))
struct TrainingMemoryTests {
  /// On one thread, which is what is counted; a step's work is cut alike for any number of them.
  private func counts(recomputes: Bool, steps: Int) throws -> [allocation_count] {
    let vision = VisionTransformer(image: 16, patch: 4, width: 32, layers: 2, heads: 2, embedding: 16)
    let text = TextTransformer(vocabulary: 50, context: 20, width: 32, layers: 2, heads: 2, embedding: 16)
    var options = TrainingOptions(
      optimiser: Optimiser(.adam, learningRate: 1e-3), logitScale: .learnt(start: 14, maximum: 100))
    options.recomputes = recomputes
    let trainer = try DualTrainer(
      x: vision, drawn(vision), y: text, drawn(text), capacity: 64, options: options)
    let x = pictures(64, [3, 16, 16])
    let y = TowerBatch(tokens: texts(64, context: 20, vocabulary: 50), context: 20)
    let budget = ownBudget(1)
    var found: [allocation_count] = []
    found.reserveCapacity(steps)
    allocation_count_begin()
    defer { _ = allocation_count_end() }
    for _ in 0..<steps {
      _ = try trainer.step(x: x, y: y, budget: budget)
      // Without a pause: a block that is freed uncounted would be missing where its place is taken again.
      found.append(allocation_count_next())
    }
    return found
  }

  @Test("no matrix is allocated after the first, and nothing is kept", arguments: [false, true])
  func steady(recomputes: Bool) throws {
    let found = try counts(recomputes: recomputes, steps: 6).dropFirst()
    // Lists of items, tiles and tensors; the smallest matrix of this batch has 4,096 bytes.
    #expect(found.allSatisfy { $0.largest < 4096 && $0.bytes < 200_000 })
    // What an earlier step left may be freed in a later one, never the other way round.
    #expect(found.map(\.held).reduce(0, +) <= 0)
    #expect(found.map(\.held_blocks).reduce(0, +) <= 0)
  }

  @Test("the count sees a matrix")
  func count() {
    allocation_count_begin()
    let matrix = Matrix(zeros: 64, 16)
    let found = allocation_count_end()
    #expect(found.largest >= 4096 && found.held >= 4096 && matrix.rows == 64)
  }

  @Test("the count sees a byte that a step keeps")
  func keptByte() {
    var kept: [[UInt8]] = []
    kept.reserveCapacity(8)
    var found: [allocation_count] = []
    found.reserveCapacity(8)
    allocation_count_begin()
    defer { _ = allocation_count_end() }
    for step in 0..<8 {
      kept.append([UInt8(step)])
      found.append(allocation_count_next())
    }
    let empty = MemoryLayout<Int>.size * 4
    #expect(found.map(\.held) == Array(repeating: empty + 1, count: 8))
    #expect(found.allSatisfy { $0.held_blocks == 1 } && kept.count == 8)
  }

  @Test("a capacity is what was asked for, not what the allocator had left")
  func capacity() {
    let lengths = 1...64
    allocation_count_begin()
    defer { _ = allocation_count_end() }
    for length in lengths {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(length)
      #expect(bytes.capacity == length)
    }
  }

  @Test("a count knows no blocks of an earlier one")
  func earlier() {
    allocation_count_begin()
    let small = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
    #expect(allocation_count_end().held == 1)
    small.deallocate()
    // In the same place, and not counted.
    let large = UnsafeMutableRawPointer.allocate(byteCount: 24, alignment: 1)
    allocation_count_begin()
    large.deallocate()
    // What is usable of it, which may be more than was asked for; not the byte of the block that was there before.
    #expect(allocation_count_end().held <= -24)
  }
}
