import Contracts
import Execution
import ExperimentPlan
import Files
import Foundation
import Stages
import Storage

/// How long stages took, for predictions and ETAs: a sidecar of the store, never part of a result.
package final class StageTimings: Sendable {
  private struct Entry: Codable {
    var seconds: Double
    var count: Int

    /// Whoever wrote the file may have written anything; no stage takes a thousand years.
    var isCredible: Bool { (0...StageTimings.longest).contains(seconds) && (0..<Int.max).contains(count) }
  }

  /// A thousand years.
  private static let longest = 3e10
  /// More runs than anybody counts; a file may state any number.
  private static let mostCounted = 1_000_000

  private let entries: Mutex<[String: Entry]>
  private let catalog: StageCatalog
  private let files: InnerFolder
  private static let file = InnerPath(fixed: "timings.json")

  package init(resultsFolder: String, catalog: StageCatalog = stageCatalog) {
    self.catalog = catalog
    files = ResultsFolder(root: resultsFolder, experiment: "").storeFiles
    let bytes = (try? files.readIfPresent(Self.file)) ?? nil
    let known = bytes.flatMap { try? JSONDecoder().decode([String: Entry].self, from: Data($0)) } ?? [:]
    entries = Mutex(known.filter { $0.value.isCredible })
  }

  /// Seconds to expect. Stages of networks: from one of the same size if it ran before, else by the operations that
  /// they take and the speed of their kind, of other networks, or a usual one. All others: from this very stage if it
  /// ran before, else from its kind.
  package func prediction(of index: Int, in plan: Plan) -> Double? {
    let task = plan.tasks[index]
    let work = plan.operations(of: index, catalog)
    return entries.withLock { entries in
      guard let work, work > 0 else { return (entries[Self.own(task)] ?? entries[Self.kind(task)])?.seconds }
      if let known = entries[Self.size(task, work)] { return known.seconds }
      let speed = entries[Self.speed(task)] ?? entries[Self.networks]
      return min(Self.longest, work * (speed?.seconds ?? Self.usualSeconds))
    }
  }

  package func note(_ index: Int, in plan: Plan, seconds: Double) {
    let task = plan.tasks[index]
    var values = [Self.own(task): seconds, Self.kind(task): seconds]
    if let work = plan.operations(of: index, catalog), work > 0 {
      values[Self.size(task, work)] = seconds
      values[Self.speed(task)] = seconds / work
      values[Self.networks] = seconds / work
    }
    entries.withLock { entries in
      for (name, value) in values {
        var entry = entries[name] ?? Entry(seconds: value, count: 0)
        entry.count = min(entry.count, Self.mostCounted) + 1
        entry.seconds += (value - entry.seconds) / Double(min(entry.count, 5))
        entries[name] = entry
      }
    }
  }

  /// Losing a prediction harms nothing, so a failure to write is not one of the run.
  package func save() {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let data = entries.withLock({ try? encoder.encode($0) }) else { return }
    try? files.write([UInt8](data), to: Self.file)
  }

  private static func kind(_ task: PlannedTask) -> String { "\(task.phase.rawValue)/\(task.kind)" }

  /// The stage by its work: kind and parameters without files.
  private static func own(_ task: PlannedTask) -> String { "\(kind(task)):\(task.stage)" }

  private static func size(_ task: PlannedTask, _ work: Double) -> String {
    "\(kind(task)) of \(String(format: "%.6g", work)) operations"
  }

  private static func speed(_ task: PlannedTask) -> String { "\(kind(task)), seconds an operation" }

  private static let networks = "networks, seconds an operation"

  /// Where no network ever ran: each core at 3·10¹⁰ operations a second.
  private static let usualSeconds = 1 / (3e10 * Double(ProcessInfo.processInfo.activeProcessorCount))
}

extension Plan {
  /// About how many floating-point operations a task takes; nil where that is not known.
  fileprivate func operations(of index: Int, _ catalog: StageCatalog) -> Double? {
    let task = tasks[index]
    switch task.phase {
    case .`init`: return catalog.variant(.`init`, task.kind)?.signature.work?.operations(task.parameters)
    case .train:
      var maker = task
      while maker.phase != .`init`, let input = maker.inputs.first { maker = tasks[input] }
      return catalog.variant(.`init`, maker.kind)?.signature.work?
        .ofTraining(task.parameters, maker.parameters)
    case .shift, .evaluate: return nil
    }
  }
}
