import Contracts
import Declarations
import Execution
import Files
import Foundation
import Stages
import Storage

/// Finds what the store holds and no experiment's manifest names or plan may yet want, and removes it.
package struct GarbageCollector {
  package struct Item: Sendable {
    package let name: String
    package let why: String
    package let bytes: Int
    let content: Content

    enum Content {
      case artefact(ArtefactStore.Entry)
      case checkpoint(key: String)
      case temporary
    }
  }

  /// What is passed over: somebody else's, or nobody's that the store knows.
  package struct Stranger: Sendable, Equatable {
    package let name: String
    package let why: String
  }

  package struct Garbage: Sendable {
    package let items: [Item]
    /// Artefacts in the store altogether.
    package let total: Int
    package let keptBytes: Int
    /// Results folders that share the store and could not be asked what they need, each with the reason. While
    /// there are any, no artefact counts as garbage.
    package let unreadable: [StoreRoots.Root]
    /// What is in the store and stays whatever it is.
    package let strangers: [Stranger]

    package var bytes: Int { items.reduce(0) { $0.adding(bounded: $1.bytes) } }

    package func json(deleted: Bool, left: [Stranger]) -> JSONValue {
      func pairs(_ name: String, _ list: [(String, String)]) -> JSONValue {
        .array(list.map { .object([name: .string($0.0), "why": .string($0.1)]) })
      }
      return .object([
        "format": "modgap-gc", "version": 1, "deleted": .bool(deleted), "bytes": .number(Double(bytes)),
        "kept_bytes": .number(Double(keptBytes)),
        "items": .array(
          items.map {
            .object(["name": .string($0.name), "why": .string($0.why), "bytes": .number(Double($0.bytes))])
          }),
        "unreadable": pairs("path", unreadable.map { ($0.path, $0.reason) }),
        "strangers": pairs("name", (strangers + left).map { ($0.name, $0.why) }),
      ])
    }
  }

  private let root: String
  private let store: ArtefactStore

  /// - Throws: `RunFailure.noStore` where nothing was ever computed.
  package init(resultsRoot: String, transforms: TransformCatalog = stageCatalog.transforms) throws {
    guard Paths.exists("\(resultsRoot)/.store") else {
      throw RunFailure.noStore(folder: resultsRoot)
    }
    root = resultsRoot
    store = try ArtefactStore(results: resultsRoot, transforms: transforms)
  }

  package func find() throws -> Garbage {
    // What is stored is listed before anybody is asked: what comes later is not in the list.
    let entries = try store.entries()
    let checkpoints = try store.allCheckpoints()
    let needs = try CollectorsNeeds(root: root, store: store, entries: entries)
    let keepsAll = !needs.unreadable.isEmpty
    var items: [Item] = []
    var strangers: [Stranger] = []
    var (kept, total) = (0, 0)
    for entry in entries {
      switch entry.standing {
      case .found(let record) where keepsAll || needs.wants(record):
        kept = kept.adding(bounded: entry.bytes)
        total += 1
      case .found(let record):
        items.append(item(entry, "\(record.stage), in no manifest"))
        total += 1
      case .damaged(let problem):
        items.append(item(entry, problem.detail))
        total += 1
      case .stranger(let why), .unreadable(let why): strangers.append(Stranger(name: entry.name, why: why))
      }
    }
    for checkpoint in checkpoints where !keepsAll && !needs.wants(checkpoint, in: store) {
      items.append(
        Item(
          name: ".checkpoints/\(checkpoint.key)",
          why: "a checkpoint that no experiment needs", bytes: checkpoint.bytes,
          content: .checkpoint(key: checkpoint.key)))
    }
    for (path, bytes) in try store.staleTemporaries() {
      items.append(
        Item(
          name: path, why: "a temporary file of a process that was killed", bytes: bytes, content: .temporary)
      )
    }
    return Garbage(
      items: items, total: total, keptBytes: kept, unreadable: needs.unreadable, strangers: strangers)
  }

  private func item(_ entry: ArtefactStore.Entry, _ why: String) -> Item {
    Item(name: entry.name, why: why, bytes: entry.bytes, content: .artefact(entry))
  }

  /// Forgets a results folder that is gone for good.
  /// - Returns: whether it was known.
  package func forget(_ results: String) throws -> Bool { try StoreRoots(store).forget(results) }

  /// Finds garbage and removes it while no run begins: a run that has begun is in the plans that were asked, and one
  /// that waits looks at the store when this is done.
  ///
  /// - Parameters:
  ///   - timeout: how many seconds to wait for another one that begins or collects.
  ///   - found: told what is about to be removed.
  /// - Returns: what could not be removed, each with the reason.
  /// - Throws: `StorageFailure.leaseTimeout`, `FileFailure`, what `found` throws.
  package func collect(timeout: Double, found: (Garbage) throws -> Void) throws -> [Stranger] {
    try Leases(store: store).withGate(timeout: timeout, cancellation: Cancellation()) {
      let garbage = try find()
      try found(garbage)
      return try delete(garbage)
    }
  }

  /// - Returns: what could not be removed, each with the reason.
  @discardableResult
  package func delete(_ garbage: Garbage) throws -> [Stranger] {
    let leases = try Leases(store: store)
    var left: [Stranger] = []
    for item in garbage.items {
      do {
        if try !remove(item, leases) {
          left.append(Stranger(name: item.name, why: "another process is computing it"))
        }
      } catch let failure as FileFailure {
        left.append(Stranger(name: item.name, why: failure.message))
      }
    }
    do {
      try store.removeStaleTemporaries()
    } catch let failure as FileFailure {
      left.append(Stranger(name: failure.path, why: failure.message))
    }
    _ = try leases.sweep()
    return left
  }

  /// Somebody computing it right now keeps it: then it gives false.
  private func remove(_ item: Item, _ leases: Leases) throws -> Bool {
    switch item.content {
    case .artefact(let entry):
      guard let lease = try leases.tryAcquire(entry.key) else { return false }
      defer { lease.release() }
      store.removeCheckpoint(of: entry.key)
      try store.remove(entry)
    case .checkpoint(let key):
      guard let lease = try leases.tryAcquire(key) else { return false }
      defer { lease.release() }
      store.removeCheckpoint(of: key)
    case .temporary: break
    }
    return true
  }
}

extension StoreRoots.Root {
  package var reason: String {
    if case .unreadable(let reason) = state { reason } else { "" }
  }
}
