import Declarations
import Files
import Foundation
import Kernels
import Processes

/// This program, started anew with other arguments: no row's memory, caches or threads are another's, and a program's
/// own start is part of what is timed.
struct ChildProcess {
  private let arguments: [String]
  private let program: ChildProgram

  init(_ arguments: [String]) {
    self.arguments = arguments
    program = ChildProgram(path: Paths.program ?? "modgap")
  }

  /// No row takes as long, on all threads together; what one prints is one JSON object.
  private static let limit = ChildProgram.Limit(seconds: 1e7, outputBytes: 1 << 22)

  /// How long it takes from its start to its end.
  /// - Throws: `BenchFailure` where it ends with another status than these.
  func seconds(allowing statuses: Set<Int32> = [0]) throws -> Double {
    let started = ContinuousClock.now
    _ = try run(allowing: statuses)
    return (ContinuousClock.now - started) / .seconds(1)
  }

  /// What it prints.
  /// - Throws: `BenchFailure` where it does not end with status 0.
  func output() throws -> [UInt8] { try run(allowing: [0]) }

  private func run(allowing statuses: Set<Int32>) throws -> [UInt8] {
    let command = "modgap \(arguments.joined(separator: " "))"
    do {
      // The child chooses its BLAS kernel itself, as it does for a user.
      let ended = try program.run(
        arguments, in: Paths.current,
        environment: BLASKernel.childEnvironment(ProcessInfo.processInfo.environment), limit: Self.limit)
      if case .status(let status) = ended.ending, statuses.contains(status) { return ended.output }
      let last = String(decoding: ended.errors, as: UTF8.self).split(separator: "\n").last
      throw BenchFailure.child(command: command, ending: ended.ending, message: last.map(String.init) ?? "")
    } catch let failure as ChildProgram.NotStarted {
      throw BenchFailure.notStarted(command: command, code: failure.code)
    }
  }
}

/// What this process has used.
enum OwnUse {
  /// The most memory this process has held since its start, as Linux counts it; 0 where it does not.
  static var peakBytes: Int {
    let status = SystemText.read("/proc/self/status")
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    return (kibibytes ?? 0) * 1024
  }

  /// How long all threads of this process have computed; its children are not counted.
  static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
