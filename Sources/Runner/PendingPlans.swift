import Contracts
import ExperimentPlan
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

  /// The folder holds the results of this plan now. Plans of runs that were killed before are given up, but for those
  /// that have a checkpoint to go on from: hours may be in it.
  func settle(_ plan: Plan, in store: ArtefactStore) throws {
    let own = try plan.digest.prefix(32)
    let checkpoints = try store.allCheckpoints()
    for name in try names() {
      let isOwn = name.hasBytes(first: own) || name.hasBytes(first: Self.task + own)
      let place = try InnerPath(component: name)
      if !isOwn, name.hasBytes(first: Self.task) || goesOn(place, checkpoints) { continue }
      try files.removeFile(place)
    }
  }

  /// Whether a plan has a stage that one of the checkpoints is of, or may be of.
  private func goesOn(_ place: InnerPath, _ checkpoints: [ArtefactStore.CheckpointFile]) -> Bool {
    guard !checkpoints.isEmpty, let plan = try? Manifest.read(in: folder, Self.place + place).plan else {
      return false
    }
    let signatures = Set(
      plan.tasks.filter { $0.phase == .train && $0.isRunnable }.map { TaskKey.signature(of: $0, in: plan.tasks) })
    return checkpoints.contains { checkpoint in
      checkpoint.signature.map(signatures.contains) ?? !signatures.isEmpty
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
