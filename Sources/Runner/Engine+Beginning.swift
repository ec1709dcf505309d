import Declarations
import Foundation
import Storage

/// What a run notes before it computes, so that neither `gc` nor another run of the name takes from it.
extension Engine {
  /// The right to renew the results folder; nil for a single task, which renews nothing.
  func takeResults() throws -> ResultsLease? {
    guard options.task == nil else { return nil }
    return try ResultsLease.take(
      folder, for: plan, timeout: options.leaseTimeout, cancellation: cancellation
    ) { observe(.notice($0)) }
  }

  /// Notes folder and plan where `gc` asks what is needed, while no `gc` is at work: one that begins later keeps what
  /// the plan wants, and one that began earlier has ended before the run believes what is stored.
  ///
  /// - Returns: the folder's manifest as it was.
  func begin(_ store: ArtefactStore, _ leases: Leases) throws -> Manifest? {
    let gate = try gate(leases)
    defer { gate?.release() }
    for notice in [StoreRoots(store).register(folder.root), store.umaskWarning, folder.warning] {
      if let notice { observe(.notice(notice)) }
    }
    let known = try? Manifest.read(in: folder)
    try freeze(known)
    return known
  }

  /// Nil where the store may not be written: who only reads it needs no turn.
  private func gate(_ leases: Leases) throws -> Lease? {
    do {
      return try leases.acquire(
        Leases.gate, timeout: min(1, options.leaseTimeout), cancellation: cancellation)
    } catch let failure as FileFailure where [EACCES, EPERM, EROFS].contains(failure.code) {
      return nil
    } catch StorageFailure.leaseTimeout {
      observe(
        .notice("the store is held by \(leases.described(Leases.gate)), for example gc; waiting for it"))
      return try leases.acquire(Leases.gate, timeout: options.leaseTimeout, cancellation: cancellation)
    }
  }

  /// The plan as it is about to be executed, written before anything runs.
  ///
  /// Where the folder holds results of another plan, `manifest.json` stays theirs until they are renewed.
  private func freeze(_ known: Manifest?) throws {
    if let known, known.plan.isExactly(plan) { return }
    let manifest = Manifest(plan: plan, machine: known?.machine ?? Machine.bare(threads: options.jobs))
    // Where the manifest alone is gone, these tell of results of a plan that nobody knows.
    let signs = [
      ResultsFolder.manifestFile, ResultsFolder.ledgerFile, OutputJournal.file, Renewal.file,
    ]
    if options.task == nil, try signs.allSatisfy({ try folder.files.status($0) == nil }) {
      return try manifest.write(to: folder)
    }
    try PendingPlans(folder).add(manifest, isTask: options.task != nil)
  }

  /// Whether tables and reports of the folder, as far as there are any, are of this plan.
  var isFolderOfPlan: Bool {
    guard !Renewal.isUnfinished(in: folder), let known = try? Manifest.read(in: folder) else {
      return false
    }
    return known.plan.isExactly(plan)
  }
}
