import Contracts

/// What a program without mistakes never says.
package enum MemoryFailure: Failure, Equatable {
  /// - Parameter piece: what was written beyond, from 1 on; 0 for what lies before the first.
  case overrun(piece: Int, pieces: Int)

  package var kind: FailureKind { .internal }

  package var sentence: String {
    switch self {
    case .overrun(let piece, let pieces):
      "memory beyond piece \(piece) of \(pieces) that a network works in was written to, so its results are "
        + "not to be trusted and were not kept; this is a mistake of the program: please report it with the config"
    }
  }
}
