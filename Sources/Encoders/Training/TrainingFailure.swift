import Declarations

/// Why towers cannot be trained, or no longer.
package enum TrainingFailure: Failure, Equatable {
  case unpaired(x: Int, y: Int)
  case embeddings(x: Int, y: Int)
  case impossible(reason: String)
  case foreignState(reason: String)
  case diverged(step: Int, loss: Double)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unpaired(let x, let y):
      "a batch has \(x) items of the first modality and \(y) of the second; give the same number of both"
    case .embeddings(let x, let y):
      "the encoders' embeddings have \(x) and \(y) dimensions; make them equal"
    case .impossible(let reason): reason
    case .foreignState(let reason): "the saved training state belongs to another training: \(reason)"
    case .diverged(let step, let loss):
      "training diverged: in step \(step) the loss is \(loss), or a gradient is not finite; "
        + "choose a smaller learning rate, or `clip_norm`"
    }
  }
}

extension TrainingOptions {
  /// Refuses what could not be trained, before memory is allocated for it.
  func check(
    _ x: any Tower, _ xWeights: NetworkWeights, _ y: any Tower, _ yWeights: NetworkWeights, capacity: Int
  ) throws {
    func require(_ holds: Bool, _ reason: String) throws {
      if !holds { throw TrainingFailure.impossible(reason: reason) }
    }
    guard x.embedding == y.embedding else {
      throw TrainingFailure.embeddings(x: x.embedding, y: y.embedding)
    }
    try require(capacity > 0, "a batch must have at least one pair")
    try require(
      xWeights.layout == x.layout && yWeights.layout == y.layout, "the weights belong to another encoder")
    if let alignment {
      try require(
        alignment.rows == x.embedding && alignment.columns == x.embedding,
        "the alignment must be \(x.embedding) × \(x.embedding), but is \(alignment.rows) × \(alignment.columns)"
      )
    }
    switch logitScale {
    case .fixed(let scale): try require(scale > 0 && scale.isFinite, "the temperature must be positive")
    case .learnt(let start, let maximum):
      try require(
        start > 0 && start.isFinite && maximum > 0 && maximum.isFinite, "the temperature must be positive")
    }
  }
}
