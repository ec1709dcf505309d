import Contracts
import Files
import Foundation

import struct Synchronization.Atomic

/// The right to compute one artefact, held until `release` or the end of this object.
package final class Lease: Sendable {
  package let key: String
  private let leases: Leases
  private let isHeld = Atomic<Bool>(true)

  init(key: String, leases: Leases) {
    self.key = key
    self.leases = leases
  }

  deinit { release() }

  /// Lets others have the artefact. Doing it twice is fine.
  package func release() {
    if isHeld.exchange(false, ordering: .acquiringAndReleasing) { leases.release(key) }
  }
}

/// Who holds a lease, as the lease's file says.
package struct LeaseHolder: Sendable, Equatable {
  package let process: ProcessIdentity
  /// Tells two openings of one store within a process apart.
  package let token: String
  /// Seconds for which the waiter has seen no sign of life of its owner.
  package let silence: Double

  /// For an error message: `process 4711 on host a`.
  package var described: String {
    let isHere = process.host == ProcessIdentity.own.host
    return "process \(process.pid)\(isHere ? "" : " on host \(process.host)")"
  }
}
