import Declarations
import Processes

/// Why a figure could not be drawn.
package enum FigureFailure: Failure, Equatable {
  case unknownKind(String, known: [String])
  case badName(String)
  case tooManyPoints(count: Int, most: Int)
  case tooManyValues(column: String, count: Int, most: Int)
  case gnuplotFailed(script: String, ending: ChildProgram.Ending, message: String)
  case gnuplotTooSlow(script: String, seconds: Double)
  case gnuplotNotStarted(path: String, reason: String)
  case pictureNotWhole(file: String, flaw: String, message: String)
  case noScratch(folder: String, reason: String)
  /// The private folder is there, and a file of it could not be written.
  case scratchNotWritten(FileFailure)

  package var kind: FailureKind {
    switch self {
    case .unknownKind, .badName, .tooManyPoints, .tooManyValues: .invalidInput
    case .gnuplotFailed, .gnuplotTooSlow, .gnuplotNotStarted, .pictureNotWhole: .stage
    case .noScratch, .scratchNotWritten: .io
    }
  }

  package var message: String {
    switch self {
    case .unknownKind(let kind, let known):
      "there is no figure of kind \(kind); there are \(known.joined(separator: ", "))"
    case .badName(let name):
      "\"\(name)\" cannot be the name of a figure; use only letters, digits, -, _ and ., and not . or .."
    case .tooManyPoints(let count, let most):
      "it has \(count) points, but a figure can have at most \(most) points, lines and texts; select fewer rows with `where`"
    case .tooManyValues(let column, let count, let most):
      "its column \(column) has \(count) values, but at most \(most) can be distinguished; select some with `where`"
    case .gnuplotFailed(let script, let ending, let message):
      "gnuplot \(ending) on \(script)\(message.isEmpty ? "" : ": \(message)")"
    case .gnuplotTooSlow(let script, let seconds):
      "gnuplot did not finish \(script) in \(plotted(seconds)) seconds and was stopped"
    case .gnuplotNotStarted(let path, let reason): "gnuplot at \(path) could not be started: \(reason)"
    case .pictureNotWhole(let file, let flaw, let message):
      "gnuplot did not write a complete \(file): \(flaw)\(message.isEmpty ? "" : " (gnuplot says: \(message))"); check "
        + "whether a disk is full or the size of files is limited (ulimit -f)"
    case .scratchNotWritten(let failure): failure.message
    case .noScratch(let folder, let reason):
      "\(folder): could not make a folder for gnuplot there: \(reason); set TMPDIR to another folder"
    }
  }
}
