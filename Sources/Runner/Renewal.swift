import Contracts
import ExperimentPlan
import Foundation
import Storage
import Synchronization

/// Marks a results folder whose files are being made those of another plan, in `.state/renewing`.
///
/// The mark is set before the first file changes, the reports of the plan before are removed then, and those of the
/// new one are written last; so a folder without the mark is of one plan, and one that its run was killed in says so.
/// The mark also notes each file that is about to be written, by its digest, and each that was, by size and time, for
/// whoever renews the folder next to know what of it is of a plan that is no more.
final class Renewal: Sendable {
  enum Mark: Sendable, Equatable {
    /// About to be written.
    case announced(digest: String)
    case written(size: Int, modified: Int)
  }

  struct Line: Sendable, Equatable {
    let path: String
    let mark: Mark
  }

  static let file = InnerPath(fixed: ".state/renewing")

  /// What renewals that were killed noted.
  let left: [Line]
  private let files: InnerFolder
  private let lock = Mutex(())

  private init(_ files: InnerFolder, left: [Line]) {
    self.files = files
    self.left = left
  }

  static func isUnfinished(in folder: ResultsFolder) -> Bool {
    (try? folder.files).map { $0.isFile(file) } ?? false
  }

  /// Sets the mark, and keeps what an earlier one notes.
  /// - Throws: `FileFailure`.
  static func begin(in folder: ResultsFolder, for plan: Plan) throws -> Renewal {
    let files = try folder.files
    let renewal = Renewal(files, left: lines(try files.readIfPresent(file) ?? []))
    let text = "plan \(try plan.digest)\n" + renewal.left.map(Self.text).joined()
    try files.write(Array(text.utf8), to: file, syncsFile: true)
    let reports = try ReportWriter.files.map { try InnerPath(component: $0) }
    for report in reports { try files.refuseLink(report, .remove) }
    for report in reports { try files.removeFile(report) }
    return renewal
  }

  /// - Throws: `FileFailure`.
  func note(_ path: String, _ mark: Mark) throws {
    let bytes = Array(Self.text(Line(path: path, mark: mark)).utf8)
    try lock.withLock { _ in try files.append(bytes, to: Self.file) }
  }

  /// The folder is of the new plan alone.
  /// - Throws: `FileFailure`.
  func end() throws { try files.removeFile(Self.file) }

  private static func text(_ line: Line) -> String {
    switch line.mark {
    case .announced(let digest): "announced \(digest) \(line.path)\n"
    case .written(let size, let modified): "written \(size):\(modified) \(line.path)\n"
    }
  }

  /// The lines that are whole: the last may be cut off.
  private static func lines(_ bytes: [UInt8]) -> [Line] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .compactMap { line in
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count == 3 else { return nil }
        let path = String(parts[2])
        if parts[0] == "announced" { return Line(path: path, mark: .announced(digest: String(parts[1]))) }
        let numbers = parts[1].split(separator: ":").compactMap { Int($0) }
        guard parts[0] == "written", numbers.count == 2 else { return nil }
        return Line(path: path, mark: .written(size: numbers[0], modified: numbers[1]))
      }
  }
}

extension ResultsFolder {
  /// What to know of a folder that is half of one plan and half of another; nil where it is of one.
  package var warning: String? {
    guard Renewal.isUnfinished(in: self) else { return nil }
    return
      "\(path) is being renewed, or was when its run was ended: its tables and figures may be of different "
      + "plans, and there is no report; run the config again to have all of one"
  }
}
