import Declarations
import Execution
import Files

/// The members of a zip file of somebody's arrays, as `numpy.savez` writes it.
package struct ArrayArchive {
  private let path: String
  /// Without `.npy`.
  package let names: [String]

  private static let ending = ".npy"

  /// - Throws: `FileFailure`; `ArchiveFailure` where the file is damaged, has links, or would unpack to far more than it is.
  package init(_ path: String) throws {
    self.path = path
    // Names, links and sizes are judged before anything is read.
    _ = try Self.reading(path) { try ArchiveListing($0, packed: $1, cancellation: Cancellation()) }
    names = try Self.reading(path) { reader, _ in
      var names: [String] = []
      while let member = try reader.next() {
        let name = member.path.joined(separator: "/")
        if !member.isFolder, name.hasSuffix(Self.ending) { names.append(String(name.dropLast(4))) }
      }
      return names
    }
  }

  /// Copies the array of this name to a file, which is then a `.npy` file.
  /// - Throws: `FileFailure`, `ArchiveFailure`.
  package func copy(_ name: String, to folder: OutputFolder, as file: String) throws {
    let bytes = try Self.reading(path) { reader, _ in
      while let member = try reader.next() {
        guard !member.isFolder, member.path.joined(separator: "/").isExactly(name + Self.ending) else {
          continue
        }
        return try Self.content(reader)
      }
      throw ArchiveFailure.damaged(archive: path, detail: "the entry \"\(name)\" is not there any more")
    }
    try folder.write(bytes, to: file)
  }

  private static func content(_ reader: ArchiveReader) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  private static func reading<R>(_ path: String, _ body: (ArchiveReader, Int) throws -> R) throws -> R {
    let file = try RegularFile(opening: path)
    return try withExtendedLifetime(file) {
      try body(ArchiveReader(file.descriptor, .zip, title: path), file.size)
    }
  }
}
