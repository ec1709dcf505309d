import Execution
import Files
import Foundation
import Processes

/// This program, started anew for a part of a night: to be killed, or with another of OpenBLAS's kernels, which is
/// chosen when it is loaded.
struct OwnProgram {
  let cancellation: Cancellation

  /// - Parameter kernel: nil for the one that this process has.
  /// - Throws: `Cancelled`; what starting it throws.
  func run(_ arguments: [String], kernel: String? = nil, seconds: Double) throws -> ChildProgram.Ended {
    var environment = ProcessInfo.processInfo.environment
    if let kernel { environment["OPENBLAS_CORETYPE"] = kernel }
    return try ChildProgram(path: Paths.program ?? CommandLine.arguments[0]).run(
      arguments, in: Paths.current, environment: environment, limit: .init(seconds: seconds),
      cancellation: cancellation)
  }
}
