/// The input of the encoder of one side of a data set.
package enum InputKind: Sendable, Equatable {
  /// Of one item: `[3, height, width]`, `[frames, 3, height, width]` or `[length]`.
  case numbers(shape: [Int])
  case tokens(context: Int, vocabulary: Int)
}

extension InputKind {
  /// Pixels a side of square images, alone or in clips.
  package var side: Int? {
    guard case .numbers(let shape) = self, shape.count >= 3, shape[shape.count - 1] == shape[shape.count - 2]
    else { return nil }
    return shape[shape.count - 1]
  }
}
