import Execution

/// All that a trainer is, in flat buffers: what a checkpoint keeps.
package struct TrainingState: Sendable, Equatable {
  /// Steps done.
  package var step: Int
  /// `x.weights`, `x.first_moments`, `x.second_moments`, the same of y, and `logit_scale`, which is ln(1/τ)
  /// with its two moments.
  package var buffers: [String: [Float]]

  package init(step: Int, buffers: [String: [Float]]) {
    self.step = step
    self.buffers = buffers
  }
}

extension DualTrainer {
  /// A trainer that takes over this state goes on with the same bytes.
  package var state: TrainingState {
    var buffers = ["logit_scale": logitScale]
    for (name, place) in places { buffers[name] = place.values }
    return TrainingState(step: step, buffers: buffers)
  }

  /// - Throws: `TrainingFailure.foreignState` where buffers are missing or of another size; nothing has
  ///   changed then.
  package func restore(_ state: TrainingState) throws {
    for (name, count) in places.map({ ($0.name, $0.place.count) }) + [("logit_scale", 3)] {
      guard state.buffers[name]?.count == count else {
        throw TrainingFailure.foreignState(
          reason: "`\(name)` has \(state.buffers[name]?.count ?? 0) numbers, expected \(count)")
      }
    }
    for (name, place) in places { state.buffers[name]?.withReadSlice { place.update(from: $0) } }
    logitScale = state.buffers["logit_scale"] ?? logitScale
    step = state.step
  }

  private var places: [(name: String, place: FloatSlice)] {
    [("x", x), ("y", y)].flatMap { side, tower in
      [
        ("\(side).weights", tower.weights), ("\(side).first_moments", tower.first),
        ("\(side).second_moments", tower.second),
      ]
    }
  }
}
