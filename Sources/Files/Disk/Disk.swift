import Declarations
import Execution
import Foundation

/// The file operations that the store needs, with `errno` kept.
package enum Disk {
  /// The whole content of a regular file.
  /// - Throws: `FileFailure`.
  package static func read(_ path: String) throws -> [UInt8] {
    let file = try RegularFile(opening: path)
    return try withExtendedLifetime(file) { try read(file.descriptor, size: file.size, path: path) }
  }

  /// The whole content of an open regular file. A file whose size is a lie (sparse, or somebody else's joke) is
  /// refused before memory is asked for.
  package static func read(_ descriptor: Int32, size: Int, path: String) throws -> [UInt8] {
    guard size <= mostBytes || Double(size) <= ProcessMemory.tightest.left / 4 else {
      throw FileFailure(.read, path, code: EFBIG)
    }
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < buffer.count {
        let read = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        if read < 0, errno == EINTR { continue }
        guard read >= 0 else { throw FileFailure(.read, path, code: errno) }
        if read == 0 { break }
        count += read
      }
    }
  }

  /// The first bytes of a file, a pipe or an open descriptor, at most so many.
  /// - Throws: `FileFailure`.
  package static func beginning(of path: String, atMost most: Int) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(.open, path, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < most {
      let count = Glibc.read(descriptor, &piece, min(piece.count, most - bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure(.read, path, code: errno) }
      if count == 0 { break }
      bytes += piece[0..<count]
    }
    return bytes
  }

  /// Files of up to so many bytes are read without asking how much memory is left.
  private static let mostBytes = 1 << 20

  /// Writes all of `bytes` to an open descriptor.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        // A pipe that somebody gave and that does not block takes more in its time.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
        continue
      }
      guard count > 0 else { throw FileFailure(.write, path, code: count < 0 ? errno : ENOSPC) }
      done += count
    }
  }

  /// Creates a file that must not exist yet, with this content, synced where asked.
  /// - Parameter folder: the descriptor of the folder that a relative path begins in.
  package static func create(
    _ path: String, _ bytes: UnsafeRawBufferPointer, syncs: Bool, in folder: Int32 = AT_FDCWD
  ) throws {
    let descriptor = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileFailure(.write, path, code: errno) }
    do {
      try write(bytes, to: descriptor, path: path)
      if syncs, fsync(descriptor) != 0 { throw FileFailure(.sync, path, code: errno) }
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw FileFailure(.write, path, code: errno) }
  }

  /// Makes a folder's entries durable.
  static func syncFolder(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(.sync, path, code: errno) }
    defer { close(descriptor) }
    try syncFolder(descriptor, path: path)
  }

  static func syncFolder(_ descriptor: Int32, path: String) throws {
    // Some file systems (FUSE, network mounts) cannot sync a folder; their renames are what they are.
    if fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP {
      throw FileFailure(.sync, path, code: errno)
    }
  }

  package static func rename(_ source: String, to target: String) throws {
    guard Glibc.rename(source, target) == 0 else { throw FileFailure(.rename, target, code: errno) }
  }

  /// Creates a folder and those above it; one that exists is fine.
  package static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o777) == 0 { return }
    switch errno {
    case EEXIST:
      var status = stat()
      let code = stat(path, &status) == 0 ? ENOTDIR : errno
      guard code != ENOTDIR || status.st_mode & S_IFMT != S_IFDIR else { return }
      throw FileFailure(.makeFolder, path, code: code, target: linkTarget(of: path))
    case ENOENT, ENOTDIR, ELOOP:
      // Which of the folders above is to blame, if one is, is said there.
      let parent = folder(of: path)
      guard parent != path, !path.isEmpty else { throw FileFailure(.makeFolder, path, code: ENOENT) }
      try makeFolder(parent)
      if mkdir(path, 0o777) != 0, errno != EEXIST { throw FileFailure(.makeFolder, path, code: errno) }
    default: throw FileFailure(.makeFolder, path, code: errno)
    }
  }

  /// What a symbolic link names; nil where the path is none.
  package static func linkTarget(of path: String, in folder: Int32 = AT_FDCWD) -> String? {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = readlinkat(folder, path, &bytes, bytes.count)
    return count > 0
      ? String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  /// The names in a folder, sorted; none where there is no such folder.
  package static func names(in path: String) throws -> [String] {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return [] }
      throw FileFailure(.list, path, code: errno)
    }
    defer { closedir(stream) }
    return names(in: stream)
  }

  package static func names(in stream: OpaquePointer) -> [String] {
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sortedByBytes()
  }

  /// The folder that holds `path`.
  package static func folder(of path: String) -> String { PathBytes.folder(of: path) }
}
