import Contracts
import Storage

/// How a task of a run ended.
package enum TaskOutcome: Sendable {
  case done(StoredRecord, wasCached: Bool)
  case failed(any Error)
  /// Something it needs failed: the first such task.
  case blocked(by: String)
  case notRun(reason: String)
  /// The run was stopped before or while it ran.
  case interrupted

  package var record: StoredRecord? {
    if case .done(let record, _) = self { return record }
    return nil
  }
}

/// What a run tells while it goes on; progress bars, logs and tests' spies listen.
package enum RunEvent: Sendable {
  case started(task: String)
  case progress(task: String, fraction: Double)
  /// - Parameter isNews: the user should see it at once.
  case log(task: String, line: String, isNews: Bool = false)
  /// A stored artefact that could not be believed, and why.
  case cacheRejected(task: String, reason: String)
  case finished(task: String, outcome: TaskOutcome, seconds: Double)
  /// Something the user should know: gnuplot is missing, a lease is waited for.
  case notice(String)
}

package typealias RunObserver = @Sendable (RunEvent) -> Void
