import Foundation

/// The memory that stages which take much may take together.
///
/// Two trainings of large towers on two threads are no faster side by side than one after the other on
/// both threads, and take twice the memory.
package final class MemoryBudget: Sendable {
  /// Bytes.
  package let capacity: Double
  private let taken = Guarded()

  private final class Guarded: @unchecked Sendable {
    let condition = NSCondition()
    var bytes = 0.0
  }

  /// - Parameter capacity: half of what this process may have, if not given: stages keep images and tables,
  ///   too.
  package init(capacity: Double = ProcessMemory.capacity / 2) {
    self.capacity = capacity
  }

  /// Takes so many bytes where they are free, or where nobody else has any.
  func take(_ bytes: Double) -> Bool {
    taken.condition.withLock {
      guard taken.bytes == 0 || taken.bytes + bytes <= capacity else { return false }
      taken.bytes += bytes
      return true
    }
  }

  /// Waits until somebody gives bytes back, a quarter of a second at most.
  func wait() {
    taken.condition.withLock { _ = taken.condition.wait(until: Date(timeIntervalSinceNow: 0.25)) }
  }

  func giveBack(_ bytes: Double) {
    taken.condition.withLock {
      taken.bytes -= bytes
      taken.condition.broadcast()
    }
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
