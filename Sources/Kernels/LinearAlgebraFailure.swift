/// A LAPACK routine did not reach a result.
package enum LinearAlgebraFailure: Error, Sendable, Equatable {
  /// `routine` gave `info` ≠ 0: below zero for a bad argument, above zero for no convergence.
  case routine(String, info: Int)
}
