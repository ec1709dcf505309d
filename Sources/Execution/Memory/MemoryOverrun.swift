import Declarations

/// Memory beyond a piece of an arena was written to: what a program without mistakes never says.
package struct MemoryOverrun: Error, Sendable, Equatable {
  /// What was written beyond, from 1 on; 0 for what lies before the first.
  package let piece: Int
  package let pieces: Int

  package init(piece: Int, pieces: Int) {
    self.piece = piece
    self.pieces = pieces
  }
}

extension MemoryOverrun: Failure {
  package var kind: FailureKind { .internal }

  package var message: String {
    "a computation wrote beyond the end of piece \(piece) of \(pieces) of its memory, so its results may be wrong and "
      + "were not kept; this is a bug of the program: please report it with the config"
  }
}
