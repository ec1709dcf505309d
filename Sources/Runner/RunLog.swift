import Contracts
import ExperimentPlan
import Foundation
import Synchronization

/// Appends what happens to a stage to `log.txt` of the runs it belongs to.
final class RunLog: Sendable {
  /// A stage that more runs share is logged in the first of them only.
  static let mostShared = 32

  private let files: [String: [String]]
  private let lock = Mutex(())

  init(_ plan: Plan, _ folder: ResultsFolder) {
    var files: [String: [String]] = [:]
    for run in plan.runs {
      let path = "\(folder.path)/\(folder.run(run.name))/log.txt"
      for index in run.tasks { files[plan.tasks[index].id, default: []].append(path) }
    }
    self.files = files.mapValues { $0.count > Self.mostShared ? Array($0.prefix(1)) : $0 }
  }

  func write(_ task: String, _ line: String) {
    let stamped = Data("\(Date().ISO8601Format())  \(task)  \(line)\n".utf8)
    lock.withLock { _ in
      for path in files[task] ?? [] { Self.append(stamped, to: path) }
    }
  }

  /// A log line that cannot be written is not worth a run.
  private static func append(_ data: Data, to path: String) {
    var descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    if descriptor < 0 {
      let folder = PathBytes.folder(of: path)
      try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    data.withUnsafeBytes { _ = Foundation.write(descriptor, $0.baseAddress, $0.count) }
  }

  /// The last lines of a task's log, for the message about its failure.
  func tail(_ task: String, lines: Int = 5) -> [String] {
    guard let path = files[task]?.first, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      return []
    }
    return text.split(separator: "\n").filter { $0.contains("  \(task)  ") }.suffix(lines).map(String.init)
  }
}
