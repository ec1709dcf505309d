import Contracts
import Digests
import Foundation

/// The results folders that share a store, in `.store/.roots/`: whoever computes into the store writes its folder
/// there, so that `gc` can ask them all what they need.
///
/// A store is shared where the `.store` of several folders leads to one place, by a symbolic link or a mount.
package struct StoreRoots: Sendable {
  package enum State: Sendable, Equatable {
    /// It is there, and its store is this one.
    case present
    /// It is not, or its store is another one, or it cannot be looked at; the sentence says which.
    case unreadable(String)
  }

  package struct Root: Sendable, Equatable {
    package let path: String
    package let state: State
    package init(path: String, state: State) {
      self.path = path
      self.state = state
    }
  }

  private let store: ArtefactStore
  private var files: InnerFolder { store.files.folder(InnerPath(fixed: ".roots")) }

  package init(_ store: ArtefactStore) { self.store = store }

  /// Notes that this folder of results uses the store. Gives what the user should know where it cannot be noted.
  package func register(_ results: String) -> String? {
    guard let path = Self.canonical(results) else {
      return access(results, F_OK) == 0
        ? "\(results): its full path is not UTF-8, so it could not be noted as a user of its store: rename the folder "
          + "whose name is not" : nil
    }
    let text =
      JSONValue.object([
        "path": .string(path), "linked": .bool(Self.isLink("\(path)/.store")),
      ]).canonical + "\n"
    do {
      let entry = try self.entry(of: path)
      if let old = try files.readIfPresent(entry), old == Array(text.utf8) { return nil }
      try files.write(Array(text.utf8), to: entry)
      return nil
    } catch {
      return
        "\(path) could not be noted as a user of its store (\(error)): `gc` for another folder that shares "
        + "the store may remove what this one needs"
    }
  }

  /// All folders that are known to use the store, sorted, but for those that have their own store now.
  package func all() throws -> [Root] {
    try files.names().filter { !$0.hasBytes(first: ".") }.compactMap { name in
      guard let bytes = try files.readIfPresent(try InnerPath(component: name)) else { return nil }
      guard let entry = try? JSONReader.value(bytes), let path = entry["path"]?.string else {
        return Root(
          path: "\(files.path)/\(name)", state: .unreadable("it does not say which folder it stands for"))
      }
      return state(of: path, isLinked: entry["linked"]?.bool ?? true).map { Root(path: path, state: $0) }
    }.sorted { $0.path.isExactlyBefore($1.path) }
  }

  /// Forgets a folder that is gone for good.
  /// - Returns: whether it was known.
  package func forget(_ results: String) throws -> Bool {
    // The folder itself is gone; the one around it may still be there.
    let around = Self.canonical(PathBytes.folder(of: results)).map { "\($0)/\(PathBytes.name(of: results))" }
    for path in [results, Self.canonical(results), around].compactMap({ $0 }) {
      let named = PathBytes.folder(of: path).isExactly(files.path) ? PathBytes.name(of: path) : nil
      for entry in try [entry(of: path)] + [named].compactMap({ try $0.map(InnerPath.init(component:)) }) {
        if files.isFile(entry) {
          try files.removeFile(entry)
          return true
        }
      }
    }
    return false
  }

  /// Nil where the folder needs nothing of this store: it has another one of its own, or it held the store and
  /// was moved with it.
  private func state(of path: String, isLinked: Bool) -> State? {
    guard let there = Self.identity("\(path)/.store") else {
      let code = errno
      let isGone = [ENOENT, ENOTDIR].contains(code)
      if isGone, !isLinked { return nil }
      return .unreadable(
        isGone ? "it is not there, or its link to the store is not" : String(cString: strerror(code)))
    }
    guard let here = Self.identity(store.root) else { return .present }
    if there == here { return .present }
    return isLinked ? .unreadable("its `.store` leads to another store now") : nil
  }

  private func entry(of path: String) throws -> InnerPath {
    try InnerPath(component: String(Digest(of: path).hex.prefix(32)))
  }

  private struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64
  }

  private static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// Absolute, without links; nil where there is no such folder.
  package static func canonical(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    // A path that is not UTF-8 cannot be written down.
    return String(validatingCString: resolved)
  }
}
