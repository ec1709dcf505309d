import Declarations
import ExperimentPlan
import Files
import Foundation
import Storage

/// What the results folders that share a store may still want of it.
struct CollectorsNeeds {
  /// Keys that some manifest names, or that a plan leads to: a run that goes on, or was killed, has stored what it
  /// has not noted yet.
  private var keys: Set<String> = []
  /// Tasks that are stored under no numeric policy: the keys of some of them cannot be told before what they read is
  /// computed, here or on another machine.
  private var unfinished: Set<String> = []
  private var hasUnfinishedTraining = false
  /// Folders that could not be asked, each with the reason.
  private(set) var unreadable: [StoreRoots.Root] = []

  /// Asks every results folder that shares the store.
  ///
  /// - Throws: a `Failure` where the folder at `root` itself cannot be asked.
  init(root: String, store: ArtefactStore, entries: [ArtefactStore.Entry]) throws {
    let policies = Self.numerics(of: entries)
    var paths = [root]
    for other in try StoreRoots(store).all() {
      guard StoreRoots.canonical(root)?.isExactly(other.path) != true else { continue }
      guard case .present = other.state else {
        unreadable.append(other)
        continue
      }
      if !paths.contains(where: { $0.isExactly(other.path) }) { paths.append(other.path) }
    }
    for path in paths {
      do {
        for manifest in try manifests(in: path) { try add(manifest, in: path, policies) }
      } catch let failure as any Failure where path != root {
        unreadable.append(StoreRoots.Root(path: path, state: .unreadable(failure.message)))
      }
    }
  }

  func wants(_ record: StoredRecord) -> Bool {
    keys.contains(record.key) || unfinished.contains(TaskKey.signature(of: record.keyTree))
  }

  /// Whether a stage may go on from it.
  func wants(_ checkpoint: ArtefactStore.CheckpointFile, in store: ArtefactStore) -> Bool {
    if case .found? = try? store.lookup(checkpoint.key) { return false }
    if keys.contains(checkpoint.key) { return true }
    guard let signature = checkpoint.signature else { return hasUnfinishedTraining }
    return unfinished.contains(signature)
  }

  private mutating func add(_ manifest: Manifest, in path: String, _ policies: [String]) throws {
    keys.formUnion(manifest.results.values.map(\.key))
    let plan = manifest.plan
    var isStored = [Bool](repeating: false, count: plan.tasks.count)
    for policy in policies {
      let status = try PlanStatus(plan, resultsRoot: path, numerics: policy)
      keys.formUnion(status.keys.compactMap { $0?.key })
      for (index, state) in status.states.enumerated() {
        if case .cached = state { isStored[index] = true }
      }
    }
    for (task, isStored) in zip(plan.tasks, isStored) where !isStored && task.isRunnable {
      unfinished.insert(TaskKey.signature(of: task, in: plan.tasks))
      if task.phase == .train { hasUnfinishedTraining = true }
    }
  }

  /// What machines computed here: another CPU's results have other keys.
  private static func numerics(of entries: [ArtefactStore.Entry]) -> [String] {
    let found = entries.compactMap { entry -> String? in
      guard case .found(let record) = entry.standing else { return nil }
      return record.keyTree["numerics"]?.string
    }
    return Set(found + [NumericPolicy.current]).sorted()
  }

  /// Manifests of all experiments, and plans that are being run. One that cannot be read would keep nothing, so it is
  /// an error rather than a reason to delete; a folder that another user keeps to himself is named.
  private mutating func manifests(in root: String) throws -> [Manifest] {
    var found: [Manifest] = []
    for name in try OutputFolder.names(in: root) where !name.hasBytes(first: ".") {
      let folder = ResultsFolder(root: root, experiment: name)
      do {
        found += try PendingPlans(folder).all()
        if try Self.mayRead(folder) { found.append(try Manifest.read(in: folder)) }
      } catch let failure as FileFailure where failure.isRefusal {
        let owner = FileOwner(folder.path)?.name ?? "another user"
        unreadable.append(
          StoreRoots.Root(
            path: folder.path,
            state: .unreadable("it belongs to \(owner), and this user is not allowed to read it")))
      }
    }
    return found
  }

  /// Whether there is a manifest.
  /// - Throws: `FileFailure` where it may not be read.
  private static func mayRead(_ folder: ResultsFolder) throws -> Bool {
    guard try folder.files.status(ResultsFolder.manifestFile) != nil else { return false }
    try Paths.requireReadable(folder.manifest)
    return true
  }
}
