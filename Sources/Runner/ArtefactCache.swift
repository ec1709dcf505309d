import Contracts
import Execution

/// Artefacts in memory while something still waits for them, and, as far as they are small, until the
/// results are written.
final class ArtefactCache: Sendable {
  private struct State {
    var artefacts: [Int: Artefact] = [:]
    var readersLeft: [Int]
    var idleBytes = 0
  }

  /// How much is kept for the writer of results beyond what stages wait for.
  private static let mostIdleBytes = 256 << 20

  private let state: Mutex<State>

  /// - Parameter readers: how many tasks read each task's artefact.
  init(readers: [Int]) { state = Mutex(State(readersLeft: readers)) }

  func keep(_ artefact: Artefact, of task: Int) {
    state.withLock { state in
      if state.readersLeft[task] > 0 || Self.mayIdle(artefact, &state) { state.artefacts[task] = artefact }
    }
  }

  func artefact(of task: Int) -> Artefact? { state.withLock { $0.artefacts[task] } }

  /// One reader of each of these is done with it, whether it read it or not.
  func release(_ tasks: [Int]) {
    state.withLock { state in
      for task in tasks {
        state.readersLeft[task] -= 1
        guard state.readersLeft[task] == 0, let artefact = state.artefacts[task] else { continue }
        if !Self.mayIdle(artefact, &state) { state.artefacts[task] = nil }
      }
    }
  }

  private static func mayIdle(_ artefact: Artefact, _ state: inout State) -> Bool {
    guard let family = artefact.embeddings else { return false }
    var bytes = family.bases.reduce(0) { $0 + 4 * ($1.x.values.count + ($1.y?.values.count ?? 0)) }
    if case .model(let model) = artefact { bytes += model.tensors.reduce(0) { $0 + 4 * $1.values.count } }
    guard state.idleBytes + bytes <= mostIdleBytes else { return false }
    state.idleBytes += bytes
    return true
  }
}
