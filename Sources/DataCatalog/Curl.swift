import Declarations
import Execution
import Files
import Foundation
import Processes

/// The program curl, which downloads.
struct Curl {
  let program: ChildProgram

  struct Request {
    let url: String
    /// Paths of the file that is filled, from `offset` on, and of the headers that the server sends.
    let target: String
    let headers: String
    let offset: Int
    /// What must not have changed on the server for the rest to fit: an entity tag or a date.
    let validator: String?
    /// Bytes that may come.
    let most: Int
    /// After which a server that does not answer, or sends next to nothing, is given up.
    let seconds: Int
  }

  /// How a request ended.
  enum Outcome: Equatable {
    case done(contentType: String)
    /// The server has another file by now, or does not send parts.
    case cannotResume
    case tooLarge
    /// The disk may be full.
    case notWritten(String)
    /// The host does not answer.
    case unreachable(String)
    /// It may well work the next time.
    case transient(String)
    case refused(String)
  }

  /// No download takes as long.
  private static let longest = 1e7

  /// What decides how curl finds its hosts, its proxies and its certificates.
  private static let variables = [
    "PATH", "HOME", "CURL_HOME", "XDG_CONFIG_HOME", "LD_LIBRARY_PATH", "http_proxy", "https_proxy",
    "HTTPS_PROXY",
    "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
  ]

  static func find(_ environment: [String: String]) -> Curl? {
    ChildProgram.find("curl", environment: environment).map(Curl.init)
  }

  /// - Parameters:
  ///   - stop: ends curl, as too large, where it answers true; asked while curl runs.
  /// - Throws: `Cancelled`; `DataFailure.curlNotStarted`.
  func run(
    _ request: Request, environment: [String: String], cancellation: Cancellation, stop: () -> Bool
  ) throws -> Outcome {
    let end = Cancellation()
    var isTooLarge = false
    do {
      let ended = try program.run(
        // The paths that it is given may be relative.
        arguments(request), in: Paths.current,
        environment: environment.filter { Self.variables.contains($0.key) }
          .merging(["LC_ALL": "C.UTF-8"]) { $1 },
        limit: .init(seconds: Self.longest), cancellation: end,
        whileRunning: {
          isTooLarge = isTooLarge || stop()
          if isTooLarge || cancellation.isRaised { end.raise() }
        })
      return Self.outcome(ended, request)
    } catch is Cancelled {
      try cancellation.check()
      return .tooLarge
    } catch let failure as ChildProgram.NotStarted {
      throw DataFailure.curlNotStarted(path: program.path, reason: String(cString: strerror(failure.code)))
    }
  }

  private func arguments(_ request: Request) -> [String] {
    // What began encrypted is not redirected to where it is not.
    let onward = request.url.lowercased().hasPrefix("https:") ? "=https" : "=http,https"
    var words = [
      "--fail", "--location", "--max-redirs", "10", "--proto", "=http,https", "--proto-redir", onward,
      "--globoff", "--silent", "--show-error", "--no-progress-meter", "--user-agent", "modgap",
      "--connect-timeout", "\(request.seconds)", "--speed-limit", "1000", "--speed-time",
      "\(request.seconds)",
      "--max-filesize", "\(max(1, request.most))", "--dump-header", request.headers, "--output",
      request.target, "--write-out", "%{http_code} %{content_type}",
    ]
    if request.offset > 0 {
      words += ["--continue-at", "\(request.offset)"]
      if let validator = request.validator { words += ["--header", "If-Range: \(validator)"] }
    }
    return words + ["--url", request.url]
  }

  private static func outcome(_ ended: ChildProgram.Ended, _ request: Request) -> Outcome {
    let words = String(decoding: ended.output, as: UTF8.self).split(separator: " ", maxSplits: 1)
    let status = words.first.flatMap { Int($0) } ?? 0
    let said = String(decoding: ended.errors, as: UTF8.self).split(whereSeparator: \.isNewline).last
    let message = said.map(String.init) ?? "curl \(ended.ending)"
    // It does not always survive a file that it cannot write.
    guard case .status(let code) = ended.ending else { return .notWritten(message) }
    switch code {
    case 0: return .done(contentType: words.count > 1 ? String(words[1]) : "")
    case 22 where status == 416 && request.offset > 0, 33, 36: return .cannotResume
    // Asked for the rest, the server sends all, which is more than the rest.
    case 63 where status == 200 && request.offset > 0: return .cannotResume
    // The page that says what is wrong may be larger than the file.
    case 63 where status >= 400: return refusal(status, "the server answered \(status)")
    case 22: return refusal(status, message)
    case 23: return .notWritten(message)
    case 63: return .tooLarge
    case 5, 6, 7: return .unreachable(message)
    case 28 where status == 0: return .unreachable(message)
    case 16, 18, 28, 35, 52, 55, 56, 92: return .transient(message)
    default: return .refused(message)
    }
  }

  private static func refusal(_ status: Int, _ message: String) -> Outcome {
    status == 408 || status == 429 || status >= 500 ? .transient(message) : .refused(message)
  }
}
