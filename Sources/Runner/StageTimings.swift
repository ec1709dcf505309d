import Contracts
import ExperimentPlan
import Foundation
import Storage
import Synchronization

/// How long stages took, for predictions and ETAs: a sidecar of the store, never part of a result.
package final class StageTimings: Sendable {
  private struct Entry: Codable {
    var seconds: Double
    var count: Int
  }

  private let entries: Mutex<[String: Entry]>
  private let path: String

  package init(resultsFolder: String) {
    path = resultsFolder + "/.store/timings.json"
    let data = FileManager.default.contents(atPath: path)
    entries = Mutex(data.flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:])
  }

  /// Seconds to expect, from this very stage if it ran before, else from its kind.
  package func prediction(for task: PlannedTask) -> Double? {
    entries.withLock { ($0[Self.own(task)] ?? $0[Self.kind(task)])?.seconds }
  }

  package func note(_ task: PlannedTask, seconds: Double) {
    entries.withLock { entries in
      for name in [Self.own(task), Self.kind(task)] {
        var entry = entries[name] ?? Entry(seconds: seconds, count: 0)
        entry.count += 1
        entry.seconds += (seconds - entry.seconds) / Double(min(entry.count, 5))
        entries[name] = entry
      }
    }
  }

  /// Losing a prediction harms nothing, so a failure to write is not one of the run.
  package func save() {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let data = entries.withLock({ try? encoder.encode($0) }) else { return }
    try? AtomicWriter(syncsFile: false).write([UInt8](data), to: path)
  }

  private static func kind(_ task: PlannedTask) -> String { "\(task.phase.rawValue)/\(task.kind)" }

  /// The stage by its work: kind and parameters without files.
  private static func own(_ task: PlannedTask) -> String { "\(kind(task)):\(task.stage)" }
}
