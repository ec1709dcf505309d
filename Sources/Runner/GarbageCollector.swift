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

    package var bytes: Int { items.reduce(0) { $0 + $1.bytes } }

    package func json(deleted: Bool) -> JSONValue {
      .object([
        "format": "modgap-gc", "version": 1, "deleted": .bool(deleted), "bytes": .number(Double(bytes)),
        "kept_bytes": .number(Double(keptBytes)),
        "items": .array(
          items.map {
            .object(["name": .string($0.name), "why": .string($0.why), "bytes": .number(Double($0.bytes))])
          }),
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
    let manifests = try manifests()
    let named = Set(manifests.flatMap { $0.results.values.map(\.key) })
    let entries = try store.allRecords().filter { $0.key != "timings.json" }
    var items: [Item] = []
    var kept = 0
    for entry in entries {
      switch entry.lookup {
      case .found(let record) where named.contains(entry.key):
        _ = record
        kept += entry.bytes
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
    items += try checkpoints(unlessWantedBy: manifests)
    for (path, bytes) in try store.staleTemporaries() {
      items.append(Item(name: path, why: "left by a process that was killed", bytes: bytes, key: nil))
    }
    return Garbage(items: items, total: entries.count, keptBytes: kept)
  }

  package func delete(_ garbage: Garbage) throws {
    let leases = try Leases(store: store)
    for item in garbage.items {
      guard let key = item.key else { continue }
      // Somebody computing it right now keeps it.
      guard let lease = try leases.tryAcquire(key) else { continue }
      defer { lease.release() }
      store.removeCheckpoint(of: key)
      if !item.isCheckpoint { try store.remove(key) }
    }
    try store.removeStaleTemporaries()
    _ = try leases.sweep()
  }

  /// Manifests of all experiments. One that cannot be read would keep nothing, so it is an error rather
  /// than a reason to delete.
  private func manifests() throws -> [Manifest] {
    try FileManager.default.contentsOfDirectory(atPath: root).sorted().compactMap { name in
      let path = ResultsFolder(root: root, experiment: name).manifest
      guard !name.hasPrefix("."), FileManager.default.fileExists(atPath: path) else { return nil }
      return try Manifest.read(path)
    }
  }

  /// Checkpoints of stages that are done, or that no experiment has any more.
  private func checkpoints(unlessWantedBy manifests: [Manifest]) throws -> [Item] {
    let all = try store.allCheckpoints()
    guard !all.isEmpty else { return [] }
    var wanted: Set<String> = []
    for manifest in manifests {
      let status = try PlanStatus(manifest.plan, resultsRoot: root)
      for case (let key?, .toRun) in zip(status.keys, status.states) { wanted.insert(key.key) }
    }
    return all.filter { !wanted.contains($0.key) }.map { key, bytes in
      Item(
        name: ".checkpoints/\(key)", why: "the checkpoint of a stage that no experiment still has to run",
        bytes: bytes, key: key, isCheckpoint: true)
    }
  }
}
