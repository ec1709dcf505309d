import Declarations
import Foundation

import struct Synchronization.Atomic

/// Writes whole files that appear at once: a reader sees the old content or the new one, never a part,
/// whenever the program is killed and whenever the power fails.
package struct AtomicWriter: Sendable {
  /// Waits until the content is on the disk before it takes its name.
  package let syncsFile: Bool
  /// Waits until the name is on the disk, too.
  package let syncsFolder: Bool

  package init(syncsFile: Bool = true, syncsFolder: Bool = false) {
    self.syncsFile = syncsFile
    self.syncsFolder = syncsFolder
  }

  /// Writes beside the target under a temporary name, syncs, and renames.
  ///
  /// - Throws: `FileFailure`; the target is then as it was, and nothing temporary is left.
  package func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
    let folder = Disk.folder(of: path)
    let temporary = "\(folder)/\(TemporaryName.next())"
    do {
      try Disk.create(temporary, bytes, syncs: syncsFile)
      try Disk.rename(temporary, to: path)
    } catch let failure as FileFailure {
      unlink(temporary)
      throw FileFailure(failure.operation, path, code: failure.code)
    }
    if syncsFolder { try Disk.syncFolder(folder) }
  }

  package func write(_ bytes: [UInt8], to path: String) throws {
    try bytes.withUnsafeBytes { try write($0, to: path) }
  }

  package func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }
}

/// Names for things that are not finished yet: `.tmp-<pid>-<start>-<boot>-<number>`, so that whoever
/// finds one can tell whether the process that made it still runs.
package enum TemporaryName {
  package static let prefix = ".tmp-"
  private static let counter = Atomic<Int>(0)
  private static let stem: String = {
    let own = ProcessIdentity.own
    return "\(prefix)\(own.pid)-\(own.processStart)-\(own.bootMark)"
  }()

  package static func isPrefix(of name: String) -> Bool { name.hasBytes(first: prefix) }

  package static func next() -> String {
    "\(stem)-\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
  }

  /// Whether a process of this program made the name.
  package static func isOwn(_ name: String) -> Bool { parts(name) != nil }

  private static func parts(_ name: String) -> (pid: Int32, start: UInt64, boot: Substring)? {
    let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
    guard name.hasBytes(first: prefix), parts.count == 4, let pid = Int32(parts[0]),
      let start = UInt64(parts[1]),
      UInt64(parts[2], radix: 16) != nil, UInt64(parts[3]) != nil
    else { return nil }
    return (pid, start, parts[2])
  }

  /// Whether nobody can be working on this name any more: its process is gone, or, where that cannot be
  /// known from here, it has not been touched for a day. A name that this program did not make never is.
  package static func isStale(_ name: String, in folder: InnerFolder) -> Bool {
    guard let (pid, start, boot) = parts(name) else { return false }
    if boot == ProcessIdentity.own.bootMark {
      return !ProcessIdentity.isRunning(pid: pid, processStart: start)
    }
    return age(of: name, in: folder) > 86_400
  }

  /// Seconds since the last change by the clock that wrote the times, the file system's own; 0 where it cannot be
  /// asked.
  private static func age(of name: String, in folder: InnerFolder) -> Double {
    guard let name = try? InnerPath(component: name), let clock = try? InnerPath(component: next()),
      let status = (try? folder.status(name)) ?? nil, (try? folder.create(clock, [])) != nil
    else { return 0 }
    defer { try? folder.removeFile(clock) }
    guard let now = (try? folder.status(clock)) ?? nil else { return 0 }
    return Double(now.st_mtim.tv_sec) - Double(status.st_mtim.tv_sec)
  }
}
