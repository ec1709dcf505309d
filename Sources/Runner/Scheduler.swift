import Dispatch
import Execution
import Kernels

/// Runs the tasks of a graph on Dispatch queues, each as soon as all it waits for is settled, as many
/// at once as the thread budget has tokens. It knows nothing of stages; tests drive it with integers.
package final class Scheduler: Sendable {
  /// How a task ended, as far as the graph is concerned.
  package enum Ending: Sendable {
    case settled
    /// Start nothing more; what runs is let finish.
    case stop
  }

  private struct State {
    var waitingFor: [Int]
    var ready: Heap
    var running = 0
    var isStopped = false
  }

  private let dependents: [[Int]]
  private let budget: ThreadBudget
  private let state: Mutex<State>
  private let changed = DispatchSemaphore(value: 0)
  private let queue = DispatchQueue(label: "modgap.stages", qos: .userInitiated, attributes: .concurrent)

  /// - Parameters:
  ///   - dependencies: for each task the tasks it waits for, by index.
  ///   - order: draws which of several tasks starts first; nil for the one of the lowest index.
  package init(dependencies: [[Int]], budget: ThreadBudget, order: UInt64? = nil) {
    var dependents = [[Int]](repeating: [], count: dependencies.count)
    for (task, needed) in dependencies.enumerated() {
      for other in Set(needed) { dependents[other].append(task) }
    }
    self.dependents = dependents
    self.budget = budget
    let waitingFor = dependencies.map { Set($0).count }
    var ready = Heap(ranks: order.map { Self.ranks(dependencies.count, $0) })
    for task in waitingFor.indices where waitingFor[task] == 0 { ready.push(task) }
    state = Mutex(State(waitingFor: waitingFor, ready: ready))
  }

  /// Each task's place in an order that the number draws.
  private static func ranks(_ count: Int, _ order: UInt64) -> [Int] {
    let drawn = RandomStream(seed: order, stage: "scheduler", name: "order").permutation(count)
    var ranks = [Int](repeating: 0, count: count)
    for (rank, task) in drawn.enumerated() { ranks[task] = rank }
    return ranks
  }

  /// Performs every task once, lower indices first where there is a choice; returns when all that was
  /// started has ended. A raised cancellation starts nothing more.
  package func run(_ perform: @escaping @Sendable (Int) -> Ending) {
    while true {
      guard hasReady() else {
        if state.withLock({ $0.running == 0 }) { return }
        changed.wait()
        continue
      }
      budget.acquire()
      guard let task = takeReady() else {
        budget.release()
        continue
      }
      queue.async {
        let ending = perform(task)
        self.budget.release()
        self.settle(task, ending)
        self.changed.signal()
      }
    }
  }

  private func hasReady() -> Bool {
    state.withLock { !$0.ready.isEmpty && !$0.isStopped && !budget.cancellation.isRaised }
  }

  private func takeReady() -> Int? {
    state.withLock { state in
      guard !state.isStopped, !budget.cancellation.isRaised, let task = state.ready.pop() else { return nil }
      state.running += 1
      return task
    }
  }

  private func settle(_ task: Int, _ ending: Ending) {
    state.withLock { state in
      state.running -= 1
      if case .stop = ending { state.isStopped = true }
      for dependent in dependents[task] {
        state.waitingFor[dependent] -= 1
        if state.waitingFor[dependent] == 0 { state.ready.push(dependent) }
      }
    }
  }
}

/// A binary heap of integers, smallest first: the plan's order goes run by run, so taking the smallest
/// finishes one run before the next and keeps few artefacts in memory.
private struct Heap {
  private var items: [Int] = []
  /// What is compared in the place of the integers.
  private let ranks: [Int]?

  init(ranks: [Int]?) { self.ranks = ranks }

  var isEmpty: Bool { items.isEmpty }

  private func isBefore(_ a: Int, _ b: Int) -> Bool { ranks.map { $0[a] < $0[b] } ?? (a < b) }

  mutating func push(_ item: Int) {
    items.append(item)
    var child = items.count - 1
    while child > 0, isBefore(items[child], items[(child - 1) / 2]) {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Int? {
    guard let top = items.first else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while true {
      let smallest = [parent, 2 * parent + 1, 2 * parent + 2].filter { $0 < items.count }
        .min { isBefore(items[$0], items[$1]) }
      guard let smallest, smallest != parent else { return top }
      items.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
