import Declarations
import Files
import Foundation
import Processes

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
  /// Whether it takes minutes: only done where it is named.
  var isLong = false
  /// Makes ready what is not timed, and gives what is: a closure that returns its seconds.
  let prepare: @Sendable (BenchSettings, BenchFolder) throws -> () throws -> Double

  static let all: [BenchRow] = [
    .figure2b, .cosine, .largeCosine, .landscape, .zeroShot, .resNet18, .vision, .longTexts, .captions, .umap,
    .largeUMAP, .gapMetrics, .gapMetricIntervals, .largeGapMetrics, .trainStep, .trainViTB16, .cachedRun,
    .engine, .planning,
  ]

  func measure(_ settings: BenchSettings) throws -> BenchResult {
    let folder = try BenchFolder()
    let work = try prepare(settings, folder)
    if warmsUp { _ = try work() }
    var result = BenchResult(row: name, what: what)
    for _ in 0..<settings.repeats {
      let started = OwnUse.processorSeconds
      result.seconds.append(try work())
      if isInProcess { result.processorSeconds.append(OwnUse.processorSeconds - started) }
    }
    if isInProcess { result.peakBytes = OwnUse.peakBytes }
    return result
  }

  /// Measures in a new process, so that no row's memory, caches or threads are another's.
  func measureInChild(_ settings: BenchSettings) throws -> BenchResult {
    let arguments = [
      "bench", name, "--here", "--json", "--repeat", "\(settings.repeats)", "--jobs", "\(settings.jobs)",
      "--config", settings.config,
    ]
    let answer = try ChildProcess(arguments).output()
    guard let json = try? JSONReader.value(answer),
      let row = json["rows"]?.array?.first, let seconds = row["seconds"]?.array?.compactMap(\.number),
      !seconds.isEmpty
    else { throw BenchFailure.unreadable(row: name) }
    return BenchResult(
      row: name, what: what, seconds: seconds,
      processorSeconds: row["processor_seconds"]?.array?.compactMap(\.number) ?? [],
      peakBytes: row["peak_rss_bytes"]?.integer)
  }
}

struct BenchResult: Sendable {
  let row: String
  let what: String
  var seconds: [Double] = []
  /// Of all threads together: steadier than the clock where the machine has other work, too.
  var processorSeconds: [Double] = []
  /// The most memory held, with the data and the program itself.
  var peakBytes: Int?

  var text: String {
    let (low, high) = (seconds.min() ?? 0, seconds.max() ?? 0)
    var times = "\(Self.text(median(seconds)))  (\(Self.text(low)) to \(Self.text(high))"
    if !processorSeconds.isEmpty { times += "; processor \(Self.text(median(processorSeconds)))" }
    let peak = peakBytes.map { "peak \(ByteCount.text($0))" } ?? ""
    return "\(row.padding(to: 14)) \((times + ")").padding(to: 56)) \(peak.padding(to: 13)) \(what)"
  }

  /// Four significant digits: `31.25 ms`.
  private static func text(_ seconds: Double) -> String {
    seconds < 1 ? String(format: "%.4g ms", seconds * 1000) : String(format: "%.4g s", seconds)
  }

  var json: JSONValue {
    .object([
      "row": .string(row), "what": .string(what), "seconds": .array(seconds.map { .number($0) }),
      "processor_seconds": .array(processorSeconds.map { .number($0) }),
      "median": .number(median(seconds)), "peak_rss_bytes": peakBytes.map { .number(Double($0)) } ?? .null,
    ])
  }
}

private func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard let last = sorted.last else { return .nan }
  let middle = sorted.count / 2
  if sorted.count % 2 == 1 { return sorted[middle] }
  return middle > 0 ? (sorted[middle - 1] + sorted[middle]) / 2 : last
}

/// A folder of the benchmark's own, for configs and results; it goes with the value.
struct BenchFolder: Sendable {
  private let folder: PrivateFolder
  var path: String { folder.path }

  init() throws {
    do {
      folder = try PrivateFolder()
    } catch {
      throw BenchFailure.noFolder(error)
    }
  }

  func write(_ json: JSONValue, to name: String) throws -> String {
    let file = "\(path)/\(name)"
    try GivenFile.write(json.pretty, to: file)
    return file
  }
}

enum BenchFailure: Failure {
  case unreadable(row: String)
  case child(command: String, ending: ChildProgram.Ending, message: String)
  case notStarted(command: String, code: Int32)
  case noFolder(PrivateFolder.Refusal)

  var kind: FailureKind { .stage }

  var message: String {
    switch self {
    case .unreadable(let row): "bench: the process that measured \(row) did not report times"
    case .child(let command, let ending, let message):
      "bench: \(command) \(ending)" + (message.isEmpty ? "" : ": \(message)")
    case .notStarted(let command, let code):
      "bench: \(command) could not be started: \(String(cString: strerror(code)))"
    case .noFolder(let refusal):
      "bench: no private folder could be made in \(refusal.folder): \(refusal.reason)"
    }
  }
}
