import Declarations
import Execution
import Files
import Foundation

/// Another program, run with an environment of its own, within a time, and with no more of its output kept than is
/// asked for. It has its own process group, which is ended with it: nothing that it started stays.
package struct ChildProgram: Sendable, Equatable {
  package let path: String

  /// How a program ended.
  package enum Ending: Sendable, Equatable, CustomStringConvertible {
    case status(Int32)
    case signal(Int32)
    /// It was stopped at the limit.
    case tooSlow
    /// The system has taken its status away.
    case unknown

    package var description: String {
      switch self {
      case .status(let status): "ended with status \(status)"
      case .signal(let number): "was ended by signal \(number) (\(String(cString: strsignal(number))))"
      case .tooSlow: "was stopped"
      case .unknown: "ended"
      }
    }
  }

  package struct Limit: Sendable {
    package let seconds: Double
    /// Of standard output, and of standard error; what comes beyond is read and dropped.
    package let outputBytes: Int

    package init(seconds: Double, outputBytes: Int = 1 << 16) {
      (self.seconds, self.outputBytes) = (seconds, outputBytes)
    }
  }

  package struct Ended: Sendable {
    package let ending: Ending
    package let output: [UInt8]
    package let errors: [UInt8]
  }

  /// The value of `errno` where it could not be started.
  package struct NotStarted: Error {
    package let code: Int32
  }

  package init(path: String) { self.path = path }

  /// The first regular file of this name that may be executed, in the folders of `PATH`. A relative folder is passed
  /// over: it would be one of the folder that the program was called in.
  package static func find(
    _ name: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> ChildProgram? {
    (environment["PATH"] ?? "").utf8.split(separator: UInt8(ascii: ":")).lazy
      .filter { $0.first == UInt8(ascii: "/") }
      .map { String(decoding: $0, as: UTF8.self) + "/" + name }
      .first { Paths.isRegular($0) && Paths.allows(X_OK, $0) }
      .map(ChildProgram.init)
  }

  /// Runs it in a folder, without input.
  ///
  /// - Parameters:
  ///   - environment: by default, of this program's what finds programs, libraries and fonts.
  ///   - whileRunning: called about fifty times a second until it has ended.
  /// - Throws: `NotStarted`; `Cancelled` once the flag is up, after it was ended.
  package func run(
    _ arguments: [String], in folder: String = "/", environment: [String: String]? = nil, limit: Limit,
    cancellation: Cancellation = Cancellation(), whileRunning: () -> Void = {}
  ) throws -> Ended {
    try cancellation.check()
    let (output, errors) = (try BoundedPipe(limit.outputBytes), try BoundedPipe(limit.outputBytes))
    SignalRelay.begin()
    let group = try ProcessGroup(
      path, arguments, environment: environment, folder: folder, output: output.writingEnd,
      errors: errors.writingEnd, seconds: limit.seconds)
    output.closeWritingEnd()
    errors.closeWritingEnd()
    let end = ContinuousClock.now + .seconds(limit.seconds)
    var isLate = false
    while !group.hasEnded, !cancellation.isRaised, !isLate {
      BoundedPipe.wait(for: [output, errors], milliseconds: 20)
      whileRunning()
      isLate = ContinuousClock.now > end
    }
    let ending = group.end()
    SignalRelay.waitWhereEnding()
    output.drain()
    errors.drain()
    try cancellation.check()
    return Ended(
      ending: isLate ? .tooSlow : ending, output: output.bytes, errors: errors.bytes)
  }
}
