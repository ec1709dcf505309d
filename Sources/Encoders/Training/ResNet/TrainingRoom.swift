import Kernels

/// What the convolutions and norms of a network work in, one after the other: a piece a thread, one where
/// blocks leave products that are added, and one for sums in Double.
///
/// All say first what they need at most; then it is allocated.
final class TrainingRoom: @unchecked Sendable {
  private(set) var shared = UnsafeMutablePointer<Float>.allocate(capacity: 0)
  private(set) var sums = UnsafeMutablePointer<Double>.allocate(capacity: 0)
  private var needs = (scratch: 0, shared: 0, sums: 0)
  private let workspaces = Workspaces()

  deinit { deallocate() }

  private func deallocate() {
    shared.deallocate()
    sums.deallocate()
  }

  func reserve(scratch: Int = 0, shared: Int = 0, sums: Int = 0) {
    needs = (max(needs.scratch, scratch), max(needs.shared, shared), max(needs.sums, sums))
  }

  func allocate() {
    deallocate()
    shared = .allocate(capacity: needs.shared)
    shared.initialize(repeating: 0, count: needs.shared)
    sums = .allocate(capacity: needs.sums)
    sums.initialize(repeating: 0, count: needs.sums)
  }

  /// Memory of one thread, whatever it holds; kept for the next block.
  func lend(_ body: (UnsafeMutablePointer<Float>) throws -> Void) rethrows {
    let use = PlaneShape(bare: 1, needs.scratch, channels: 1)
    try workspaces.lend(count: needs.scratch, zeros: 0, for: use) { try body($0.memory) }
  }
}

/// The pictures that a convolution is applied to, and what it may use.
struct ConvolutionPass: @unchecked Sendable {
  /// Pictures.
  let count: Int
  let x: PixelRows
  /// The result; in the backward pass, the gradient by it.
  let y: PixelRows
  /// `(outputs, inputs, kernel, kernel)`.
  let weights: UnsafePointer<Float>
  let room: TrainingRoom
  let budget: ThreadBudget
}
