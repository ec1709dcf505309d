import Contracts
import Synchronization

/// Artefacts in memory while something still waits for them.
final class ArtefactCache: Sendable {
  private struct State {
    var artefacts: [Int: Artefact] = [:]
    var readersLeft: [Int]
  }

  private let state: Mutex<State>

  /// - Parameter readers: how many tasks read each task's artefact.
  init(readers: [Int]) { state = Mutex(State(readersLeft: readers)) }

  func keep(_ artefact: Artefact, of task: Int) {
    state.withLock { state in
      if state.readersLeft[task] > 0 { state.artefacts[task] = artefact }
    }
  }

  func artefact(of task: Int) -> Artefact? { state.withLock { $0.artefacts[task] } }

  /// One reader of each of these is done with it, whether it read it or not.
  func release(_ tasks: [Int]) {
    state.withLock { state in
      for task in tasks {
        state.readersLeft[task] -= 1
        if state.readersLeft[task] <= 0 { state.artefacts[task] = nil }
      }
    }
  }
}
