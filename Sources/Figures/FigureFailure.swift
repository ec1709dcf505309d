import Contracts

/// Why a figure could not be drawn.
package enum FigureFailure: Failure, Equatable {
  case unknownKind(String, known: [String])
  case badName(String)
  case gnuplotFailed(script: String, status: Int32, message: String)
  case gnuplotTooSlow(script: String, seconds: Double)
  case gnuplotNotStarted(path: String, reason: String)

  package var kind: FailureKind {
    switch self {
    case .unknownKind, .badName: .invalidInput
    case .gnuplotFailed, .gnuplotTooSlow, .gnuplotNotStarted: .stage
    }
  }

  package var sentence: String {
    switch self {
    case .unknownKind(let kind, let known):
      "there is no figure of kind \(kind); there are \(known.joined(separator: ", "))"
    case .badName(let name):
      "\"\(name)\" cannot name a figure: letters, digits, -, _ and . only, and not . or .."
    case .gnuplotFailed(let script, let status, let message):
      "gnuplot ended with status \(status) on \(script): \(message)"
    case .gnuplotTooSlow(let script, let seconds):
      "gnuplot did not finish \(script) in \(plotted(seconds)) seconds and was stopped"
    case .gnuplotNotStarted(let path, let reason): "gnuplot at \(path) could not be started: \(reason)"
    }
  }
}
