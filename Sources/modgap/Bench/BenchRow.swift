import Contracts
import Foundation

struct BenchSettings: Sendable {
  let jobs: Int
  let repeats: Int
  /// What `cached-run` runs.
  let config: String
}

/// One line of the benchmark.
struct BenchRow: Sendable {
  let name: String
  let what: String
  /// Whether it is done once before the clock counts.
  var warmsUp = true
  /// Whether the work is done by this process, so that its memory is the row's.
  var isInProcess = true
  /// Makes ready what is not timed, and gives what is: a closure that returns its seconds.
  let prepare: @Sendable (BenchSettings, BenchFolder) throws -> () throws -> Double

  static let all: [BenchRow] = [
    .figure2b, .cosine, .largeCosine, .landscape, .cachedRun, .engine, .planning,
  ]

  func measure(_ settings: BenchSettings) throws -> BenchResult {
    let folder = try BenchFolder()
    defer { folder.remove() }
    let work = try prepare(settings, folder)
    if warmsUp { _ = try work() }
    let seconds = try (0..<settings.repeats).map { _ in try work() }
    return BenchResult(
      row: name, what: what, seconds: seconds, peakBytes: isInProcess ? ChildProcess.ownPeakBytes : nil)
  }

  /// Measures in a new process, so that no row's memory, caches or threads are another's.
  func measureInChild(_ settings: BenchSettings) throws -> BenchResult {
    let arguments = [
      "bench", name, "--here", "--json", "--repeat", "\(settings.repeats)", "--jobs", "\(settings.jobs)",
      "--config", settings.config,
    ]
    let answer = try ChildProcess(arguments).output()
    guard let json = try? JSONDecoder().decode(JSONValue.self, from: answer),
      let row = json["rows"]?.array?.first, let seconds = row["seconds"]?.array?.compactMap(\.number),
      !seconds.isEmpty
    else { throw BenchFailure.unreadable(row: name) }
    return BenchResult(
      row: name, what: what, seconds: seconds, peakBytes: row["peak_rss_bytes"]?.integer)
  }
}

struct BenchResult: Sendable {
  let row: String
  let what: String
  let seconds: [Double]
  /// The most memory held, with the data and the program itself.
  let peakBytes: Int?

  var median: Double {
    let sorted = seconds.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var text: String {
    let times = "\(Self.text(median))  (\(Self.text(seconds.min() ?? 0)) to \(Self.text(seconds.max() ?? 0)))"
    let peak = peakBytes.map(ByteCount.text) ?? ""
    return "\(row.padding(to: 14)) \(times.padding(to: 36)) \(peak.padding(to: 9)) \(what)"
  }

  /// Four significant digits: `31.25 ms`.
  private static func text(_ seconds: Double) -> String {
    seconds < 1 ? String(format: "%.4g ms", seconds * 1000) : String(format: "%.4g s", seconds)
  }

  var json: JSONValue {
    .object([
      "row": .string(row), "what": .string(what), "seconds": .array(seconds.map { .number($0) }),
      "median": .number(median), "peak_rss_bytes": peakBytes.map { .number(Double($0)) } ?? .null,
    ])
  }
}

/// A folder of the benchmark's own, for configs and results.
struct BenchFolder: Sendable {
  let path: String

  init() throws {
    var template = Array((NSTemporaryDirectory() + "/modgap-bench-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else {
      throw FileFailure(.makeFolder, NSTemporaryDirectory(), code: errno)
    }
    path = String(cString: made)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  func write(_ json: JSONValue, to name: String) throws -> String {
    let file = "\(path)/\(name)"
    guard FileManager.default.createFile(atPath: file, contents: Data(json.pretty.utf8)) else {
      throw FileFailure(.write, file, code: errno)
    }
    return file
  }
}

enum BenchFailure: Failure {
  case unreadable(row: String)
  case child(command: String, status: Int32, message: String)
  case notStarted(command: String, code: Int32)

  var kind: FailureKind { .stage }

  var sentence: String {
    switch self {
    case .unreadable(let row): "bench: the process that measured \(row) gave no times"
    case .child(let command, let status, let message):
      "bench: \(command) ended with status \(status)" + (message.isEmpty ? "" : ": \(message)")
    case .notStarted(let command, let code):
      "bench: \(command) could not be started: \(String(cString: strerror(code)))"
    }
  }
}
