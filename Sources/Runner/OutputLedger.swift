import Execution
import Files
import Foundation
import Storage

/// Remembers what each file of a results folder was made from, so that a file whose sources have not
/// changed, and which nobody touched, is not made again.
///
/// The folder, ledger included, may be somebody else's. So an entry vouches for a file only with a mark that this user's
/// secret is needed for (`UserSecret`), and only while the file's times, number and size, which nobody can set all, are
/// those that it had when this user's program wrote it, or its bytes have the digest that they had then.
final class OutputLedger: Sendable {
  private struct Entry: Codable, Equatable {
    var source: String
    var size: Int
    var modified: Int
    /// When its state last changed, in nanoseconds, and its number; nil in an entry that vouches for nothing.
    var changed: Int?
    var inode: UInt64?
    /// Of its bytes.
    var digest: String?
    /// Over all of these and the path, with the user's secret.
    var mark: String?

    func isStamped(as other: Entry) -> Bool {
      (size, modified, changed, inode) == (other.size, other.modified, other.changed, other.inode)
    }

    /// A text without a second reading.
    func mark(of path: String, _ secret: UserSecret) -> String {
      let parts = [source, "\(size)", "\(modified)", "\(changed ?? 0)", "\(inode ?? 0)", digest ?? "", path]
      let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
      return Digest(authenticating: Array(text.utf8), key: secret.bytes).hex
    }
  }

  private struct State {
    var before: [String: Entry]
    /// Of files that a run was about to write when it was killed.
    var announced: [String: String] = [:]
    var now: [String: Entry] = [:]
    /// Names of files that have several.
    var linked: Set<String> = []
  }

  private let output: OutputFolder
  private var files: InnerFolder { output.files }
  private let state: Mutex<State>
  private let journal: OutputJournal
  private let secret: UserSecret

