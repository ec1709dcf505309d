import Declarations
import Files
import Foundation

/// A store that several users share: an artefact that one of them keeps to himself, or that another cannot replace,
/// hinders nobody. Whoever needs it computes it again, is told so before, and keeps it beside, as his own.
extension ArtefactStore {
  /// What this user's own copy of an artefact is called.
  static func ownName(of key: String) -> String { "\(key)-u\(geteuid())" }

  /// What keeps this user from using or replacing what is stored under a key; nil where nothing does.
  ///
  /// - Parameter replaces: whether a sound artefact is to give way, too.
  /// - Throws: `StorageFailure.notReplaceable` where one that can be read must give way and cannot.
  package func obstacle(to key: String, replaces: Bool) throws -> String? {
    let folder = folder(of: key)
    guard let owner = FileOwner(folder) else { return nil }
    let state = Result { try lookup(key, in: key) }
    switch state {
    case .success(.absent): return nil
    case .success(.found):
      guard replaces, !mayReplace(folder) else { return nil }
      throw StorageFailure.notReplaceable(path: folder, owner: owner.name)
    case .success(.damaged): if mayReplace(folder) { return nil }
    case .failure(let failure as FileFailure) where failure.isRefusal: break
    case .failure(let error): throw error
    }
    return
      "\(folder) belongs to \(owner.name), mode \(owner.mode), and this user can neither read nor replace it, so it is "
      + "computed again and stored beside it; \(owner.name) can share it (\(ShellCommand(["chmod", "-R", "a+rX", folder]))), and what is "
      + "computed later by setting umask 022"
  }

  /// Whether this user may remove a folder of the store with what it holds.
  func mayReplace(_ folder: String) -> Bool {
    guard geteuid() != 0 else { return true }
    guard let around = FileStatus(root), let own = FileStatus(notFollowing: folder) else { return true }
    guard !around.isSticky || [around.owner, own.owner].contains(geteuid()) else { return false }
    return Paths.allows(W_OK | X_OK, root) && Paths.allows(R_OK | W_OK | X_OK, folder)
  }

  /// What others should know of what this process computes into a store that they share; nil for nothing.
  package var umaskWarning: String? {
    guard let status = FileStatus(root) else { return nil }
    let mask = Self.umask
    // Who may write into the store is one who shares it.
    let sharers = (status.permissions & 0o022) << 1
    guard sharers & mask != 0 else { return nil }
    let octal = String(mask, radix: 8)
    return
      "others may write to \(root) (mode \(String(status.permissions, radix: 8))), but with umask "
      + "\(String(repeating: "0", count: max(0, 3 - octal.utf8.count)))\(octal) they cannot read what this run "
      + "computes; set umask 022 to let them"
  }

  /// The process's, read without setting it, which other threads would notice.
  private static var umask: mode_t {
    let text = SystemText.read("/proc/self/status")
    let line = text.split(separator: "\n").first { $0.hasBytes(first: "Umask:") }
    return line.flatMap { mode_t($0.dropFirst(6).drop { " \t".contains($0) }, radix: 8) } ?? 0
  }
}

extension FileFailure {
  /// The user may not.
  package var isRefusal: Bool { [EACCES, EPERM].contains(code) }
}
