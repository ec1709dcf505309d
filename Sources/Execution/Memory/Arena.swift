/// Memory that is cut into pieces, each beginning at a cache line, with canaries before the first piece and
/// behind each: numbers that nobody writes, by which `verify` finds that someone wrote beyond a piece.
///
/// Verifying reads a cache line or two a piece, so every pass ends with it, in release builds too.
package final class Arena<Element: BitwiseCopyable> {
  private static var line: Int { 64 }
  /// A NaN that no arithmetic makes.
  private static var pattern: UInt32 { 0x7FE5_C0DE }
  private static var width: Int { MemoryLayout<Element>.stride }

  private let memory: UnsafeMutableRawPointer
  /// In bytes.
  private let size: Int
  private var used: Int
  private var canaries: [Range<Int>]

  /// - Parameter counts: of the pieces that will be taken.
  package init(_ counts: [Int]) {
    size = counts.reduce(Self.line) { $0 + Self.rounded($1 * Self.width) + Self.line }
    memory = .allocate(byteCount: size, alignment: Self.line)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    used = Self.line
    canaries = [0..<Self.line]
    canaries.reserveCapacity(counts.count + 1)
    place(0..<Self.line)
  }

  deinit { memory.deallocate() }

  /// The next piece; zero until written. It must not outlive the arena.
  package func take(_ count: Int) -> MemorySlice<Element> {
    let (start, end) = (used, used + Self.rounded(count * Self.width) + Self.line)
    precondition(count >= 0 && end <= size, "an arena holds what it was made for")
    used = end
    // From the piece's own end, so that not even the rest of its last cache line can be written unseen.
    // In whole words, which is what a canary is made of.
    let canary = (start + count * Self.width + 3) & ~3..<end
    place(canary)
    canaries.append(canary)
    return MemorySlice(
      (memory + start).bindMemory(to: Element.self, capacity: count), count: count)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond a piece.
  package func verify() throws {
    for (piece, canary) in canaries.enumerated() where !isWhole(canary) {
      throw MemoryOverrun(piece: piece, pieces: canaries.count - 1)
    }
  }

  private func place(_ bytes: Range<Int>) {
    for offset in stride(from: bytes.lowerBound, to: bytes.upperBound, by: 4) {
      memory.storeBytes(of: Self.pattern, toByteOffset: offset, as: UInt32.self)
    }
  }

  private func isWhole(_ bytes: Range<Int>) -> Bool {
    stride(from: bytes.lowerBound, to: bytes.upperBound, by: 4).allSatisfy {
      memory.load(fromByteOffset: $0, as: UInt32.self) == Self.pattern
    }
  }

  /// In whole cache lines.
  private static func rounded(_ bytes: Int) -> Int { (bytes + line - 1) / line * line }
}
