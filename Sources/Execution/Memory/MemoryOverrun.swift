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
    "memory beyond piece \(piece) of \(pieces) that a computation works in was written to, so its results are "
      + "not to be trusted and were not kept; this is a mistake of the program: please report it with the config"
  }
}
