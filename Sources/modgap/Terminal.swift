import Declarations
import Execution
import Foundation

/// Standard output for data, standard error for everything else.
enum Terminal {
  /// Lines of text, in which controls and marks out of files and configs are spelled out. Where whoever reads the
  /// output has gone, the program ends as other tools do, by SIGPIPE.
  /// - Throws: `OutputFailure`.
  static func out(_ text: String) throws { try write(safe(text, hasColor(outputIsTerminal))) }

  /// One JSON object in a line, controls and marks as JSON spells them.
  /// - Throws: `OutputFailure`.
  static func out(_ json: JSONValue) throws { try write(PlainText.escapedInJSON(json.canonical) + "\n") }

  private static func write(_ text: String) throws {
    guard let code = StandardStreams.write(text, to: STDOUT_FILENO) else { return }
    if code == EPIPE { StandardStreams.endByBrokenPipe() }
    throw OutputFailure(code: code)
  }

  /// One line.
  static func err(_ text: String) { errRaw(safe(text, hasColor(errorIsTerminal), keepsLines: false) + "\n") }

  /// Text of several lines, each of which is known to be one.
  static func errLines(_ text: String) { errRaw(safe(text, hasColor(errorIsTerminal)) + "\n") }

  /// The text with controls and marks spelled out, and our own colours where there are to be some.
  private static func safe(_ text: String, _ hasColor: Bool, keepsLines: Bool = true) -> String {
    let plain = PlainText.escaped(text, keepsLines: keepsLines)
    guard hasColor, plain.utf8.count != text.utf8.count else { return plain }
    var result = plain
    for code in Style.allCases.map(\.rawValue) + ["0"] {
      result = result.replacingBytes("\\u001b[\(code)m", with: "\u{1b}[\(code)m")
    }
    return result
  }

  /// A message that cannot be written is lost: no run is stopped for it.
  static func errRaw(_ text: String) { StandardStreams.say(text) }

  static let errorIsTerminal = isatty(STDERR_FILENO) == 1
  static let outputIsTerminal = isatty(STDOUT_FILENO) == 1

  private static let choice = Mutex("auto")

  /// `--color auto|always|never`; called once, before anything is printed.
  static func setColor(_ word: String) { choice.withLock { $0 = word } }

  static func hasColor(_ isTerminal: Bool) -> Bool {
    switch choice.withLock({ $0 }) {
    case "always": true
    case "never": false
    default:
      isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
        && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }
  }

  enum Style: String, CaseIterable {
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
