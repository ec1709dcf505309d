import Declarations
import Execution
import ExperimentPlan
import Files
import Foundation
import Storage

/// Appends what happens to a stage to `log.txt` of the runs it belongs to.
final class RunLog: Sendable {
  /// A stage that more runs share is logged in the first of them only.
  static let mostShared = 32

  static let file = InnerPath(fixed: "log.txt")

  private let folder: InnerFolder
  private let files: [String: [InnerPath]]
  private let lock = Mutex(())

  /// - Throws: `FileFailure` where a link stands where a log or its folder belongs.
  init(_ plan: Plan, _ folder: ResultsFolder) throws {
    self.folder = try folder.files
    var files: [String: [InnerPath]] = [:]
    for run in plan.runs {
      let path = try InnerPath(folder.run(run.name)) + Self.file
      try self.folder.refuseLink(path)
      for index in run.tasks { files[plan.tasks[index].id, default: []].append(path) }
    }
    self.files = files.mapValues { $0.count > Self.mostShared ? Array($0.prefix(1)) : $0 }
  }

  /// A log line that cannot be written is not worth a run.
  func write(_ task: String, _ line: String) {
    let stamped = Array("\(Date().ISO8601Format())  \(task)  \(PlainText.escaped(line))\n".utf8)
    lock.withLock { _ in
      for path in files[task] ?? [] { try? folder.append(stamped, to: path) }
    }
  }

  /// The last lines of a task's log, for the message about its failure.
  func tail(_ task: String, lines: Int = 5) -> [String] {
    guard let path = files[task]?.first, let bytes = (try? folder.readIfPresent(path)) ?? nil else {
      return []
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.split(separator: "\n").filter { $0.contains("  \(task)  ") }.suffix(lines).map(String.init)
  }

  /// Whether every line of a run's log is one that `write` wrote, as far as can be told: what somebody put there
  /// under the same name stays.
  static func isWrittenHere(_ run: String, in runs: InnerFolder) -> Bool {
    guard let name = try? InnerPath(component: run), let bytes = (try? runs.readIfPresent(name + file)) ?? nil
    else { return true }
    return bytes.split(separator: UInt8(ascii: "\n")).allSatisfy { line in
      line.count > 22 && line[line.startIndex + 19] == UInt8(ascii: "Z")
        && line.dropFirst(20).starts(with: "  ".utf8)
    }
  }
}
