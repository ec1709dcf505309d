import Declarations
import ExperimentPlan
import Files
import Foundation
import Storage

/// Plans that are being run, or were when their run was killed, and whose results the folder does not hold yet, in
/// `.state/plans`: `manifest.json` is of the plan that the folder's tables and report are of until these are renewed.
/// `gc` keeps what they want.
struct PendingPlans {
  private let files: InnerFolder
  private let folder: ResultsFolder
  private static let place = InnerPath(fixed: ".state/plans")

  /// - Throws: `InnerPathFailure`.
  init(_ folder: ResultsFolder) throws {
    self.folder = folder
    files = try folder.files.folder(Self.place)
  }

  /// - Parameter isTask: it is run task by task, so no run of another plan takes its place.
  func add(_ manifest: Manifest, isTask: Bool) throws {
    let name = "\(isTask ? Self.task : "")\(try manifest.plan.digest.prefix(32)).json"
    try OutputFolder(files).write([UInt8](try manifest.data()), to: name)
  }

  /// - Throws: `RunFailure.unreadableManifest`, `FileFailure`.
  func all() throws -> [Manifest] {
    try names().map { try Manifest.read(in: folder, Self.place + (try InnerPath(component: $0))) }
  }

  /// The folder holds the results of this plan now; plans of runs that were killed before it are given up, for whoever
  /// runs another plan of the name to its end has changed his mind (docs/config.md says so, and `gc --help`).
  func settle(_ plan: Plan) throws {
    let own = try Self.task + plan.digest.prefix(32)
    for name in try names() where !name.hasBytes(first: Self.task) || name.hasBytes(first: own) {
      try files.removeFile(try InnerPath(component: name))
    }
  }

  private func names() throws -> [String] {
    do {
      return try files.names().filter(Self.isPlan)
    } catch let failure as FileFailure where failure.code == ENOTDIR {
      return []
    }
  }

  private static let task = "task-"

  private static func isPlan(_ name: String) -> Bool {
    let stem = name.hasBytes(first: task) ? name.droppingBytes(task.utf8.count) : name
    return stem.utf8.count == 37 && stem.hasBytes(last: ".json")
      && stem.utf8.prefix(32).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
