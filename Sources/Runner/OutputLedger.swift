import Foundation
import Storage
import Synchronization

/// Remembers what each file of a results folder was made from, so that a file whose sources have not
/// changed, and which nobody touched, is not made again.
final class OutputLedger: Sendable {
  private struct Entry: Codable, Equatable {
    var source: String
    var size: Int
    var modified: Int
  }

  private struct State {
    var before: [String: Entry]
    var now: [String: Entry] = [:]
  }

  private let folder: ResultsFolder
  private let output: OutputFolder
  private let state: Mutex<State>

  /// - Throws: `FileFailure` where the folder cannot be made.
  init(_ folder: ResultsFolder) throws {
    self.folder = folder
    output = try OutputFolder(folder.path)
    let data = FileManager.default.contents(atPath: folder.ledger)
    state = Mutex(
      State(before: data.flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:]))
  }

  /// Makes the file where its source digest is new or the file is not as it was left.
  /// - Returns: whether it was made.
  @discardableResult
  func write(_ path: String, from source: String, _ content: () throws -> [UInt8]) throws -> Bool {
    if keep([path], from: source) { return false }
    try output.write(try content(), to: path)
    record([path], from: source)
    return true
  }

  /// Whether all these files are as they were made from `source`; they are then part of the results.
  func keep(_ paths: [String], from source: String) -> Bool {
    let known = state.withLock { state in paths.map { state.before[$0] } }
    for (path, entry) in zip(paths, known) {
      guard let entry, entry.source == source, entry == self.entry(path, source) else { return false }
    }
    state.withLock { state in
      for (path, entry) in zip(paths, known) { state.now[path] = entry }
    }
    return true
  }

  /// Notes files that something else wrote.
  func record(_ paths: [String], from source: String) {
    for path in paths {
      guard let entry = entry(path, source) else { continue }
      state.withLock { $0.now[path] = entry }
    }
  }

  func absolute(_ path: String) -> String { "\(folder.path)/\(path)" }

  private func entry(_ path: String, _ source: String) -> Entry? {
    var status = stat()
    guard stat(absolute(path), &status) == 0 else { return nil }
    let modified = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    return Entry(source: source, size: Int(status.st_size), modified: modified)
  }

  /// Writes the ledger; removes files of earlier runs that this one, being whole, no longer makes.
  func close(removingStale: Bool) throws {
    let (before, now) = state.withLock { ($0.before, $0.now) }
    let stale = before.keys.filter { now[$0] == nil }
    if removingStale {
      for path in stale { try? FileManager.default.removeItem(atPath: absolute(path)) }
    }
    let kept = removingStale ? now : before.merging(now) { _, new in new }
    guard kept != before || !FileManager.default.fileExists(atPath: folder.ledger) else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try output.write([UInt8](try encoder.encode(kept)), to: ".state/outputs.json")
  }
}
