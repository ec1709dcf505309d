import Declarations
import Foundation
import Kernels

/// This program, started anew with other arguments. `posix_spawn` starts it in a fraction of a
/// millisecond, so that its own start is what is timed.
struct ChildProcess {
  private let arguments: [String]
  private let program: String

  init(_ arguments: [String]) {
    self.arguments = arguments
    program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "modgap"
  }

  /// The most memory this process has held since its start, as Linux counts it; 0 where it does not.
  static var ownPeakBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    return (kibibytes ?? 0) * 1024
  }

  /// How long all threads of this process have computed; its children are not counted.
  static var ownProcessorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// How long it takes from its start to its end.
  /// - Throws: `BenchFailure` where it ends with another status than these.
  func seconds(allowing statuses: Set<Int32> = [0]) throws -> Double {
    let started = ContinuousClock.now
    let (status, message) = try run(output: nil)
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    guard statuses.contains(status) else { throw failure(status, message) }
    return seconds
  }

  /// What it prints.
  func output() throws -> Data {
    var data = Data()
    let (status, message) = try run { data = (try? $0.readToEnd()) ?? Data() }
    guard status == 0 else { throw failure(status, message) }
    return data
  }

  private func failure(_ status: Int32, _ message: String) -> BenchFailure {
    .child(command: "modgap \(arguments.joined(separator: " "))", status: status, message: message)
  }

  /// Runs it with its errors in a file, so that no full pipe stops it.
  private func run(output read: ((FileHandle) -> Void)?) throws -> (status: Int32, message: String) {
    guard let errors = tmpfile() else { throw FileFailure(.open, NSTemporaryDirectory(), code: errno) }
    defer { fclose(errors) }
    let pipe = read.map { _ in Pipe() }
    let id = try spawn(output: pipe?.fileHandleForWriting.fileDescriptor, errors: fileno(errors))
    try? pipe?.fileHandleForWriting.close()
    if let pipe, let read { read(pipe.fileHandleForReading) }
    var state: Int32 = 0
    while waitpid(id, &state, 0) < 0, errno == EINTR {}
    let signal = state & 0x7f
    return (signal == 0 ? (state >> 8) & 0xff : 128 + signal, Self.lastLine(of: errors))
  }

  private func spawn(output: Int32?, errors: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, 1)
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    // The child chooses its BLAS kernel itself, as it does for a user.
    let environment = BLASKernel.childEnvironment(ProcessInfo.processInfo.environment)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var id: pid_t = 0
    let code = posix_spawn(&id, program, &actions, nil, &words, &variables)
    guard code == 0 else { throw BenchFailure.notStarted(command: program, code: code) }
    return id
  }

  private static func lastLine(of file: UnsafeMutablePointer<FILE>) -> String {
    rewind(file)
    let handle = FileHandle(fileDescriptor: fileno(file), closeOnDealloc: false)
    let text = (try? handle.readToEnd()) ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
  }
}
