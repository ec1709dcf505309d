import Declarations
import Files
import Foundation

/// Where the parts of a repository are.
///
/// No git is asked: it runs what a repository's own configuration names (`core.fsmonitor`, hooks, filters of
/// attributes, remote helpers), and the repository of a downloaded folder is anybody's. Its files are read, and of its
/// configuration only whether the right to execute a file counts.
struct GitRepository {
  /// The folder whose files it follows.
  let worktree: String
  /// `.git`, or what a `.git` file names: its HEAD and its index.
  let folder: String
  /// What all worktrees of it share: branches and objects.
  let common: String

  /// The one that a folder belongs to: of it, or of the nearest above it.
  static func around(_ path: String) -> GitRepository? {
    guard var folder = Paths.real(path) else { return nil }
    while true {
      if let found = GitRepository(worktree: folder) { return found }
      guard folder != "/", folder != "." else { return nil }
      folder = PathBytes.folder(of: folder)
    }
  }

  /// Nil where the folder has no `.git` that is one.
  init?(worktree: String) {
    self.worktree = worktree
    let link = worktree == "/" ? "/.git" : "\(worktree)/.git"
    guard let status = FileStatus(link) else { return nil }
    if status.kind == .folder {
      folder = link
    } else {
      guard let line = RegularFile.line(link), line.hasBytes(first: "gitdir: ") else { return nil }
      folder = Self.path(line.droppingBytes(8), from: worktree)
    }
    common = RegularFile.line("\(folder)/commondir").map { [folder] in Self.path($0, from: folder) } ?? folder
    guard RegularFile("\(folder)/HEAD") != nil else { return nil }
  }

  private static func path(_ path: String, from folder: String) -> String {
    path.hasBytes(first: "/") ? path : "\(folder)/\(path)"
  }

  /// The commit that is checked out, as 40 or 64 hexadecimal digits; nil before the first one.
  var head: String? {
    // A link in the place of HEAD or of a branch, as git made long ago, may lead to anybody's file: it is not followed.
    guard var line = RegularFile.line("\(folder)/HEAD", followsLink: false) else { return nil }
    // A branch may be another's name; git follows five.
    for _ in 0..<6 {
      guard line.hasBytes(first: "ref:") else { return Self.isObjectName(line) ? line.lowercased() : nil }
      let name = line.droppingBytes(4).trimmingCharacters(in: .whitespaces)
      guard Self.isReference(name) else { return nil }
      guard !Self.isBehindLink(name, in: folder), !Self.isBehindLink(name, in: common),
        let next = Self.reference(name, in: folder) ?? Self.reference(name, in: common) ?? packed(name)
      else { return nil }
      line = next
    }
    return nil
  }

  /// Whether a link stands in the place of a branch, or on the way there: what is packed may be older than what it says.
  private static func isBehindLink(_ name: String, in folder: String) -> Bool {
    var path = folder
    return name.split(separator: "/").contains { part in
      path += "/\(part)"
      return Paths.isLink(path)
    }
  }

  /// What a branch's own file says.
  private static func reference(_ name: String, in folder: String) -> String? {
    RegularFile.line("\(folder)/\(name)", followsLink: false)
  }

  /// `core.fileMode`, which git sets to false where the file system keeps no right to execute; true unless it is said.
  ///
  /// Only this value is read of the configuration, and of no other file that it includes.
  var comparesModes: Bool {
    guard let bytes = RegularFile.read("\(common)/config", most: 1 << 20) else { return true }
    var (isCore, answer) = (false, true)
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let text = line.trimmingCharacters(in: .whitespaces).lowercased()
      if text.hasBytes(first: "[") {
        isCore = text.hasBytes(first: "[core]")
      } else if isCore, text.hasBytes(first: "filemode") {
        let value = text.droppingBytes(8).trimmingCharacters(in: .whitespaces)
        guard value.isEmpty || value.hasBytes(first: "=") else { continue }
        let word = value.droppingBytes(1).split { " \t#;".contains($0) }.first.map(String.init) ?? ""
        answer = !["false", "no", "off", "0"].contains(word)
      }
    }
    return answer
  }

  private static func isReference(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count > 1 && parts.first.map { $0.elementsEqual("refs".utf8) } == true
      && parts.allSatisfy { !$0.isEmpty && $0.first != UInt8(ascii: ".") && !$0.contains(0) }
  }

  static func isObjectName(_ text: String) -> Bool {
    [40, 64].contains(text.utf8.count)
      && text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }
  }

  /// Out of the file of all branches that have none of their own.
  private func packed(_ name: String) -> String? {
    guard let bytes = RegularFile.read("\(common)/packed-refs", most: 1 << 27, followsLink: false) else {
      return nil
    }
    let ending = Array(" \(name)".utf8)
    let line = bytes.split(separator: 0x0A).first { $0.suffix(ending.count).elementsEqual(ending) }
    return line.flatMap {
      $0.count > ending.count ? String(decoding: $0.dropLast(ending.count), as: UTF8.self) : nil
    }
  }
}

/// The revision of the repository that a folder belongs to.
package struct GitState: Sendable {
  package let revision: String
  /// Whether what git follows differs from that revision; nil where that cannot be told without git.
  package let isDirty: Bool?

  /// Nil where there is no repository, or nothing is committed yet.
  package init?(folder: String) {
    guard let repository = GitRepository.around(folder), let head = repository.head else { return nil }
    revision = head
    isDirty = GitChanges(repository, head: head).isDirty
  }
}
