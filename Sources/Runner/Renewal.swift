import Contracts
import ExperimentPlan
import Files
import Storage

/// Marks a results folder whose files are being made those of another plan, in `.state/renewing`.
///
/// The mark is set before the first file changes, the reports of the plan before are removed then, and those of the
/// new one are written last; so a folder without the mark is of one plan, and one that its run was killed in says so.
struct Renewal: Sendable {
  static let file = InnerPath(fixed: ".state/renewing")

  private let files: InnerFolder

  static func isUnfinished(in folder: ResultsFolder) -> Bool {
    (try? folder.files).map { $0.isFile(file) } ?? false
  }

  /// Sets the mark.
  /// - Throws: `FileFailure`.
  static func begin(in folder: ResultsFolder, for plan: Plan) throws -> Renewal {
    let files = try folder.files
    try files.write(Array("plan \(try plan.digest)\n".utf8), to: file, syncsFile: true)
    let reports = try ReportWriter.files.map { try InnerPath(component: $0) }
    for report in reports { try files.refuseLink(report, .remove) }
    for report in reports { try files.removeFile(report) }
    return Renewal(files: files)
  }

  /// The folder is of the new plan alone.
  /// - Throws: `FileFailure`.
  func end() throws { try files.removeFile(Self.file) }
}

extension ResultsFolder {
  /// What to know of a folder that is half of one plan and half of another; nil where it is of one.
  package var warning: String? {
    guard Renewal.isUnfinished(in: self) else { return nil }
    return
      "\(path) is being renewed, or its run was ended while it was: its tables and figures may be of different "
      + "plans, and there is no report; run the config again to renew everything"
  }
}
