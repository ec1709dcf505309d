import Declarations

/// Why a text or a compressed file cannot be used.
package enum TextFailure: Failure, Equatable {
  case notCompressed(path: String, detail: String)
  case tooLarge(path: String, limit: Int)
  case notUTF8(path: String, UTF8Check.Fault)
  /// A file's name is not UTF-8, so that it cannot stand in a caption, a config or a table.
  case badFileName(folder: String, [UInt8])
  case unpairedSurrogate(path: String, line: Int)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .notCompressed(let path, let detail):
      "\(path): what is compressed in it is damaged: \(detail); download it again"
    case .tooLarge(let path, let limit):
      "\(path): the unpacked file has more than \(limit >> 20) MiB, which is too much for a file of this kind; check the path"
    case .notUTF8(let path, let fault): "\(path):\(fault.line):\(fault.column): \(fault.message)"
    case .badFileName(let folder, let name):
      "\(folder): the name of the file `\(Self.printable(name))` is not UTF-8 (bytes that are not ASCII are shown as "
        + "\\xHH); rename it, for example with `convmv`"
    case .unpairedSurrogate(let path, let line):
      "\(path):\(line): a string has half of a surrogate pair (a single escape from \\uD800 to \\uDFFF), which is not a "
        + "character; write the whole pair, or \\uFFFD"
    }
  }

  private static func printable(_ name: [UInt8]) -> String {
    name.map { byte in
      if (0x20...0x7E).contains(byte) { return String(Unicode.Scalar(byte)) }
      return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
