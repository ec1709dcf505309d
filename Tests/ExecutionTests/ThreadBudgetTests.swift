import Dispatch
import Execution
import Testing

@Suite struct ThreadBudgetTests {
  @Test(arguments: [1, 2, 4, 7]) func blocksGiveTheSameResultsAtAnyNumberOfThreads(jobs: Int) throws {
    let budget = ThreadBudget(jobs: jobs)
    budget.acquire()
    defer { budget.release() }
    let squares = try budget.map(blocks: 1000) { $0 * $0 }
    #expect(squares == (0..<1000).map { $0 * $0 })
  }

  @Test func theLowestFailingBlockIsTheOneReported() {
    struct Broken: Error, Equatable { let block: Int }
    let budget = ThreadBudget(jobs: 1)
    budget.acquire()
    defer { budget.release() }
    #expect(throws: Broken(block: 3)) {
      try budget.forEachBlock(10) { if $0 >= 3 { throw Broken(block: $0) } }
    }
  }

  @Test func whatFitsBesideItDoesNotWait() throws {
    let budget = ThreadBudget(jobs: 2, memory: MemoryBudget(capacity: 10))
    budget.acquire()
    try budget.withMemory(6) {
      try budget.withMemory(4, waits: { Issue.record("it waited") }) {}
    }
    budget.release()
  }

  @Test func aCancelledWaitEnds() {
    let cancellation = Cancellation()
    let budget = ThreadBudget(jobs: 2, cancellation: cancellation, memory: MemoryBudget(capacity: 10))
    budget.acquire()
    try? budget.withMemory(6) { () -> Void in
      #expect(throws: Cancelled.self) {
        try budget.withMemory(6, waits: { cancellation.raise() }) { Issue.record("it did not wait") }
      }
    }
    budget.release()
  }

  @Test(arguments: [2, 3]) func aLentTokenWorksOnBlocks(jobs: Int) throws {
    let budget = ThreadBudget(jobs: jobs)
    for _ in 0..<jobs { budget.acquire() }
    // All others wait; their tokens are the caller's for now.
    func lend(_ count: Int) throws {
      guard count > 0 else {
        let (met, busy) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        try budget.forEachBlock(2) { block in
          (block == 0 ? met : busy).signal()
          #expect((block == 0 ? busy : met).wait(timeout: .now() + 60) == .success)
        }
        return
      }
      try budget.lending { try lend(count - 1) }
    }
    try lend(jobs - 1)
    for _ in 0..<jobs { budget.release() }
  }
}
