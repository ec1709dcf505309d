import Execution

/// Memory that a block of images works in; zeros to begin with.
final class PlaneMemory {
  let memory: FloatSlice
  private let arena: Arena<Float>
  fileprivate let use: PlaneShape

  fileprivate init(count: Int, for use: PlaneShape) {
    self.use = use
    arena = Arena([count])
    memory = arena.take(count)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond it.
  fileprivate func verify() throws { try arena.verify() }
}

/// Keeps workspaces for the next batch: fresh pages, and zeros for the planes' borders, cost some
/// hundredths of the time. Those of another size of image are given up.
final class Workspaces: Sendable {
  private let kept = Mutex<[Kept]>([])

  /// Held by one thread at a time.
  private struct Kept: @unchecked Sendable { let workspace: PlaneMemory }

  /// - Throws: what `body` throws; `MemoryOverrun` where something wrote beyond the workspace.
  func lend(count: Int, for use: PlaneShape, _ body: (PlaneMemory) throws -> Void) throws {
    let found = kept.withLock { kept in
      kept.removeAll { $0.workspace.use != use || $0.workspace.memory.count != count }
      return kept.popLast()
    }
    let workspace = found?.workspace ?? PlaneMemory(count: count, for: use)
    let back = Kept(workspace: workspace)
    defer { kept.withLock { $0.append(back) } }
    try body(workspace)
    try workspace.verify()
  }
}
