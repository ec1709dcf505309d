import Contracts
import ExperimentPlan
import Storage

/// A stage that gave other bytes than it had given before under the same key: the promise that a result follows
/// from its key is broken, by the stage, by the machine, or by whoever wrote the first one.
package struct Irreproducible: Codable, Sendable, Equatable {
  package let task: String
  package let key: String
  /// The digest that the store had, and the one that was computed now.
  package let before: String
  package let now: String
  /// Tasks of this plan that read the earlier result, directly or through others.
  package let dependants: [String]
  /// Stored artefacts that were made from it, of other plans and other versions of this one.
  package let stored: [String]

  init(_ index: Int, of plan: Plan, key: String, before: String, now: String, in store: ArtefactStore) {
    task = plan.tasks[index].id
    self.key = key
    self.before = before
    self.now = now
    dependants = Self.dependants(of: index, in: plan)
    stored = Self.stored(from: before, in: store)
  }

  package var message: String {
    var text =
      "\(task) was computed again and gave another result (\(now.prefix(12))) than the store had "
      + "(\(before.prefix(12))), although nothing that it depends on has changed, so one of the two is wrong"
    text += "; the new one is kept"
    if !dependants.isEmpty {
      text += "; these results depend on the earlier one and are out of date: \(Self.listing(dependants))"
    }
    if !stored.isEmpty {
      text += "; these artefacts in the store depend on the earlier one: \(Self.listing(stored))"
    }
    return text
  }

  private static func listing(_ names: [String]) -> String {
    names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
  }

  private static func dependants(of index: Int, in plan: Plan) -> [String] {
    var found: Set<Int> = [index]
    // Each task stands behind what it needs.
    for other in plan.tasks.indices where !found.isDisjoint(with: plan.tasks[other].dependencies) {
      found.insert(other)
    }
    return found.subtracting([index]).sorted().map { plan.tasks[$0].id }
  }

  /// Artefacts whose key has the digest among its inputs, and those made from them.
  private static func stored(from digest: String, in store: ArtefactStore) -> [String] {
    let records = ((try? store.entries()) ?? []).compactMap { entry -> StoredRecord? in
      if case .found(let record) = entry.standing { record } else { nil }
    }
    var open = [digest]
    var found: [String: String] = [:]
    while let digest = open.popLast() {
      for record in records where found[record.key] == nil && record.isMade(from: digest) {
        found[record.key] = "\(record.stage) \(record.key.prefix(12))"
        open.append(record.digest.hex)
      }
    }
    return found.values.sorted()
  }
}

extension StoredRecord {
  /// Whether an input or a reference of its key has this digest.
  fileprivate func isMade(from digest: String) -> Bool {
    let tree = keyTree
    return [tree["inputs"], tree["references"]].contains { $0?.canonical.contains(digest) ?? false }
  }
}
