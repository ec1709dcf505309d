import Declarations
import Files
import Foundation

/// A name that is not UTF-8, and so would be another one wherever it is written down; exit status 64.
struct BadName: Failure {
  let what: String
  let bytes: [UInt8]
  var kind: FailureKind { .usage }
  var message: String {
    "\(what) is not UTF-8: \(Self.printable(bytes)) (bytes that are not ASCII are shown as \\xHH); rename the "
      + "file or folder, for example with `convmv`"
  }

  private static func printable(_ bytes: [UInt8]) -> String {
    bytes.prefix(400).map { byte in
      if (0x20...0x7E).contains(byte) { return String(Unicode.Scalar(byte)) }
      return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}

/// Looks at the names that the program is given before they become text: to start again with another kernel, the
/// program hands them on as text.
enum NameCheck {
  /// An argument or the current folder's path that is not UTF-8; nil where all are.
  static var failure: BadName? {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      let bytes = UnsafeBufferPointer(start: argument, count: strlen(argument)).map { UInt8(bitPattern: $0) }
      if String(validating: bytes, as: UTF8.self) == nil {
        return BadName(what: "argument \(index)", bytes: bytes)
      }
    }
    guard let bytes = Paths.currentBytes else { return nil }
    return String(validating: bytes, as: UTF8.self) == nil
      ? BadName(what: "the current folder's path", bytes: bytes) : nil
  }
}
