import Kernels
import Runner
import Synchronization
import Testing

@Suite struct SchedulerTests {
  /// 0 → 1 → 3, 0 → 2 → 3, and 4 alone.
  private let diamond = [[], [0], [0], [1, 2], []]

  private final class Record: Sendable {
    private let order = Mutex<[Int]>([])
    private let counts = Mutex<(now: Int, most: Int)>((0, 0))

    func begin(_ task: Int) {
      order.withLock { $0.append(task) }
      counts.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
    }

    func end() { counts.withLock { $0.now -= 1 } }

    var tasks: [Int] { order.withLock { $0 } }
    var most: Int { counts.withLock { $0.most } }
  }

  @Test(arguments: [1, 2, 4]) func performsEachTaskOnceAfterWhatItWaitsFor(jobs: Int) {
    let record = Record()
    Scheduler(dependencies: diamond, budget: ThreadBudget(jobs: jobs)).run { task in
      record.begin(task)
      record.end()
      return .settled
    }
    #expect(record.tasks.sorted() == [0, 1, 2, 3, 4])
    for (task, needed) in diamond.enumerated() {
      for other in needed {
        #expect(record.tasks.firstIndex(of: other)! < record.tasks.firstIndex(of: task)!)
      }
    }
  }

  @Test(arguments: [1, 2, 4]) func neverRunsMoreThanTheBudget(jobs: Int) {
    let record = Record()
    Scheduler(dependencies: [[Int]](repeating: [], count: 200), budget: ThreadBudget(jobs: jobs)).run {
      task in
      record.begin(task)
      for _ in 0..<1000 { _ = record.most }
      record.end()
      return .settled
    }
    #expect(record.tasks.count == 200)
    #expect(record.most <= jobs)
  }

  @Test func oneThreadGoesInThePlansOrder() {
    let record = Record()
    Scheduler(dependencies: [[], [0], [], [2], []], budget: ThreadBudget(jobs: 1)).run { task in
      record.begin(task)
      record.end()
      return .settled
    }
    // The dispatcher may take task 2 before task 0 has ended, but never a later run's before an earlier one's.
    #expect(record.tasks.first == 0)
    #expect(record.tasks.count == 5)
  }

  @Test func stopsAfterAFailureWhenAsked() {
    let record = Record()
    Scheduler(dependencies: (0..<100).map { $0 == 0 ? [] : [$0 - 1] }, budget: ThreadBudget(jobs: 2)).run {
      task in
      record.begin(task)
      record.end()
      return task == 3 ? .stop : .settled
    }
    #expect(record.tasks == [0, 1, 2, 3])
  }

  @Test func startsNothingOnceCancelled() {
    let cancellation = Cancellation()
    let record = Record()
    Scheduler(
      dependencies: (0..<10).map { $0 == 0 ? [] : [$0 - 1] },
      budget: ThreadBudget(jobs: 1, cancellation: cancellation)
    )
    .run { task in
      record.begin(task)
      record.end()
      if task == 4 { cancellation.raise() }
      return .settled
    }
    #expect(record.tasks == [0, 1, 2, 3, 4])
  }

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
}
