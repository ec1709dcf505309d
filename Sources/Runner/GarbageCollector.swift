import Contracts
import Foundation
import Storage

/// Finds what the store holds and no experiment's manifest names, and removes it.
package struct GarbageCollector {
  package struct Item: Sendable {
    package let name: String
    package let why: String
    package let bytes: Int
    let key: String?
    var isCheckpoint = false
  }

  package struct Garbage: Sendable {
    package let items: [Item]
    /// Artefacts in the store altogether.
    package let total: Int
    package let keptBytes: Int
    /// Results folders that share the store and could not be asked what they need, each with the reason. While
    /// there are any, no artefact counts as garbage.
    package let unreadable: [StoreRoots.Root]

    package var bytes: Int { items.reduce(0) { $0 + $1.bytes } }

    package func json(deleted: Bool) -> JSONValue {
      .object([
        "format": "modgap-gc", "version": 1, "deleted": .bool(deleted), "bytes": .number(Double(bytes)),
        "kept_bytes": .number(Double(keptBytes)),
        "items": .array(
          items.map {
            .object(["name": .string($0.name), "why": .string($0.why), "bytes": .number(Double($0.bytes))])
          }),
        "unreadable": .array(
          unreadable.map { .object(["path": .string($0.path), "why": .string($0.reason)]) }),
      ])
    }
  }

  private let root: String
  private let store: ArtefactStore

  /// - Throws: `RunFailure.noStore` where nothing was ever computed.
  package init(resultsRoot: String) throws {
    guard FileManager.default.fileExists(atPath: "\(resultsRoot)/.store") else {
      throw RunFailure.noStore(folder: resultsRoot)
    }
    root = resultsRoot
    store = try ArtefactStore(results: resultsRoot)
  }

  package func find() throws -> Garbage {
    let entries = try store.allRecords().filter { $0.key != "timings.json" }
    let (needs, unreadable) = try asked(numerics: Self.numerics(of: entries))
    var items: [Item] = []
    var kept = 0
    for entry in entries {
      switch entry.lookup {
      case .found where needs.keys.contains(entry.key) || !unreadable.isEmpty: kept += entry.bytes
      case .found(let record):
        items.append(
          Item(
            name: entry.key, why: "\(record.stage), named by no manifest", bytes: entry.bytes, key: entry.key)
        )
      case .damaged(let problem):
        items.append(Item(name: entry.key, why: problem.detail, bytes: entry.bytes, key: entry.key))
      case .absent: continue
      }
    }
    if unreadable.isEmpty { items += try checkpoints(unless: needs) }
    for (path, bytes) in try store.staleTemporaries() {
      items.append(Item(name: path, why: "left by a process that was killed", bytes: bytes, key: nil))
    }
    return Garbage(items: items, total: entries.count, keptBytes: kept, unreadable: unreadable)
  }

  /// Forgets a results folder that is gone for good.
  /// - Returns: whether it was known.
  package func forget(_ results: String) throws -> Bool { try StoreRoots(store).forget(results) }

  package func delete(_ garbage: Garbage) throws {
    let leases = try Leases(store: store)
    for item in garbage.items {
      guard let key = item.key else { continue }
      if !ArtefactStore.isKey(key) {
        try store.removeStranger(key)
        continue
      }
      // Somebody computing it right now keeps it.
      guard let lease = try leases.tryAcquire(key) else { continue }
      defer { lease.release() }
      store.removeCheckpoint(of: key)
      if !item.isCheckpoint { try store.remove(key) }
    }
    try store.removeStaleTemporaries()
    _ = try leases.sweep()
  }

  // MARK: - What is needed

  private struct Needs {
    /// Keys that some manifest names, or that its plan leads to: a run that goes on, or was killed, has stored
    /// what it has not noted yet.
    var keys: Set<String> = []
    /// A training's key may be one that nobody can tell before what it reads is computed.
    var hasOpenTraining = false
  }

  /// Asks every results folder that shares the store. One that cannot be asked is named.
  private func asked(numerics: [String]) throws -> (Needs, [StoreRoots.Root]) {
    var needs = Needs()
    var unreadable: [StoreRoots.Root] = []
    var paths = [root]
    for other in try StoreRoots(store).all() {
      guard StoreRoots.canonical(root)?.isExactly(other.path) != true else { continue }
      if case .present = other.state { paths.append(other.path) } else { unreadable.append(other) }
    }
    for path in paths {
      do {
        for manifest in try manifests(in: path) {
          try add(manifest, in: path, numerics, to: &needs)
        }
      } catch let failure as any Failure where path != root {
        unreadable.append(StoreRoots.Root(path: path, state: .unreadable(failure.sentence)))
      }
    }
    return (needs, unreadable)
  }

  private func add(
    _ manifest: Manifest, in path: String, _ numerics: [String], to needs: inout Needs
  ) throws {
    needs.keys.formUnion(manifest.results.values.map(\.key))
    for policy in numerics {
      let status = try PlanStatus(manifest.plan, resultsRoot: path, numerics: policy)
      needs.keys.formUnion(status.keys.compactMap { $0?.key })
      guard policy == NumericPolicy.current else { continue }
      for (task, state) in zip(manifest.plan.tasks, status.states) where task.phase == .train {
        if case .afterUpstream = state { needs.hasOpenTraining = true }
      }
    }
  }

  /// What machines computed here: another CPU's results have other keys.
  private static func numerics(of entries: [ArtefactStore.Entry]) -> [String] {
    let found = entries.compactMap { entry -> String? in
      guard case .found(let record) = entry.lookup else { return nil }
      return record.keyTree["numerics"]?.string
    }
    return Set(found + [NumericPolicy.current]).sorted()
  }

  /// Manifests of all experiments. One that cannot be read would keep nothing, so it is an error rather
  /// than a reason to delete.
  private func manifests(in root: String) throws -> [Manifest] {
    try OutputFolder.names(in: root).compactMap { name in
      let folder = ResultsFolder(root: root, experiment: name)
      guard !name.hasBytes(first: "."), try folder.files.status(ResultsFolder.manifestFile) != nil else {
        return nil
      }
      return try Manifest.read(in: folder)
    }
  }

  /// Checkpoints of stages that are done, or that no experiment has any more.
  private func checkpoints(unless needs: Needs) throws -> [Item] {
    try store.allCheckpoints().filter { key, _ in
      if case .found? = try? store.lookup(key) { return true }
      return !needs.keys.contains(key) && !needs.hasOpenTraining
    }.map { key, bytes in
      Item(
        name: ".checkpoints/\(key)", why: "the checkpoint of a stage that no experiment still has to run",
        bytes: bytes, key: key, isCheckpoint: true)
    }
  }
}

extension StoreRoots.Root {
  package var reason: String {
    if case .unreadable(let reason) = state { reason } else { "" }
  }
}
