import CChild
import Execution
import Files
import Foundation

/// A program that was started as the first of a process group of its own.
final class ProcessGroup {
  private let id: pid_t
  private var isOver = false

  /// Those that run.
  private static let running = Mutex<Set<pid_t>>([])

  /// - Throws: `ChildProgram.NotStarted`.
  init(
    _ path: String, _ arguments: [String], environment: [String: String]?, folder: String, output: Int32,
    errors: Int32, seconds: Double
  ) throws {
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var variables =
      (environment ?? Self.environment(scratch: folder)).map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var id: pid_t = 0
    let code = modgap_start_child(
      path, &words, &variables, folder, output, errors, UInt32(max(1, seconds.rounded(.up))), &id)
    guard code == 0 else { throw ChildProgram.NotStarted(code: code) }
    self.id = id
    Self.running.withLock { _ = $0.insert(id) }
  }

  deinit { _ = end() }

  /// What finds programs, libraries and fonts, and nothing that has a say in what is drawn.
  private static func environment(scratch: String) -> [String: String] {
    let names = [
      "PATH", "HOME", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "XDG_CACHE_HOME",
      "XDG_DATA_HOME",
    ]
    let own = ProcessInfo.processInfo.environment.filter { names.contains($0.key) }
    return own.merging(["LC_ALL": "C.UTF-8", "TMPDIR": scratch]) { _, new in new }
  }

  /// Whether the program itself has ended; it stays known to the system, so that nobody gets its number.
  var hasEnded: Bool {
    var info = siginfo_t()
    let code = waitid(P_PID, id_t(id), &info, WEXITED | WNOHANG | WNOWAIT)
    return code == 0 ? info.si_signo == SIGCHLD : errno != EINTR
  }

  /// Ends it, where it runs, and all that it started.
  func end() -> ChildProgram.Ending {
    guard !isOver else { return .unknown }
    isOver = true
    kill(-id, SIGKILL)
    var state: Int32 = 0
    var code = waitpid(id, &state, 0)
    while code < 0, errno == EINTR { code = waitpid(id, &state, 0) }
    Self.running.withLock { _ = $0.remove(id) }
    guard code == id else { return .unknown }
    let signal = state & 0x7F
    return signal == 0 ? .status((state >> 8) & 0xFF) : .signal(signal)
  }

  // MARK: - All of them

  /// For whoever ends this program at once: ends all programs that run for it, and removes their folders.
  static func endAll() {
    for id in running.withLock({ $0 }) { kill(-id, SIGKILL) }
    PrivateFolder.removeAll()
  }

}

extension ChildProgram {
  /// For whoever ends this program at once.
  package static func endAll() { ProcessGroup.endAll() }
}
