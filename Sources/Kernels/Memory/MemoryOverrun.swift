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
