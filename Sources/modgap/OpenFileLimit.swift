import Declarations
import Foundation

/// Fewer files may be opened than the program needs to say what goes wrong later; exit status 74.
struct OpenFileFailure: Failure {
  /// The soft limit; nil where the system allows as many as it can.
  let limit: UInt64?
  /// How many more could be opened, of those asked for.
  let free: Int

  var kind: FailureKind { .io }

  var message: String {
    let said = limit.map { "RLIMIT_NOFILE is \($0)" } ?? "the system's table of open files is full"
    return
      "\(said), so only \(free) more files can be opened, but modgap needs at least \(OpenFileLimit.needed); raise "
      + "the limit (ulimit -n \(OpenFileLimit.wanted)) and run the same command again"
  }
}

/// How many files the process may have open.
///
/// With fewer than 15, libdispatch traps when its first timer or signal source is made, before anything could be
/// said; so this is looked at before anything else is.
enum OpenFileLimit {
  /// Free descriptors without which nothing is begun: libdispatch and Foundation take 8, a child with its pipes 8,
  /// and a stage on each of two cores 6.
  static let needed = 32
  /// Up to here a low soft limit is raised, as far as the hard one allows.
  static let wanted = 4096

  /// Raises a low soft limit. Gives what is wrong where too few are left all the same.
  static func prepare() -> OpenFileFailure? {
    let soft = raised()
    let free = countFree(upTo: needed)
    return free < needed ? OpenFileFailure(limit: soft, free: free) : nil
  }

  /// - Returns: the soft limit as it is now; nil for none.
  private static func raised() -> UInt64? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    if limit.rlim_cur < rlim_t(wanted) {
      var higher = limit
      higher.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &higher) == 0 { limit = higher }
    }
    return limit.rlim_cur == rlim_t.max ? nil : UInt64(limit.rlim_cur)
  }

  /// Whoever starts the program may have left files open in it, so that the limit alone does not tell.
  private static func countFree(upTo count: Int) -> Int {
    var taken: [Int32] = []
    defer { for descriptor in taken { close(descriptor) } }
    while taken.count < count {
      let descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
      guard descriptor >= 0 else { break }
      taken.append(descriptor)
    }
    return taken.count
  }
}
