/// Memory that a block works in, in pieces that begin at cache lines; all layers reuse them.
final class Arena {
  private let memory: UnsafeMutablePointer<Float>
  private let size: Int
  private var used = 0

  /// - Parameter counts: of the pieces that will be taken.
  init(_ counts: [Int]) {
    size = counts.reduce(0) { $0 + Self.rounded($1) }
    memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, size) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: max(1, size))
    memory.initialize(repeating: 0, count: size)
  }

  deinit { UnsafeMutableRawPointer(memory).deallocate() }

  /// The next piece; zero until written.
  func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    defer { used += Self.rounded(count) }
    precondition(used + Self.rounded(count) <= size, "an arena holds what it was made for")
    return memory + used
  }

  private static func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
