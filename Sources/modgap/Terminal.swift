import Foundation

/// Standard output for data, standard error for everything else.
enum Terminal {
  /// Where whoever reads the output has gone, the program ends as other tools do, by SIGPIPE.
  /// - Throws: `OutputFailure`.
  static func out(_ text: String) throws {
    guard let code = StandardStreams.write(text, to: STDOUT_FILENO) else { return }
    if code == EPIPE { StandardStreams.endByBrokenPipe() }
    throw OutputFailure(code: code)
  }

  static func err(_ text: String) { errRaw(text + "\n") }

  /// A message that cannot be written is lost: no run is stopped for it.
  static func errRaw(_ text: String) { _ = StandardStreams.write(text, to: STDERR_FILENO) }

  static let errorIsTerminal = isatty(STDERR_FILENO) == 1
  static let outputIsTerminal = isatty(STDOUT_FILENO) == 1

  nonisolated(unsafe) private static var choice = "auto"

  /// `--color auto|always|never`; called once, before anything is printed.
  static func setColor(_ word: String) { choice = word }

  static func hasColor(_ isTerminal: Bool) -> Bool {
    switch choice {
    case "always": true
    case "never": false
    default:
      isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
        && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }
  }

  enum Style: String {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case bold = "1"
    case dim = "2"
  }

  static func styled(_ text: String, _ style: Style, onError: Bool = false) -> String {
    hasColor(onError ? errorIsTerminal : outputIsTerminal)
      ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
    return Int(size.ws_col)
  }
}
