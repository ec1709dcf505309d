import Declarations

/// A LAPACK routine did not reach a result.
package enum LinearAlgebraFailure: Error, Sendable, Equatable {
  /// `routine` gave `info` ≠ 0: below zero for a bad argument, above zero for no convergence.
  case routine(String, info: Int)
}

extension LinearAlgebraFailure: Failure {
  package var kind: FailureKind { .internal }

  package var message: String {
    switch self {
    case .routine(let name, let info) where info < 0:
      "LAPACK's \(name) refused its argument \(-info); this is a bug of the program: please report it"
    case .routine(let name, let info):
      "LAPACK's \(name) did not converge (info = \(info)); check the embeddings for extreme values"
    }
  }
}
