import Contracts
import Foundation

/// Standard output that could not be written; exit status 74.
struct OutputFailure: Failure {
  /// The value of `errno`.
  let code: Int32

  var kind: FailureKind { .io }

  var sentence: String {
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
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
      // The lowest free number is given, which is this one.
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
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

  /// Ends the program by the signal that it has ignored so far.
  static func endByBrokenPipe() {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
  }
}
