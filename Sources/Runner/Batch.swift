import Declarations
import Execution
import ExperimentPlan
import Files
import Foundation
import Storage

/// Plans that are executed as one: one graph of all their tasks, one budget of threads and memory, one store.
///
/// A task that several plans have is computed for the first of them; the others wait for it and find it in the store.
/// Each plan's results are written as soon as its last task is settled.
///
///     figure3  ─ clip ─ shifted ─ loss ─ results/figure3
///                 ╎ (the same task, once)
///     figure1  ─ clip ─ pca ─ results/figure1
package struct Batch: Sendable {
  private let engines: [Engine]

  /// - Parameter engines: of one results folder, with the same jobs and the same cancellation.
  package init(_ engines: [Engine]) { self.engines = engines }

  /// Runs all of them, whatever becomes of one.
  ///
  /// - Returns: in their order, how each ended, or why its results folder could not be used.
  package func run() -> [Result<RunSummary, any Error>] {
    guard let first = engines.first else { return [] }
    let means: SharedMeans
    do {
      means = try SharedMeans(
        root: first.folder.root, jobs: first.options.jobs, catalog: first.catalog,
        cancellation: first.cancellation)
    } catch {
      return engines.map { _ in .failure(error) }
    }
    let running = Running(prepared(means))
    Scheduler(dependencies: running.dependencies, budget: means.budget, order: first.options.order)
      .run(running.perform)
    // What was not come to, because the run was stopped.
    for plan in engines.indices { running.finish(plan) }
    return running.results
  }

  /// In the order of their folders, as every other batch takes them, so that no two wait for each other.
  private func prepared(_ means: SharedMeans) -> [Result<PreparedRun, any Error>] {
    var prepared = [Result<PreparedRun, any Error>?](repeating: nil, count: engines.count)
    var owners: [ExactString: String] = [:]
    let order = engines.indices.sorted {
      engines[$0].folder.experiment.isExactlyBefore(engines[$1].folder.experiment)
        || engines[$0].folder.experiment.isExactly(engines[$1].folder.experiment) && $0 < $1
    }
    for index in order {
      let engine = engines[index]
      let name = ExactString(engine.folder.experiment)
      prepared[index] = Result {
        let selection = try engine.selection()
        if let owner = owners[name] {
          throw RunFailure.sameName(
            engine.folder.experiment, config: engine.plan.experiment.path, other: owner)
        }
        owners[name] = engine.plan.experiment.path
        return try PreparedRun(engine, selection, means)
      }
    }
    return prepared.map { $0 ?? .failure(Cancelled()) }
  }
}

/// The plans' tasks in one graph, and behind each plan's a node that writes its results.
private final class Running: Sendable {
  private struct Node {
    let plan: Int
    /// Nil for the writing of the plan's results.
    let task: Int?
    /// The same task of an earlier plan.
    let twin: Int?
  }

  let dependencies: [[Int]]
  private let nodes: [Node]
  private let runs: Mutex<[PreparedRun?]>
  private let endings: Mutex<[Result<RunSummary, any Error>?]>

  init(_ prepared: [Result<PreparedRun, any Error>]) {
    var graph = Graph()
    let isAlone = prepared.count == 1
    for (index, run) in prepared.enumerated() {
      guard let run = try? run.get() else { continue }
      graph.add(run, index, isAlone ? [] : run.engine.plan.taskIdentities)
    }
    (nodes, dependencies) = (graph.nodes, graph.dependencies)
    runs = Mutex(prepared.map { try? $0.get() })
    endings = Mutex(
      prepared.map { if case .failure(let error) = $0 { .failure(error) } else { nil } })
  }

  private struct Graph {
    var nodes: [Node] = []
    var dependencies: [[Int]] = []
    private var firsts: [String: Int] = [:]

    /// - Parameter identities: of the tasks; empty where there is no other plan.
    mutating func add(_ run: PreparedRun, _ plan: Int, _ identities: [String]) {
      let (tasks, start) = (run.engine.plan.tasks, nodes.count)
      for (index, task) in tasks.enumerated() {
        let isSelected = run.selected.contains(index)
        let identity = isSelected && !identities.isEmpty ? identities[index] : nil
        let twin = identity.flatMap { firsts[$0] }
        if let identity, twin == nil { firsts[identity] = start + index }
        nodes.append(Node(plan: plan, task: index, twin: twin))
        dependencies.append(
          isSelected ? task.dependencies.map { $0 + start } + (twin.map { [$0] } ?? []) : [])
      }
      nodes.append(Node(plan: plan, task: nil, twin: nil))
      dependencies.append(Array(start..<start + tasks.count))
    }
  }

  func perform(_ index: Int) -> Scheduler.Ending {
    let node = nodes[index]
    guard let task = node.task else {
      finish(node.plan)
      return .settled
    }
    guard let run = run(node.plan), run.selected.contains(task) else { return .settled }
    return run.perform(task, twin: node.twin.flatMap(outcome))
  }

  private func run(_ plan: Int) -> PreparedRun? { runs.withLock { $0[plan] } }

  /// Also of a plan whose results are written: its outcomes are in its summary.
  private func outcome(_ index: Int) -> TaskOutcome? {
    guard let task = nodes[index].task else { return nil }
    if let run = run(nodes[index].plan) { return run[task] }
    return (try? endings.withLock { $0[nodes[index].plan] }?.get())?.outcomes[task]
  }

  /// Writes a plan's results, unless that was done.
  func finish(_ plan: Int) {
    guard let run = run(plan) else { return }
    let ending = Result { try run.finish() }
    endings.withLock { $0[plan] = ending }
    // Its artefacts need no memory any more.
    runs.withLock { $0[plan] = nil }
  }

  var results: [Result<RunSummary, any Error>] {
    endings.withLock { $0.map { $0 ?? .failure(Cancelled()) } }
  }
}

extension Plan {
  /// Equal for tasks, of any plans, that are the same in all that they depend on.
  package var taskIdentities: [String] {
    tasks.reduce(into: []) { known, task in
      let needed =
        task.inputs.map { known[$0] }
        + task.references.sorted { $0.key < $1.key }.map { "\($0.key) \(known[$0.value])" }
      let own = TaskKey.signature(of: task, in: tasks)
      known.append(Digest(of: ([own] + needed).joined(separator: "\n")).hex)
    }
  }
}
