/// A failure that may be for want of a file or folder.
package protocol AbsenceFailure: Failure {
  /// The path at which there is nothing; nil where something else is wrong.
  var absent: String? { get }
}

/// A failure for want of a file that a command gets.
package struct ObtainableFailure: AbsenceFailure {
  package let cause: any AbsenceFailure
  package let command: String

  package var absent: String? { cause.absent }
  package var kind: FailureKind { cause.kind }
  package var message: String { "\(cause.message); run \"\(command)\" to get what is missing" }
}

extension Error {
  /// The same, with the command that gets the file where this is for want of one.
  package func obtainable(by command: (_ missing: String) -> String?) -> any Error {
    guard !(self is ObtainableFailure), let cause = self as? any AbsenceFailure, let path = cause.absent,
      let command = command(path)
    else { return self }
    return ObtainableFailure(cause: cause, command: command)
  }
}
