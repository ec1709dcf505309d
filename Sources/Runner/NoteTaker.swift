import Contracts
import Execution

/// Takes down what a stage says of its result while it runs.
final class NoteTaker: Sendable {
  private let state = Mutex(StageNotes())

  var notes: StageNotes { state.withLock { $0 } }

  /// - Returns: whether it was not said before.
  func take(notice: String) -> Bool { state.withLock { $0.add(notice: notice) } }

  func take(fact name: String, _ value: String) { state.withLock { $0.add(fact: name, value) } }
}

/// Sentences that were shown in this run: many tasks may have one thing to say.
final class SaidOnce: Sendable {
  private let said = Mutex<Set<[UInt8]>>([])

  func isNew(_ sentence: String) -> Bool { said.withLock { $0.insert(Array(sentence.utf8)).inserted } }
}
