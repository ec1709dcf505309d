import Declarations
import Foundation

extension InnerFolder {
  /// The whole content of a regular file.
  /// - Throws: `FileFailure`; of code `EFBIG` where it takes more than a quarter of the memory that is left.
  package func read(_ inner: InnerPath) throws -> [UInt8] {
    try withFile(inner, O_RDONLY, .read) { try Disk.read($0, size: Int($1.st_size), path: path(of: inner)) }
  }

  /// The content, or nil where there is no such file.
  package func readIfPresent(_ inner: InnerPath) throws -> [UInt8]? {
    do {
      return try read(inner)
    } catch let failure as FileFailure where [ENOENT, ENOTDIR].contains(failure.code) {
      return nil
    }
  }

  /// What the system says of a file, a folder or a link, which is not followed; nil where there is none.
  /// - Throws: `FileFailure`, where a link stands on the way, too.
  package func status(_ inner: InnerPath) throws -> stat? {
    do {
      return try inParent(of: inner, .read) { folder, name in
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
          if errno == ENOENT { return nil }
          throw FileFailure(.read, path(of: inner), code: errno)
        }
        return status
      }
    } catch let failure as FileFailure where [ENOENT, ENOTDIR].contains(failure.code) {
      return nil
    }
  }

  /// Whether there is a regular file of this name.
  package func isFile(_ inner: InnerPath) -> Bool { (try? status(inner))??.isFile ?? false }

  package func isFolder(_ inner: InnerPath) -> Bool { (try? status(inner))??.isFolder ?? false }

  /// - Throws: `FileFailure` with the link's name and target where there is a link on the way or at its end.
  package func refuseLink(_ inner: InnerPath, _ operation: FileFailure.Operation = .write) throws {
    guard try status(inner)?.isLink == true else { return }
    try inParent(of: inner, operation) { folder, name in
      throw Self.failure(operation, path(of: inner), folder, name, ELOOP)
    }
  }

  /// The digest of a regular file's bytes.
  package func digest(of inner: InnerPath) throws -> Digest {
    try withFile(inner, O_RDONLY, .read) { descriptor, _ in
      try Digest(ofDescriptor: descriptor, path: path(of: inner))
    }
  }

  /// The names in the folder, sorted by their bytes; none where there is no such folder.
  package func names(_ inner: InnerPath = .here) throws -> [String] {
    let descriptor: Int32
    do {
      descriptor = try openFolder(inner, .list)
    } catch let failure as FileFailure where failure.code == ENOENT {
      return []
    }
    guard let stream = fdopendir(descriptor) else {
      close(descriptor)
      throw FileFailure(.list, path(of: inner), code: errno)
    }
    defer { closedir(stream) }
    return Disk.names(in: stream)
  }

  /// Bytes of all files below, links and what lies more than `InnerFolder.deepest` folders down left out.
  package func size(_ inner: InnerPath) -> Int { size(inner, InnerFolder.deepest) }

  private func size(_ inner: InnerPath, _ left: Int) -> Int {
    guard left > 0, let status = (try? status(inner)) ?? nil else { return 0 }
    guard status.isFolder else { return Int(status.st_size) }
    return ((try? names(inner)) ?? []).reduce(0) { total, name in
      guard let name = try? InnerPath(component: name) else { return total }
      return total.adding(bounded: size(inner + name, left - 1))
    }
  }

  /// How many folders deep anything is looked at or removed; nothing of ours lies deeper than four.
  package static let deepest = 32
}

extension stat {
  package var isFile: Bool { st_mode & S_IFMT == S_IFREG }
  package var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
  package var isLink: Bool { st_mode & S_IFMT == S_IFLNK }

  /// When the content last changed, in nanoseconds since 1970; times beyond the year 2262 wrap.
  package var modifiedNanoseconds: Int {
    Int(st_mtim.tv_sec) &* 1_000_000_000 &+ Int(st_mtim.tv_nsec)
  }

  /// When content, rights or names last changed, in the same way.
  package var changedNanoseconds: Int {
    Int(st_ctim.tv_sec) &* 1_000_000_000 &+ Int(st_ctim.tv_nsec)
  }
}
