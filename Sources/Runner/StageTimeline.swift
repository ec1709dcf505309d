import Execution
import ExperimentPlan
import Foundation

/// When a task of the last run ran. It stands in `provenance.json`, beside the results, whose bytes do not depend on it.
struct TimedTask: Codable, Sendable, Equatable {
  let task: String
  let key: String
  /// Seconds since the run's start.
  let start: Double
  let seconds: Double
  let cached: Bool
  /// What it took when it was computed, and the most memory that the process had had by then, in bytes; nil where a run
  /// computed it that did not note this.
  var computedSeconds: Double?
  var peakBytes: Double?

  var end: Double { start + seconds }

  /// Whoever wrote the file may have written anything.
  var isCredible: Bool {
    [start, seconds, computedSeconds ?? 0, peakBytes ?? 0].allSatisfy { (0...1e15).contains($0) }
  }
}

/// Notes when the tasks of a run begin and end, on any thread.
final class StageTimeline: Sendable {
  private let origin = ContinuousClock.now
  private let noted = Mutex<[String: TimedTask]>([:])

  /// Seconds since the run's start, to the millisecond.
  var now: Double { (((ContinuousClock.now - origin) / .milliseconds(1)).rounded()) / 1000 }

  func note(_ task: String, key: String, from start: Double, wasCached: Bool) {
    let seconds = ((now - start) * 1000).rounded() / 1000
    let entry = TimedTask(
      task: task, key: key, start: start, seconds: seconds, cached: wasCached,
      computedSeconds: wasCached ? nil : seconds, peakBytes: wasCached ? nil : ProcessMemory.peak)
    noted.withLock { $0[task] = entry }
  }

  /// In the order of the plan; what was cached keeps what an earlier run noted when it computed the same.
  func entries(of plan: Plan, carrying earlier: [TimedTask]) -> [TimedTask] {
    let known = Dictionary(earlier.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    let noted = noted.withLock { $0 }
    return plan.tasks.compactMap { task in
      guard var entry = noted[task.id] else { return nil }
      if entry.cached, let before = known[entry.key], before.isCredible {
        (entry.computedSeconds, entry.peakBytes) = (before.computedSeconds, before.peakBytes)
      }
      return entry
    }
  }
}
