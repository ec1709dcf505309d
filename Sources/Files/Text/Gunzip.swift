import CZlib
import Declarations

/// Files that may be compressed with gzip, told by their first bytes.
package enum Gunzip {
  /// The bytes of a file, unpacked where it is compressed; at most `limit` of them.
  ///
  /// - Throws: `FileFailure`; `TextFailure` where the stream is damaged, truncated or beyond the limit.
  package static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let limit = InputBudget.bytes(atMost: limit)
    let file = try InputFile(path)
    guard file.size <= limit else { throw TextFailure.tooLarge(path: path, limit: limit) }
    let bytes = try file.bytes(at: 0, count: file.size)
    return bytes.starts(with: [0x1F, 0x8B]) ? try unpack(bytes, path, limit) : bytes
  }

  /// What a gzip or zlib stream, told by its first bytes, unpacks to; at most `limit` bytes.
  ///
  /// - Throws: as `read`, which names `path`.
  package static func unpack(_ bytes: [UInt8], _ path: String, _ limit: Int) throws -> [UInt8] {
    var stream = z_stream()
    guard modgap_gunzip_start(&stream) == Z_OK else { throw FileFailure(.read, path, code: 12) }
    defer { inflateEnd(&stream) }
    var packed = bytes
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    try packed.withUnsafeMutableBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(clamping: source.count)
      var isAtEnd = false
      while !isAtEnd {
        isAtEnd = try step(&stream, &piece, &result, path)
        guard result.count <= limit else { throw TextFailure.tooLarge(path: path, limit: limit) }
      }
    }
    return result
  }

  /// Unpacks at most a piece; true behind the last member of the file.
  private static func step(
    _ stream: inout z_stream, _ piece: inout [UInt8], _ result: inout [UInt8], _ path: String
  ) throws -> Bool {
    let status = piece.withUnsafeMutableBufferPointer { target in
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      return inflate(&stream, Z_NO_FLUSH)
    }
    result += piece[0..<piece.count - Int(stream.avail_out)]
    switch status {
    case Z_OK: return false
    case Z_STREAM_END:
      // Another member may follow; zeros or rubbish behind the last one are ignored, as gzip does.
      guard stream.avail_in > 1, stream.next_in?.pointee == 0x1F else { return true }
      return inflateReset(&stream) != Z_OK
    case Z_BUF_ERROR: throw TextFailure.notCompressed(path: path, detail: "it is truncated")
    default:
      let detail = stream.msg.map { String(cString: $0) } ?? "unreadable"
      throw TextFailure.notCompressed(path: path, detail: detail)
    }
  }
}
