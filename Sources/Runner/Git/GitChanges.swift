import Declarations
import Files
import Foundation

/// Whether the files that a repository follows are those of its commit.
///
/// As `git status` finds it: the index against the commit's tree, and each file against the index, by the time and size
/// that the index has of it, and where these differ by its content. A file that git passes through a filter when it is
/// committed is compared as it lies there, so that it counts as changed once its time differs. Submodules are compared by
/// the commit that they have checked out.
final class GitChanges {
  private let repository: GitRepository
  private let head: String
  private let hash: StreamingHash.Kind
  /// Of content that is read: enough for any source, not for a disk of data.
  private var bytesLeft = 1 << 30
  /// Folders on the way to files, which must be folders and no links.
  private var folders: Set<String> = []
  /// Whether a file's right to be executed counts, as it does unless the repository says that its file system has none.
  private lazy var comparesModes = repository.comparesModes

  init(_ repository: GitRepository, head: String) {
    self.repository = repository
    self.head = head
    hash = head.utf8.count == 40 ? .sha1 : .sha256
  }

  /// Nil where it cannot be told: a form of index or pack that is not known here, or too much to read.
  var isDirty: Bool? {
    let path = "\(repository.folder)/index"
    guard let status = FileStatus(path), let index = GitIndex(path, hash: hash),
      let committed = GitObjects(repository, nameCount: hash.byteCount).tree(ofCommit: head)
    else { return nil }
    if index.isUnsettled { return true }
    guard let tree = index.tree(hash) else { return nil }
    if tree != committed { return true }
    for entry in index.entries where !entry.isPassedOver {
      guard let isSame = isSame(entry, writtenBefore: status.modified) else { return nil }
      if !isSame { return true }
    }
    return false
  }

  private func isSame(_ entry: GitIndex.Entry, writtenBefore written: timespec) -> Bool? {
    let path = "\(repository.worktree)/\(String(decoding: entry.path, as: UTF8.self))"
    if entry.mode & UInt32(S_IFMT) == 0o160000 { return isSameModule(entry, path) }
    guard isBelowFolders(path), let status = FileStatus(notFollowing: path) else { return false }
    switch entry.mode & UInt32(S_IFMT) {
    case UInt32(S_IFLNK):
      guard status.kind == .link, let target = Paths.target(of: path) else { return false }
      return gitName(of: "blob", target, hash).map { $0 == entry.name }
    case UInt32(S_IFREG):
      guard status.kind == .file else { return false }
      // git keeps 0644 or 0755, by the owner's right.
      if comparesModes, (entry.mode & 0o100 != 0) != (status.permissions & 0o100 != 0) { return false }
      let state = Self.state(status)
      // What was changed within the clock's tick in which the index was written has the same time.
      let isSettled = (Int(state[2]), Int(state[3])) < (written.tv_sec, written.tv_nsec)
      return state == entry.state && isSettled ? true : hasContent(entry, path)
    case 0o40000: return true
    default: return nil
    }
  }

  private static func state(_ status: FileStatus) -> [UInt32] {
    [
      status.changed.tv_sec, status.changed.tv_nsec, status.modified.tv_sec, status.modified.tv_nsec,
      Int(truncatingIfNeeded: status.identity.inode), status.size,
    ].map { UInt32(truncatingIfNeeded: $0) }
  }

  private func isBelowFolders(_ path: String) -> Bool {
    var folder = PathBytes.folder(of: path)
    var new: [String] = []
    while folder.utf8.count > repository.worktree.utf8.count, !folders.contains(folder) {
      guard FileStatus(notFollowing: folder)?.kind == .folder else { return false }
      new.append(folder)
      folder = PathBytes.folder(of: folder)
    }
    folders.formUnion(new)
    return true
  }

  /// Nil where there is too much to read.
  private func hasContent(_ entry: GitIndex.Entry, _ path: String) -> Bool? {
    guard let file = RegularFile(path, followsLink: false) else { return false }
    bytesLeft -= file.size
    guard bytesLeft >= 0, let hash = StreamingHash(hash) else { return nil }
    hash.update(Array("blob \(file.size)\0".utf8))
    var place = 0
    var hasReturns = false
    while place < file.size {
      let bytes = file.bytes(at: place, count: 1 << 20)
      if bytes.isEmpty { return false }
      if !hasReturns { hasReturns = bytes.contains(0x0D) }
      hash.update(bytes)
      place += bytes.count
    }
    guard let name = hash.finish() else { return nil }
    if name == entry.name { return true }
    // Line ends may be converted between the folder and the commit.
    guard hasReturns, file.size <= 1 << 26 else { return false }
    bytesLeft -= file.size
    guard bytesLeft >= 0 else { return nil }
    let bytes = file.bytes(at: 0, count: file.size)
    var converted: [UInt8] = []
    converted.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      let isReturn = byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
      if !isReturn { converted.append(byte) }
    }
    return gitName(of: "blob", converted, self.hash).map { $0 == entry.name }
  }

  private func isSameModule(_ entry: GitIndex.Entry, _ path: String) -> Bool {
    guard let module = GitRepository(worktree: path), let head = module.head else { return true }
    return GitObjects.bytes(ofHex: head.utf8) == entry.name
  }
}
