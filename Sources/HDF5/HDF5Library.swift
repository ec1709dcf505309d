import CHDF5
import Foundation

/// The one door to the HDF5 library, which is not thread-safe: every call goes through its lock.
enum HDF5Library {
  private static let lock = NSRecursiveLock()

  private static let isSilent: Bool = modgap_h5_silence() >= 0

  /// Runs `body` alone in the library.
  static func exclusively<Result>(_ body: () throws -> Result) throws -> Result {
    lock.lock()
    defer { lock.unlock() }
    guard isSilent else { throw HDF5Failure.library(doing: "start the HDF5 library", detail: "") }
    return try body()
  }

  /// Passes an identifier or a status through, or throws what the library's error stack says.
  static func check<Status: BinaryInteger>(_ status: Status, _ doing: @autoclosure () -> String) throws
    -> Status
  {
    if status >= 0 { return status }
    throw HDF5Failure.library(doing: doing(), detail: lastError)
  }

  private static var lastError: String {
    var text = [CChar](repeating: 0, count: 512)
    modgap_h5_last_error(&text, text.count)
    return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  }
}
