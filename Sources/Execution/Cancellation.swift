import Synchronization

/// A flag that a signal handler raises and that work looks at between blocks, its safe points.
package final class Cancellation: Sendable {
  private let raised = Atomic<Bool>(false)

  package init() {}

  package var isRaised: Bool { raised.load(ordering: .relaxed) }

  package func raise() { raised.store(true, ordering: .relaxed) }

  /// Throws `Cancelled` once the flag is up.
  package func check() throws {
    if isRaised { throw Cancelled() }
  }
}

/// The work stopped at a safe point because it was asked to.
package struct Cancelled: Error, Sendable {
  package init() {}
}
