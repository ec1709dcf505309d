import Dispatch
import Foundation
import Synchronization

/// The one budget of threads (`--jobs`) that stages and the blocks inside a stage share.
///
/// A running stage holds one token. While it works through blocks it borrows every token that
/// nobody else waits for: one stage alone uses the whole machine, and many stages do not use more threads than it has.
/// The shape of the blocks never depends on the number of threads, so neither do the results.
package final class ThreadBudget: Sendable {
  package let jobs: Int
  package let cancellation: Cancellation
  package let memory: MemoryBudget
  private let state: Mutex<State>
  private let handedOver = DispatchSemaphore(value: 0)
  private let returned = DispatchSemaphore(value: 0)
  private let queue = DispatchQueue(label: "modgap.blocks", qos: .userInitiated, attributes: .concurrent)

  private struct State {
    var free: Int
    /// How many of those are for blocks alone: their stages wait for something and will want them back.
    var lent = 0
    /// Those that wait for a first token, and those that want theirs back.
    var waiting = 0
    var returning = 0

    mutating func takeReturning() -> Bool {
      guard returning > 0 else { return false }
      returning -= 1
      return true
    }

    mutating func take(leaving lent: Int) -> Bool {
      guard free > lent else { return false }
      free -= 1
      return true
    }
  }

  package init(
    jobs: Int, cancellation: Cancellation = Cancellation(), memory: MemoryBudget = MemoryBudget()
  ) {
    self.jobs = max(1, jobs)
    self.cancellation = cancellation
    self.memory = memory
    self.state = Mutex(State(free: self.jobs))
  }

  /// Waits for a token; the stage that holds it runs on one thread.
  package func acquire() {
    let taken = state.withLock { state in
      if state.take(leaving: state.lent) { return true }
      state.waiting += 1
      return false
    }
    if !taken { handedOver.wait() }
  }

  /// Gives a token back, directly to a thread that waits for one; threads that lent theirs come first.
  package func release() {
    let heir: DispatchSemaphore? = state.withLock { state in
      if state.takeReturning() { return returned }
      guard state.waiting > 0, state.free >= state.lent else {
        state.free += 1
        return nil
      }
      state.waiting -= 1
      return handedOver
    }
    heir?.signal()
  }

  /// Leaves the caller's token to the blocks of running stages while `body` waits for something; no
  /// further stage starts on it.
  package func lending<R>(_ body: () throws -> R) rethrows -> R {
    lend()
    defer { takeBack() }
    return try body()
  }

  private func lend() {
    let isAwaited = state.withLock { state in
      state.lent += 1
      if state.takeReturning() { return true }
      state.free += 1
      return false
    }
    if isAwaited { returned.signal() }
  }

  private func takeBack() {
    let taken = state.withLock { state in
      state.lent -= 1
      if state.take(leaving: 0) { return true }
      state.returning += 1
      return false
    }
    if !taken { returned.wait() }
  }

  private func borrow() -> Bool { state.withLock { $0.take(leaving: 0) } }

  /// Runs `body` once for each block `0..<count`, in any order, on the caller and on borrowed threads.
  ///
  /// The caller must hold a token. Blocks write to places of their own; reductions are the caller's,
  /// in block order, afterwards.
  /// - Parameter mustFinish: work that would leave something half changed does not stop when cancelled.
  /// - Throws: the error of the lowest failing block, or `Cancelled` at a safe point.
  package func forEachBlock(
    _ count: Int, mustFinish: Bool = false, _ body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    let work = BlockWork(count: count)
    let helpers = DispatchGroup()
    while let block = work.next() {
      if work.remains, borrow() {
        queue.async(group: helpers) {
          defer { self.release() }
          while let block = work.next() { self.run(block, of: work, mustFinish, body) }
        }
      }
      run(block, of: work, mustFinish, body)
    }
    helpers.wait()
    try work.finish()
  }

  private func run(
    _ block: Int, of work: BlockWork, _ mustFinish: Bool, _ body: (Int) throws -> Void
  ) {
    do {
      if !mustFinish { try cancellation.check() }
      try body(block)
    } catch {
      work.fail(block, error)
    }
  }

  /// `forEachBlock`, collecting one value a block, in block order.
  package func map<Value: Sendable>(
    blocks count: Int, _ body: @escaping @Sendable (Int) throws -> Value
  ) throws -> [Value] {
    var results = [Value?](repeating: nil, count: count)
    try results.withSlice { results in
      try forEachBlock(count) { block in results[block] = try body(block) }
    }
    return results.compactMap { $0 }
  }
}

/// Hands out block numbers and keeps the first failure.
private final class BlockWork: Sendable {
  private let count: Int
  private let upcoming = Atomic<Int>(0)
  private let failure = Mutex<(block: Int, error: any Error)?>(nil)

  init(count: Int) { self.count = count }

  var remains: Bool { upcoming.load(ordering: .relaxed) < count }

  func next() -> Int? {
    let block = upcoming.add(1, ordering: .relaxed).oldValue
    return block < count ? block : nil
  }

  func fail(_ block: Int, _ error: any Error) {
    upcoming.store(count, ordering: .relaxed)
    failure.withLock { held in
      if let held, held.block <= block { return }
      held = (block, error)
    }
  }

  func finish() throws {
    if let held = failure.withLock({ $0 }) { throw held.error }
  }
}
