import Declarations
import Foundation

extension FileSystem {
  /// The disk, each time it is asked.
  package static var disk: FileSystem {
    FileSystem(
      currentFolder: Paths.current,
      entry: { path in
        FileStatus(path).map { status in
          let kind: FileSystem.Kind =
            switch status.kind {
            case .file: .file
            case .folder: .folder
            default: .other
            }
          return Entry(kind, isReadable: Paths.allows(R_OK, path))
        }
      },
      beginning: { path, most in try Disk.beginning(of: path, atMost: most) },
      digest: { try Digest(file: $0).hex }, listing: { try $0.listing($1) },
      completion: { try $0.completes?($1) ?? $1 })
  }

  /// The same with other bytes in one file, whatever is there.
  package func replacing(_ path: String, with bytes: [UInt8]) -> FileSystem {
    let place = Self.absolute(path)
    var copy = self
    copy.entry = { Self.absolute($0) == place ? Entry(.file) : self.entry($0) }
    copy.beginning = { Self.absolute($0) == place ? Array(bytes.prefix($1)) : try self.beginning($0, $1) }
    return copy
  }

  private static func absolute(_ path: String) -> ExactString {
    ExactString(URL(fileURLWithPath: path).standardizedFileURL.path)
  }

  /// A file system that holds these files, with their bytes by absolute path, and the folders above them. Data sets have
  /// no other files in it, and files say nothing of parameters, unless `listing` and `completion` are set.
  package static func holding(_ files: [String: [UInt8]], currentFolder: String = "/") -> FileSystem {
    let folders = Set(
      files.keys.flatMap { path in
        path.utf8.indices.filter { path.utf8[$0] == UInt8(ascii: "/") }.map { String(path[..<$0]) }
      })
    @Sendable func bytes(_ path: String) throws -> [UInt8] {
      guard let bytes = files[path] else { throw FileFailure(.read, path, code: ENOENT) }
      return bytes
    }
    return FileSystem(
      currentFolder: currentFolder,
      entry: { path in
        if files[path] != nil { return Entry(.file) }
        return folders.contains(path) ? Entry(.folder) : nil
      },
      beginning: { path, most in Array(try bytes(path).prefix(most)) },
      digest: { path in Digest(of: try bytes(path)).hex })
  }
}
