import Declarations

/// Why items cannot be fed to a tower.
package enum TowerFailure: Failure, Equatable {
  case wrongShape(expected: TowerInput, found: [Int], areTokens: Bool)
  case tokenOutOfRange(item: Int, position: Int, id: Int, vocabulary: Int)
  /// Items whose tokens go beyond the vocabulary of the tower.
  case vocabularyTooSmall(found: Int, needed: Int)
  /// An image so small that nothing of it reaches the last layer.
  case tooSmall(shape: [Int], least: Int)
  /// A batch in training of which a batch norm sees a single number a channel.
  case noVariance(shape: [Int])
  /// Sizes that no encoder of this kind can have.
  case impossible(reason: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .wrongShape(let expected, let found, let areTokens):
      "the encoder needs \(expected.described), but the data have "
        + (areTokens ? "\(found.first ?? 0) tokens per item" : "items of shape \(found)")
        + "; choose data and encoder that match"
    case .tokenOutOfRange(let item, let position, let id, let vocabulary):
      "item \(item) has the token \(id) at position \(position), but the encoder's vocabulary ends at "
        + "\(vocabulary - 1); set `vocabulary` to that of the tokenizer"
    case .vocabularyTooSmall(let found, let needed):
      "the data have tokens up to \(needed - 1), but the encoder's vocabulary ends at \(found - 1); set "
        + "`vocabulary` to \(needed)"
    case .tooSmall(let shape, let least):
      "images of shape \(shape) are too small for this encoder, which needs at least \(least) pixels per side; raise "
        + "the data's `size`"
    case .noVariance(let shape):
      "with a batch of one image of shape \(shape), the last batch norms of the encoder have one number per channel, "
        + "which has no variance; train on larger batches or larger images"
    case .impossible(let reason): "the encoder cannot be built: \(reason)"
    }
  }
}

extension TowerInput {
  package var described: String {
    switch self {
    case .images(nil): "images [3, height, width]"
    case .images(let side?): "images [3, \(side), \(side)]"
    case .clips(let frames, let side): "videos [\(frames), 3, \(side), \(side)]"
    case .tokens(let context, let vocabulary): "at most \(context) tokens per item, each below \(vocabulary)"
    }
  }
}
