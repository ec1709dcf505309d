import Kernels
import Synchronization

/// Memory that a block of pictures works in.
final class PlaneMemory {
  let memory: UnsafeMutablePointer<Float>
  fileprivate let use: PlaneShape

  /// - Parameter zeros: how many values, from the first, begin as zeros.
  fileprivate init(count: Int, zeros: Int, for use: PlaneShape) {
    self.use = use
    memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: max(count, 1))
    memory.initialize(repeating: 0, count: zeros)
  }

  deinit { UnsafeMutableRawPointer(memory).deallocate() }
}

/// Keeps workspaces for the next batch: fresh pages, and zeros for the planes' borders, cost some
/// hundredths of the time. Those of another size of picture are given up.
final class Workspaces: Sendable {
  private let kept = Mutex<[Kept]>([])

  /// Held by one thread at a time.
  private struct Kept: @unchecked Sendable { let workspace: PlaneMemory }

  func lend(count: Int, zeros: Int, for use: PlaneShape, _ body: (PlaneMemory) throws -> Void) rethrows {
    let found = kept.withLock { kept in
      kept.removeAll { $0.workspace.use != use }
      return kept.popLast()
    }
    let workspace = found?.workspace ?? PlaneMemory(count: count, zeros: zeros, for: use)
    let back = Kept(workspace: workspace)
    defer { kept.withLock { $0.append(back) } }
    try body(workspace)
  }
}
