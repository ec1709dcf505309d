import Declarations
import Foundation

/// A file of data open for reading: a regular one, and none in which the system shows itself.
package final class InputFile: Sendable {
  private let file: RegularFile
  package var path: String { file.path }
  package var size: Int { file.size }

  /// - Throws: `FileFailure` where the path leads to no regular file that can be read;
  ///   `DataFileFailure.ofTheSystem`.
  package init(_ path: String) throws {
    try SystemFolders.refuse(path)
    file = try RegularFile(opening: path)
  }

  /// Fills as much of `buffer` as the file has from `offset` on; gives the count of bytes.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    try file.read(into: buffer, at: offset)
  }

  /// The bytes of the range as far as the file has them.
  package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    let available = max(0, min(count, size - offset))
    return try [UInt8](unsafeUninitializedCapacity: available) { buffer, filled in
      filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
  }
}

extension InputFile {
  /// Reads `count` numbers of this type as float32, and says which of them, though not zero, became zero, and how
  /// many lost digits.
  ///
  /// The caller has checked that the file is long enough; a file that shrinks meanwhile is truncated.
  /// - Throws: `DataFileFailure.beyondFloat32` where a finite number would become infinite.
  func floats(
    _ type: ElementType, at offset: Int, count: Int
  ) throws -> (values: [Float], losses: ElementType.Losses) {
    var losses = ElementType.Losses()
    let values = try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if type == .float32, !type.isSwapped {
        try readExactly(
          UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[0..<count * 4]),
          at: offset)
      } else {
        try convert(
          type, at: offset, into: UnsafeMutableBufferPointer(rebasing: buffer[0..<count]), &losses)
      }
      filled = count
    }
    if let beyond = losses.beyond {
      throw DataFileFailure.beyondFloat32(path: path, index: beyond.index, value: beyond.value)
    }
    return (values, losses)
  }

  private func convert(
    _ type: ElementType, at offset: Int, into floats: UnsafeMutableBufferPointer<Float>,
    _ losses: inout ElementType.Losses
  ) throws {
    let piece = 1 << 16
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: piece * type.width, alignment: 16)
    defer { scratch.deallocate() }
    for start in stride(from: 0, to: floats.count, by: piece) {
      let end = min(floats.count, start + piece)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: scratch[0..<(end - start) * type.width])
      try readExactly(bytes, at: offset + start * type.width)
      let target = UnsafeMutableBufferPointer(rebasing: floats[start..<end])
      type.convert(UnsafeRawBufferPointer(bytes), into: target)
      type.addLosses(of: UnsafeRawBufferPointer(bytes), in: target, from: start, to: &losses)
    }
  }

  private func readExactly(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    let count = try read(into: buffer, at: offset)
    if count < buffer.count {
      throw DataFileFailure.badHeader(
        path: path, format: "data", detail: "it became shorter while it was read")
    }
  }
}
