/// What kind of failure it is, and so which exit status the program ends with.
package enum FailureKind: Int32, Sendable {
  case stage = 1
  case nothingEvaluated = 3
  case usage = 64
  case invalidInput = 65
  case `internal` = 70
  case io = 74
  case leaseTimeout = 75
}

/// An error that carries data; its message is made in one place, where the error is declared.
package protocol Failure: Error, Sendable, CustomStringConvertible {
  var kind: FailureKind { get }

  /// What was wrong, with what was found and expected, and what to do about it.
  var message: String { get }
}

extension Failure {
  package var description: String { message }
}
