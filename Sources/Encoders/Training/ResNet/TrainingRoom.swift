import Execution

/// What the convolutions and norms of a network work in, one after the other: a piece a thread, one where
/// blocks leave products that are added, and one for sums in Double.
///
/// All say first what they need at most; then it is allocated.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
final class TrainingRoom: @unchecked Sendable {
  private(set) var shared: FloatSlice
  private(set) var sums: MemorySlice<Double>
  private var rooms: (shared: Arena<Float>, sums: Arena<Double>)
  private var needs = (scratch: 0, shared: 0, sums: 0)
  private let workspaces = Workspaces()

  init() {
    rooms = (Arena([0]), Arena([0]))
    (shared, sums) = (rooms.shared.take(0), rooms.sums.take(0))
  }

  func reserve(scratch: Int = 0, shared: Int = 0, sums: Int = 0) {
    needs = (max(needs.scratch, scratch), max(needs.shared, shared), max(needs.sums, sums))
  }

  func allocate() {
    rooms = (Arena([needs.shared]), Arena([needs.sums]))
    (shared, sums) = (rooms.shared.take(needs.shared), rooms.sums.take(needs.sums))
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond its room.
  func verify() throws {
    try rooms.shared.verify()
    try rooms.sums.verify()
  }

  /// Memory of one thread, whatever it holds; kept for the next block.
  func lend(_ body: (FloatSlice) throws -> Void) throws {
    let use = PlaneShape(bare: 1, needs.scratch, channels: 1)
    try workspaces.lend(count: needs.scratch, for: use) { try body($0.memory) }
  }
}

/// The images that a convolution is applied to, and what it may use.
struct ConvolutionPass: Sendable {
  /// Images.
  let count: Int
  let x: PixelRows
  /// The result; in the backward pass, the gradient by it.
  let y: PixelRows
  /// `(outputs, inputs, kernel, kernel)`.
  let weights: FloatSlice
  let room: TrainingRoom
  let budget: ThreadBudget
}
