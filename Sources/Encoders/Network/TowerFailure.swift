import Declarations

/// Why items cannot be fed to a tower.
package enum TowerFailure: Failure, Equatable {
  case wrongShape(expected: TowerInput, found: [Int], areTokens: Bool)
  case tokenOutOfRange(item: Int, position: Int, id: Int, vocabulary: Int)
  /// Items whose tokens go beyond the vocabulary of the tower.
  case vocabularyTooSmall(found: Int, needed: Int)
  /// A picture so small that nothing of it reaches the last layer.
  case tooSmall(shape: [Int], least: Int)
  /// A batch in training of which a batch norm sees a single number a channel.
  case noVariance(shape: [Int])
  /// Sizes that no encoder of this kind can have.
  case impossible(reason: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .wrongShape(let expected, let found, let areTokens):
      "the encoder takes \(expected.described), and the data give "
        + (areTokens ? "\(found.first ?? 0) tokens an item" : "items of shape \(found)")
        + "; choose the data or the encoder to match"
    case .tokenOutOfRange(let item, let position, let id, let vocabulary):
      "item \(item) has the token \(id) at position \(position), and the encoder's vocabulary ends at "
        + "\(vocabulary - 1); set `vocabulary` to the tokenizer's"
    case .vocabularyTooSmall(let found, let needed):
      "the data have tokens up to \(needed - 1), and the encoder's vocabulary ends at \(found - 1); set "
        + "`vocabulary` to \(needed)"
    case .tooSmall(let shape, let least):
      "pictures of shape \(shape) are too small for this encoder, which needs at least \(least) pixels a side"
    case .noVariance(let shape):
      "a batch of one picture of shape \(shape) leaves the last batch norms of the encoder one number a channel, "
        + "which has no variance; train on larger batches, or on larger pictures"
    case .impossible(let reason): "there is no such encoder: \(reason)"
    }
  }
}

extension TowerInput {
  package var described: String {
    switch self {
    case .images(nil): "pictures [3, height, width]"
    case .images(let side?): "pictures [3, \(side), \(side)]"
    case .clips(let frames, let side): "clips [\(frames), 3, \(side), \(side)]"
    case .tokens(let context, let vocabulary): "at most \(context) tokens an item, each below \(vocabulary)"
    }
  }
}
