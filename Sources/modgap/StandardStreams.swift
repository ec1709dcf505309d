import Declarations
import Execution
import Foundation

/// Standard output that could not be written; exit status 74.
struct OutputFailure: Failure {
  /// The value of `errno`.
  let code: Int32

  var kind: FailureKind { .io }

  var message: String {
    switch code {
    case EBADF: "standard output is closed, so the output could not be written; open it, or send it to a file"
    case ENOSPC: "standard output: the disk is full; free some space and run the same command again"
    case EDQUOT: "standard output: the disk quota is used up; free some space and run the same command again"
    default: "standard output could not be written: \(String(cString: strerror(code)))"
    }
  }
}

/// Standard output and standard error, written with write(2): Foundation's own writing traps where it fails.
enum StandardStreams {
  /// To be called before any file is opened.
  ///
  /// A stream that the caller closed gets /dev/null, open for the other direction: so no file of ours gets
  /// its number, and writing to it fails as it should. Signals for what a call reports anyway are ignored.
  static func prepare() {
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    // A terminal with `stty tostop` stops what writes to it from the background.
    signal(SIGTTOU, SIG_IGN)
    // Swift's runtime prints a backtrace at Ctrl-\ and goes on; it ends a program, unless that was told to ignore it.
    if !isIgnored(SIGQUIT) { signal(SIGQUIT, SIG_DFL) }
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
      // The lowest free number is given, which is this one.
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // SIG_IGN is no function, so there is nothing to compare but its number.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  /// Gives `errno` where not all could be written. A stream that takes nothing just now is waited for.
  static func write(_ text: String, to stream: Int32) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let count = Glibc.write(stream, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count > 0 {
          done += count
        } else if count == 0 {
          return ENOSPC
        } else if errno == EAGAIN {
          var waiting = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
          poll(&waiting, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return nil
    }
  }

  // MARK: - Messages

  private struct Messages {
    /// Standard error, opened once more so that writing to it does not block; nil before the first message.
    var stream: Int32?
    /// How many were lost since the last that was written.
    var lost = 0
  }

  private static let messages = Mutex(Messages())

  /// How long a message waits for whoever reads standard error, in milliseconds; after one that was lost, not at all.
  private static let patience: Int32 = 2000

  /// Writes a message to standard error, or loses it: a terminal that was stopped or is gone, a pipe that nobody reads
  /// and a full disk stop no run.
  static func say(_ text: String) {
    messages.withLock { messages in
      let stream = messages.stream ?? unblocked(STDERR_FILENO)
      messages.stream = stream
      let note =
        messages.lost == 0
        ? ""
        : "(\(counted(messages.lost, "message")) could not be written to standard error and \(messages.lost == 1 ? "was" : "were") lost)\n"
      let isWritten = write(note + text, to: stream, patience: messages.lost == 0 ? patience : 0)
      messages.lost = isWritten ? 0 : messages.lost + 1
    }
  }

  /// Another opening of a terminal or a pipe: whether one blocks is shared by all who have the same one. A file's
  /// place would be another, and a file does not block.
  private static func unblocked(_ stream: Int32) -> Int32 {
    var status = stat()
    guard fstat(stream, &status) == 0, [S_IFIFO, S_IFCHR].contains(status.st_mode & S_IFMT),
      fcntl(stream, F_GETFL) & O_ACCMODE != O_RDONLY
    else { return stream }
    let own = open("/proc/self/fd/\(stream)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    return own < 0 ? stream : own
  }

  /// - Returns: whether all was written.
  private static func write(_ text: String, to stream: Int32, patience: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        // What could not be opened again, a socket, takes this much where it takes anything.
        var waiting = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
        let ready = poll(&waiting, 1, patience)
        if ready < 0, errno == EINTR { continue }
        guard ready > 0 else { return false }
        let count = Glibc.write(
          stream, bytes.baseAddress.map { $0 + done }, min(bytes.count - done, Int(PIPE_BUF)))
        if count > 0 {
          done += count
        } else if count == 0 || ![EINTR, EAGAIN].contains(errno) {
          return false
        }
      }
      return true
    }
  }

  /// Ends the program by the signal that it has ignored so far.
  static func endByBrokenPipe() {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
  }
}
