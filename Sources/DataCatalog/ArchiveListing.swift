import Declarations
import Execution
import Files

/// What an archive holds, looked through before anything of it is written.
struct ArchiveListing {
  private(set) var files = 0
  private(set) var folders = 0
  /// Of all files.
  private(set) var bytes = 0
  /// The one folder in which everything is; nil where there is more than one, or a file beside it.
  private(set) var commonFolder: String?

  /// Data that are packed well take a tenth of their size; what unpacks to more than this was made to fill a disk.
  static let largestRatio = 100
  /// Archives of a few bytes are not judged by their ratio.
  private static let alwaysAllowed = 64 << 20
  private static let mostMembers = 1_000_000

  /// - Parameter packed: the archive's own size.
  /// - Throws: `ArchiveFailure` where a name, an entry or the whole may not be unpacked; `Cancelled`.
  init(_ reader: ArchiveReader, packed: Int, cancellation: Cancellation) throws {
    var kinds: [ExactString: Bool] = [:]
    var tops: Set<ExactString> = []
    var isFlat = false
    while let member = try reader.next() {
      try cancellation.check()
      guard let top = member.path.first else {
        // The folder that is unpacked into, which many programs list as `./`.
        if member.isFolder { continue }
        throw ArchiveFailure.damaged(archive: reader.title, detail: "an entry has no name")
      }
      let name = member.path.joined(separator: "/")
      try Self.note(name, isFolder: member.isFolder, in: &kinds, reader.title)
      tops.insert(ExactString(top))
      isFlat = isFlat || (!member.isFolder && member.path.count == 1)
      if member.isFolder { folders += 1 } else { files += 1 }
      bytes = bytes.adding(bounded: member.size)
      try check(packed: packed, reader.title)
    }
    commonFolder = tops.count == 1 && !isFlat ? tops.first?.text : nil
    guard files > 0 else {
      throw ArchiveFailure.damaged(archive: reader.title, detail: "it has no files")
    }
  }

  /// What is a file is no folder of another, and no file is there twice.
  private static func note(
    _ name: String, isFolder: Bool, in kinds: inout [ExactString: Bool], _ archive: String
  ) throws {
    let key = ExactString(name)
    if let earlier = kinds[key], !(earlier && isFolder) {
      throw ArchiveFailure.twice(archive: archive, member: name)
    }
    kinds[key] = isFolder
    var above = PathBytes.folder(of: name)
    while above != ".", above != "/", kinds[ExactString(above)] != true {
      if kinds[ExactString(above)] == false { throw ArchiveFailure.twice(archive: archive, member: above) }
      kinds[ExactString(above)] = true
      above = PathBytes.folder(of: above)
    }
  }

  private func check(packed: Int, _ archive: String) throws {
    if files + folders > Self.mostMembers {
      throw ArchiveFailure.tooManyMembers(archive: archive, most: Self.mostMembers)
    }
    if bytes > Self.alwaysAllowed, bytes / Self.largestRatio > packed {
      throw ArchiveFailure.bomb(archive: archive, packed: packed, unpacked: bytes)
    }
  }
}
