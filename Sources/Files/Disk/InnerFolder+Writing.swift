import Declarations
import Foundation

extension InnerFolder {
  /// Creates the folder and those above it.
  package func makeFolder(_ inner: InnerPath = .here) throws {
    close(try openFolder(inner, .makeFolder, creating: true))
  }

  /// Writes a whole file that appears at once, as `AtomicWriter` does, creating folders on the way.
  /// - Throws: `FileFailure`; the target is then as it was, and nothing temporary is left.
  package func write(
    _ bytes: UnsafeRawBufferPointer, to inner: InnerPath, syncsFile: Bool = false, syncsFolder: Bool = false
  ) throws {
    try inParent(of: inner, .write, creating: true) { folder, name in
      if let target = Disk.linkTarget(of: name, in: folder) {
        throw FileFailure(.write, path(of: inner), code: FileFailure.linkInside, target: target)
      }
      let temporary = TemporaryName.next()
      do {
        try Disk.create(temporary, bytes, syncs: syncsFile, in: folder)
        guard renameat(folder, temporary, folder, name) == 0 else {
          throw FileFailure(.rename, path(of: inner), code: errno)
        }
      } catch let failure as FileFailure {
        unlinkat(folder, temporary, 0)
        throw FileFailure(failure.operation, path(of: inner), code: failure.code)
      }
      if syncsFolder { try Disk.syncFolder(folder, path: path(of: inner.parent)) }
    }
  }

  package func write(
    _ bytes: [UInt8], to inner: InnerPath, syncsFile: Bool = false, syncsFolder: Bool = false
  ) throws {
    try bytes.withUnsafeBytes {
      try write($0, to: inner, syncsFile: syncsFile, syncsFolder: syncsFolder)
    }
  }

  /// Creates a file that must not exist yet, in a folder that does.
  /// - Throws: `FileFailure`, of code `EEXIST` where there is one.
  package func create(_ inner: InnerPath, _ bytes: [UInt8], syncs: Bool = false) throws {
    try inParent(of: inner, .write) { folder, name in
      try bytes.withUnsafeBytes { buffer in
        do {
          try Disk.create(name, buffer, syncs: syncs, in: folder)
        } catch let failure as FileFailure {
          throw FileFailure(failure.operation, path(of: inner), code: failure.code)
        }
      }
    }
  }

  /// Adds to the end of a regular file, which is created with its folders where it is missing.
  /// - Throws: `FileFailure`, also where the file has other names (hard links), for they may lie elsewhere.
  package func append(_ bytes: [UInt8], to inner: InnerPath) throws {
    try withFile(inner, O_WRONLY | O_APPEND | O_CREAT, .write, creating: true) { descriptor, status in
      guard status.st_nlink == 1 else {
        throw FileFailure(.write, path(of: inner), code: FileFailure.otherNames)
      }
      try bytes.withUnsafeBytes { try Disk.write($0, to: descriptor, path: path(of: inner)) }
    }
  }

  /// Gives the file another name, in a folder that there is.
  package func rename(_ inner: InnerPath, to other: InnerPath) throws {
    try inParent(of: inner, .rename) { folder, name in
      try inParent(of: other, .rename) { target, newName in
        guard renameat(folder, name, target, newName) == 0 else {
          throw FileFailure(.rename, path(of: other), code: errno)
        }
      }
    }
  }

  /// Makes `other` one more name of a regular file.
  /// - Throws: `FileFailure`, of code `EEXIST` where the name is taken.
  package func link(_ inner: InnerPath, to other: InnerPath) throws {
    try inParent(of: inner, .write) { folder, name in
      try inParent(of: other, .write, creating: true) { target, newName in
        // Without AT_SYMLINK_FOLLOW a link would get another name, not what it leads to.
        guard linkat(folder, name, target, newName, 0) == 0 else {
          throw FileFailure(.write, path(of: other), code: errno)
        }
      }
    }
  }

