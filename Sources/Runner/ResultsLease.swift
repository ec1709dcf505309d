import Contracts
import Execution
import ExperimentPlan
import Files
import Foundation
import Storage

/// The right to renew an experiment's results folder, held from before its plan is frozen until all is written.
///
/// Runs of equal plans share it, as they share their stages; a run of another plan waits. Those who share it write
/// one after the other. It is kept in `.state/leases` of the folder, so it holds for processes on other machines,
/// and falls with its process.
package final class ResultsLease: Sendable {
  private let leases: Leases
  private let lease: Lease
  private let timeout: Double

  private init(_ leases: Leases, _ lease: Lease, timeout: Double) {
    self.leases = leases
    self.lease = lease
    self.timeout = timeout
  }

  /// Waits for it.
  ///
  /// - Parameters:
  ///   - timeout: seconds; with 0, whoever begins at this moment is waited for all the same, 10 at most.
  ///   - notice: told once, where it is waited for.
  /// - Throws: `RunFailure.resultsAreTaken` with the holder after `timeout`; `StorageFailure.leaseTimeout` where
  ///   another does not come to an end of its beginning; `Cancelled`; `FileFailure`.
  package static func take(
    _ folder: ResultsFolder, for plan: Plan, timeout: Double, cancellation: Cancellation = Cancellation(),
    notice: (String) -> Void = { _ in }
  ) throws -> ResultsLease {
    let leases = try Leases(folder.files.folder(InnerPath(fixed: ".state/leases")))
    let prefix = "plan-\(try plan.digest.prefix(32))-"
    let start = SilenceWatch.monotonic()
    var isSaid = false
    while true {
      let (own, other) = try leases.withGate(timeout: max(timeout, 10), cancellation: cancellation) {
        try share(leases, prefix)
      }
      if let own {
        // What is left of killed runs hinders nobody.
        _ = try? leases.sweep()
        return ResultsLease(leases, own, timeout: timeout)
      }
      let holder = other.map(leases.described) ?? "another process"
      let waited = SilenceWatch.monotonic() - start
      guard waited < timeout else {
        throw RunFailure.resultsAreTaken(folder: folder.path, holder: holder, seconds: waited)
      }
      if !isSaid { notice(RunFailure.waiting(for: holder, folder: folder.path)) }
      isSaid = true
      try cancellation.check()
      Thread.sleep(forTimeInterval: min(0.1, timeout - waited))
    }
  }

  /// Takes a share, or gives a lease of somebody whose plan is another one.
  private static func share(_ leases: Leases, _ prefix: String) throws -> (own: Lease?, other: String?) {
    if let other = try leases.living(prefix: "plan-").first(where: { !$0.hasBytes(first: prefix) }) {
      return (nil, other)
    }
    let key = prefix + String(UInt64.random(in: .min ... .max), radix: 16)
    return (try leases.tryAcquire(key), nil)
  }

  /// Writes while no other that shares the folder writes.
  ///
  /// - Parameters:
  ///   - cancellation: ends the waiting, not the writing: what an interrupted run has is written where nobody else
  ///     is writing.
  ///   - notice: told once, where it is waited for.
  /// - Throws: `StorageFailure.leaseTimeout`; `Cancelled`; what `body` throws.
  package func writing<Result>(
    cancellation: Cancellation = Cancellation(), notice: (String) -> Void = { _ in },
    _ body: () throws -> Result
  ) throws -> Result {
    let writer = try takeWriter(cancellation, notice)
    defer { writer.release() }
    return try body()
  }

  private static let writer = "writing"

  private func takeWriter(_ cancellation: Cancellation, _ notice: (String) -> Void) throws -> Lease {
    if let writer = try leases.tryAcquire(Self.writer) { return writer }
    notice(
      "the results are being written by \(leases.described(Self.writer)), which runs the same plan; waiting for it"
    )
    return try leases.acquire(Self.writer, timeout: max(timeout, 60), cancellation: cancellation)
  }
}

extension Leases {
  /// Who begins, and `gc`, take turns through this lease.
  package static let gate = "gate"

  /// - Throws: `StorageFailure.leaseTimeout`, `Cancelled`, `FileFailure`; what `body` throws.
  func withGate<Result>(
    timeout: Double, cancellation: Cancellation, _ body: () throws -> Result
  ) throws -> Result {
    let gate = try acquire(Self.gate, timeout: timeout, cancellation: cancellation)
    defer { gate.release() }
    return try body()
  }
}

extension Plan {
  /// Equal for equal plans.
  var digest: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return Digest(of: [UInt8](try encoder.encode(self))).hex
    }
  }

  package func isExactly(_ other: Plan) -> Bool {
    self == other && experiment.path.isExactly(other.experiment.path)
  }
}
