import Declarations
import Execution
import Files

/// How data are got: where from, how patiently, and who is told.
package struct Acquisition: Sendable {
  /// What is told while it goes on.
  package enum Event: Sendable {
    case notice(String)
    /// Bytes so far, and all where that is known.
    case progress(name: String, verb: String, done: Int, total: Int?)
  }

  /// A folder in which the downloads are already; nothing is downloaded then.
  package let folder: String?
  /// A prefix of URLs that is tried first.
  package let mirror: String?
  /// Seconds without an answer, or with next to nothing, after which a server is given up.
  package let timeout: Int
  /// How often a server is asked that breaks off or is overloaded.
  package let attempts: Int
  package let environment: [String: String]
  package let cancellation: Cancellation
  package let tell: @Sendable (Event) -> Void

  package init(
    folder: String? = nil, mirror: String? = nil, timeout: Int = 20, attempts: Int = 5,
    environment: [String: String], cancellation: Cancellation,
    tell: @escaping @Sendable (Event) -> Void
  ) {
    self.folder = folder
    self.mirror = mirror
    self.timeout = timeout
    self.attempts = attempts
    self.environment = environment
    self.cancellation = cancellation
    self.tell = tell
  }

  /// Of a file that is to be: left free on its disk, so that what else runs there goes on.
  static let reserve = 1 << 20
}