  /// Makes a symbolic link that leads to the path as it is spelled; what has the name already stays.
  /// - Throws: `FileFailure`.
  package func makeSymbolicLink(_ inner: InnerPath, to path: String) throws {
    try inParent(of: inner, .write, creating: true) { folder, name in
      guard symlinkat(path, folder, name) == 0 || errno == EEXIST else {
        throw FileFailure(.write, self.path(of: inner), code: errno)
      }
    }
  }

  /// Gives a file the present time; a link has its own, and what it leads to keeps its.
  package func touch(_ inner: InnerPath) throws {
    try inParent(of: inner, .write) { folder, name in
      guard utimensat(folder, name, nil, AT_SYMLINK_NOFOLLOW) == 0 else {
        throw FileFailure(.write, path(of: inner), code: errno)
      }
    }
  }

  /// Makes the folder's entries durable.
  package func sync() throws {
    let descriptor = try openFolder(.here, .sync)
    defer { close(descriptor) }
    try Disk.syncFolder(descriptor, path: path)
  }

  // MARK: - Removing

  /// Removes a file or a link, which is not followed; what is not there is fine, a folder stays.
  package func removeFile(_ inner: InnerPath) throws {
    try passingOverAbsence {
      try inParent(of: inner, .remove) { folder, name in
        guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else {
          throw FileFailure(.remove, path(of: inner), code: errno)
        }
      }
    }
  }

  /// Removes a folder that holds nothing. Gives whether it is gone.
  @discardableResult
  package func removeEmptyFolder(_ inner: InnerPath) -> Bool {
    (try? inParent(of: inner, .remove) { unlinkat($0, $1, Int32(AT_REMOVEDIR)) == 0 }) ?? false
  }

  /// Removes a file, or a folder with all it holds; a link goes, and what it leads to stays. What is not there
  /// is fine.
  package func removeAll(_ inner: InnerPath) throws {
    try passingOverAbsence { try removeAll(inner, Self.deepest) }
  }

  private func removeAll(_ inner: InnerPath, _ left: Int) throws {
    guard left > 0 else { throw FileFailure(.remove, path(of: inner), code: ENAMETOOLONG) }
    guard try status(inner)?.isFolder == true else { return try removeFile(inner) }
    for name in try names(inner) { try removeAll(inner + (try InnerPath(component: name)), left - 1) }
    try inParent(of: inner, .remove) { folder, name in
      guard unlinkat(folder, name, Int32(AT_REMOVEDIR)) == 0 || errno == ENOENT else {
        throw FileFailure(.remove, path(of: inner), code: errno)
      }
    }
  }

  /// Removes what processes that are gone left unfinished in this folder, not in those below it. What cannot be
  /// removed stays, and harms nothing.
  package func removeAbandoned() {
    let names = (try? names()) ?? []
    for name in names where TemporaryName.isStale(name, in: self) {
      if let inner = try? InnerPath(component: name) { try? removeFile(inner) }
    }
  }

  private func passingOverAbsence(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let failure as FileFailure where [ENOENT, ENOTDIR].contains(failure.code) {
      return
    }
  }

  /// Opens a file to lock it; where there is none it is made, and all who can reach it may open it, whatever the umask:
  /// for reading, which is enough but on some network mounts, as nobody writes to it.
  /// - Returns: the descriptor, for the caller to close.
  /// - Throws: `FileFailure`.
  package func openForAll(_ inner: InnerPath) throws -> Int32 {
    try inParent(of: inner, .write) { folder, name in
      let flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
      var descriptor = openat(folder, name, O_RDWR | flags)
      if descriptor < 0, errno == ENOENT {
        descriptor = openat(folder, name, O_RDWR | O_CREAT | flags, SharedFolder.readable)
        if descriptor >= 0 { fchmod(descriptor, SharedFolder.readable) }
      }
      if descriptor < 0, errno == EACCES { descriptor = openat(folder, name, O_RDONLY | flags) }
      guard descriptor >= 0 else { throw FileFailure(.write, path(of: inner), code: errno) }
      return descriptor
    }
  }
}
