import Dispatch

/// The memory that stages which take much may take together.
///
/// Two trainings of large towers on two threads are no faster side by side than one after the other on
/// both threads, and take twice the memory.
package final class MemoryBudget: Sendable {
  /// Bytes.
  package let capacity: Double
  private let state = Mutex(State())
  private let returned = DispatchSemaphore(value: 0)

  private struct State {
    var bytes = 0.0
    var waiting = 0
  }

  /// - Parameter capacity: half of what this process may have, if not given: stages keep images and tables,
  ///   too.
  package init(capacity: Double = ProcessMemory.capacity / 2) {
    self.capacity = capacity
  }

  /// Takes so many bytes if they are free, or if no other thread holds any.
  func take(_ bytes: Double) -> Bool {
    state.withLock { state in
      guard state.bytes == 0 || state.bytes + bytes <= capacity else { return false }
      state.bytes += bytes
      return true
    }
  }

  /// Waits until another thread gives bytes back, a quarter of a second at most.
  func wait() {
    state.withLock { $0.waiting += 1 }
    // One who is signalled too late for it finds the signal the next time, and only looks once more.
    _ = returned.wait(timeout: .now() + 0.25)
    state.withLock { $0.waiting -= 1 }
  }

  func giveBack(_ bytes: Double) {
    let waiting = state.withLock { state in
      state.bytes -= bytes
      return state.waiting
    }
    for _ in 0..<waiting { returned.signal() }
  }
}

extension ThreadBudget {
  /// Performs `body` when so many bytes are free; who waits for them lends its token to the blocks of others.
  ///
  /// The caller must hold a token, and no bytes.
  /// - Parameter waits: called once where they are not free at once.
  /// - Throws: what `body` throws; `Cancelled` while it waits.
  package func withMemory<R>(
    _ bytes: Double, waits: () -> Void = {}, _ body: () throws -> R
  ) throws -> R {
    if !memory.take(bytes) {
      waits()
      try lending {
        while !memory.take(bytes) {
          memory.wait()
          try cancellation.check()
        }
      }
    }
    defer { memory.giveBack(bytes) }
    return try body()
  }
}
