import Execution
import Runner
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

  @Test(arguments: [1, 2, 4, 7]) func whatNeedsMuchMemoryRunsAlone(jobs: Int) {
    let (tasks, inside) = (Record(), Record())
    let budget = ThreadBudget(jobs: jobs, memory: MemoryBudget(capacity: 10))
    Scheduler(dependencies: [[Int]](repeating: [], count: 40), budget: budget).run { task in
      tasks.begin(task)
      // More than there is, too.
      try? budget.withMemory(task == 7 ? 100 : 6) {
        inside.begin(task)
        try? budget.forEachBlock(20) { _ in for _ in 0..<100 { _ = inside.most } }
        inside.end()
      }
      tasks.end()
      return .settled
    }
    #expect(inside.tasks.count == 40)
    #expect(inside.most == 1)
    // Who waits holds its place: no further stage begins.
    #expect(tasks.most <= jobs)
  }
}