  /// - Throws: `FileFailure` where the folder cannot be made.
  init(_ folder: ResultsFolder, secret: UserSecret = .own) throws {
    self.secret = secret
    output = try OutputFolder(try folder.files)
    journal = try OutputJournal(output.files)
    let data = try output.files.readIfPresent(ResultsFolder.ledgerFile).map { Data($0) }
    let known = data.flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:]
    var state = State(before: known.filter { Self.isOutput($0.key) })
    for left in journal.left where Self.isOutput(left.path) {
      switch left.mark {
      case .written(let size, let modified):
        state.before[left.path] = Entry(source: "", size: size, modified: modified)
      case .announced(let digest): state.announced[left.path] = digest
      }
    }
    self.state = Mutex(state)
  }

  /// Makes the file where its source digest is new or the file is not as it was left.
  /// - Returns: whether it was made.
  @discardableResult
  func write(_ path: String, from source: String, _ content: () throws -> [UInt8]) throws -> Bool {
    if keep([path], from: source) { return false }
    try put(path, from: source, try content())
    return true
  }

  /// Makes the file with these bytes, whatever is there and whoever vouches for it.
  func put(_ path: String, from source: String, _ bytes: [UInt8]) throws {
    let digest = Digest(of: bytes).hex
    try journal.note(path, .announced(digest: digest))
    try output.write(bytes, to: path)
    record(path, from: source, digest)
  }

  /// The content of a file, or nil where there is none.
  func read(_ path: String) throws -> [UInt8]? { try output.read(path) }

  /// Whether all these files are as they were made from `source`; they are then part of the results.
  func keep(_ paths: [String], from source: String) -> Bool {
    var found: [(path: String, entry: Entry)] = []
    for path in paths {
      guard let entry = vouched(path, source) else { return false }
      found.append((path, entry))
    }
    state.withLock { state in
      for (path, entry) in found { state.now[path] = entry }
    }
    return true
  }

  /// The entry of a file that this user's program made from `source` and that has not changed since.
  private func vouched(_ path: String, _ source: String) -> Entry? {
    guard let known = state.withLock({ $0.before[path] }), known.source == source, let digest = known.digest,
      known.mark == known.mark(of: path, secret), let present = entry(path, source)
    else { return nil }
    if known.isStamped(as: present) { return known }
    // Copied, moved, or given another name: then its bytes tell.
    guard known.size == present.size, let inner = try? InnerPath(path),
      (try? files.digest(of: inner))?.hex == digest
    else { return nil }
    return marked(present, path, digest)
  }

  private func marked(_ entry: Entry, _ path: String, _ digest: String) -> Entry {
    var entry = entry
    entry.digest = digest
    entry.mark = entry.mark(of: path, secret)
    return entry
  }

  /// Notes a file that was written, with these bytes.
  private func record(_ path: String, from source: String, _ digest: String) {
    guard let entry = entry(path, source) else { return }
    state.withLock { $0.now[path] = marked(entry, path, digest) }
    // A disk that takes no note takes no ledger either, and that is said there.
    try? journal.note(path, .written(size: entry.size, modified: entry.modified))
  }

  /// Makes `path` one more name of a file that is part of the results; not every file system has such.
  func link(_ file: String, _ path: String, from source: String) throws -> Bool {
    guard let made = entry(file, ""), let digest = state.withLock({ $0.now[file]?.digest }) else {
      return false
    }
    let (file, inner) = (try InnerPath(file), try InnerPath(path))
    try files.refuseLink(inner)
    // The other name will be of this size and time, too.
    try journal.note(path, .written(size: made.size, modified: made.modified))
    try files.removeFile(inner)
    guard (try? files.link(file, to: inner)) != nil else { return false }
    record(path, from: source, digest)
    state.withLock { $0.linked.formUnion(["\(file)", path]) }
    return true
  }

  private func entry(_ path: String, _ source: String) -> Entry? {
    guard let inner = try? InnerPath(path), let status = (try? files.status(inner)) ?? nil, status.isFile
    else {
      return nil
    }
    return Entry(
      source: source, size: Int(status.st_size), modified: status.modifiedNanoseconds,
      changed: status.changedNanoseconds,
      inode: UInt64(status.st_ino))
  }

  /// Whether a ledger may speak of this path: a file of a kind that is made here, in the folder it is made in.
  /// A ledger that somebody else wrote may name anything.
  private static func isOutput(_ path: String) -> Bool {
    guard let parts = try? InnerPath(path).components, parts.count > 1, let name = parts.last else {
      return false
    }
    guard let kinds = kindsOfOutput[parts[0]] else { return false }
    return kinds.contains { name.hasBytes(last: $0) }
  }

  private static let kindsOfOutput = [
    "tables": [".csv"], "figures": [".gp", ".svg", ".png", ".pdf"],
    "runs": [".csv", ".h5", ".safetensors", "config.json"],
  ]

  /// Removes a file of an earlier run where it still is as the ledger says that it was left: one that somebody
  /// changed, or put there, is not ours to remove.
  private func removeStale(_ path: String, _ before: Entry?, _ announced: String?) throws {
    let inner = try InnerPath(path)
    guard files.isFile(inner) else { return }
    let isLeft =
      before.map { before in
        entry(path, before.source).map { ($0.size, $0.modified) == (before.size, before.modified) } ?? false
      } ?? false
    let isAnnounced = try announced.map { try files.digest(of: inner).hex == $0 } ?? false
    if isLeft || isAnnounced { try files.removeFile(inner) }
  }

  /// Files that a killed run left unfinished, in the folders of these.
  private func removeAbandoned(_ paths: some Sequence<String>) {
    let own = [InnerPath.here, ResultsFolder.ledgerFile.parent]
    for folder in Set(paths.compactMap { try? InnerPath($0).parent } + own) {
      files.folder(folder).removeAbandoned()
    }
  }

  /// Writes the ledger; removes files of earlier runs that this one, being whole, no longer makes.
  func close(removingStale: Bool) throws {
    stampLinked()
    let (before, announced, now) = state.withLock { ($0.before, $0.announced, $0.now) }
    let stale = Set(before.keys).union(announced.keys).filter { now[$0] == nil }
    if removingStale {
      for path in stale { try? removeStale(path, before[path], announced[path]) }
    }
    removeAbandoned(now.keys)
    let kept = removingStale ? now : before.merging(found(announced)) { $1 }.merging(now) { $1 }
    if kept != before || !files.isFile(ResultsFolder.ledgerFile) || !journal.left.isEmpty {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try output.write([UInt8](try encoder.encode(kept)), to: "\(ResultsFolder.ledgerFile)")
    }
    try journal.end()
  }

  /// Each further name of a file changes the state of all its names, and so what they are known by.
  private func stampLinked() {
    let (linked, now) = state.withLock { ($0.linked, $0.now) }
    for path in linked {
      guard let known = now[path], let digest = known.digest, let present = entry(path, known.source),
        (known.size, known.modified, known.inode) == (present.size, present.modified, present.inode)
      else { continue }
      state.withLock { $0.now[path] = marked(present, path, digest) }
    }
  }

  /// Files that a killed run had announced and did write.
  private func found(_ announced: [String: String]) -> [String: Entry] {
    var found: [String: Entry] = [:]
    for (path, digest) in announced {
      guard let inner = try? InnerPath(path), files.isFile(inner),
        let present = try? files.digest(of: inner), present.hex == digest
      else { continue }
      found[path] = entry(path, "")
    }
    return found
  }
}
