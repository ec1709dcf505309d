import Declarations
import Files
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
      return Paths.exists(results)
        ? "\(results): its full path is not UTF-8, so it could not be registered as a user of its store; rename the "
          + "folder whose name is not UTF-8" : nil
    }
    do {
      let mark = try Self.mark(of: path, creating: true)
      let text =
        JSONValue.object([
          "path": .string(path), "linked": .bool(Paths.isLink("\(path)/.store")),
          "host": .string(ProcessIdentity.own.host), "mark": mark.map { .string($0) } ?? .null,
        ]).canonical + "\n"
      let entry = try InnerPath(component: String(Digest(of: path + (mark ?? "")).hex.prefix(32)))
      if let old = try files.readIfPresent(entry), old == Array(text.utf8) { return nil }
      try SharedFolder.make(files)
      try files.write(Array(text.utf8), to: entry)
      // Whoever collects must be able to read it.
      SharedFolder.letRead(entry, in: files)
      return nil
    } catch {
      return
        "\(path) could not be registered as a user of its store (\(error)), so `gc` for another folder that shares "
        + "the store may remove what this one needs"
    }
  }

  /// All folders that are known to use the store, sorted, but for those that have their own store now.
  package func all() throws -> [Root] {
    try files.names().filter(Self.isEntry).compactMap { name in
      let entry = try InnerPath(component: name)
      let path = files.path(of: entry)
      guard files.isFile(entry) else { return nil }
      let bytes: [UInt8]?
      do {
        bytes = try files.readIfPresent(entry)
      } catch let failure as FileFailure where failure.isRefusal {
        let owner = FileOwner(path)?.name ?? "another user"
        return Root(
          path: path, state: .unreadable("it belongs to \(owner), and this user is not allowed to read it"))
      }
      guard let bytes else { return nil }
      guard let said = try? JSONReader.value(bytes), let results = said["path"]?.string else {
        return Root(path: path, state: .unreadable("it does not say which results folder it refers to"))
      }
      // A folder of the same path on another machine is another one.
      if let mark = said["mark"]?.string, Paths.isFolder(results),
        (try? Self.mark(of: results, creating: false)) ?? nil != mark
      {
        let host = said["host"]?.string ?? "another machine"
        return Root(
          path: path, state: .unreadable("it refers to \(results) on \(host), which is not the folder here"))
      }
      return state(of: results, isLinked: said["linked"]?.bool ?? true).map { Root(path: results, state: $0) }
    }.sorted { $0.path.isExactlyBefore($1.path) }
  }

  /// Whether a name is of an entry; what else lies there is left alone.
  private static func isEntry(_ name: String) -> Bool {
    name.utf8.count == 32
      && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// Forgets a folder that is gone for good.
  /// - Returns: whether it was known.
  package func forget(_ results: String) throws -> Bool {
    // The folder itself is gone; the one around it may still be there.
    let around = Self.canonical(PathBytes.folder(of: results)).map { "\($0)/\(PathBytes.name(of: results))" }
    let paths = [results, Self.canonical(results), around].compactMap { $0 }
    var isKnown = false
    for name in try files.names().filter(Self.isEntry) {
      let entry = try InnerPath(component: name)
      let said = ((try? files.readIfPresent(entry)) ?? nil).flatMap { try? JSONReader.value($0) }
      let isMeant = paths.contains { path in
        said?["path"]?.string?.isExactly(path) == true || files.path(of: entry).isExactly(path)
          || (PathBytes.name(of: path).isExactly(name)
            && PathBytes.folder(of: path).hasBytes(last: "/.roots"))
      }
      guard isMeant else { continue }
      try files.removeFile(entry)
      isKnown = true
    }
    return isKnown
  }

  /// Nil where the folder needs nothing of this store: it has another one of its own, or it held the store and
  /// was moved with it.
  private func state(of path: String, isLinked: Bool) -> State? {
    guard let there = FileStatus("\(path)/.store")?.identity else {
      let code = errno
      let isGone = [ENOENT, ENOTDIR].contains(code)
      if isGone, !isLinked { return nil }
      return .unreadable(
        isGone ? "it does not exist, or its link to the store does not" : String(cString: strerror(code)))
    }
    guard let here = FileStatus(store.root)?.identity else { return .present }
    if there == here { return .present }
    return isLinked ? .unreadable("its `.store` now leads to another store") : nil
  }

  /// What tells a folder of results from another of the same path on another machine: a random word in it.
  ///
  /// - Returns: nil where there is none and none can be made.
  private static func mark(of results: String, creating: Bool) throws -> String? {
    let (files, name) = (InnerFolder(root: results), InnerPath(fixed: ".modgap-folder"))
    if let bytes = try files.readIfPresent(name) {
      return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
    guard creating else { return nil }
    let mark = String(UInt64.random(in: .min ... .max), radix: 16)
    do {
      try files.create(name, Array("\(mark)\n".utf8))
      SharedFolder.letRead(name, in: files)
      return mark
    } catch let failure as FileFailure where failure.code == EEXIST {
      return try self.mark(of: results, creating: false)
    } catch let failure as FileFailure where failure.isRefusal || failure.code == EROFS {
      return nil
    }
  }

  /// Absolute, without links; nil where there is no such folder.
  package static func canonical(_ path: String) -> String? {
    // A path that is not UTF-8 cannot be written down.
    Paths.real(path)
  }
}
