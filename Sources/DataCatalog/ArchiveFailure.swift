import Declarations

/// Why an archive is not unpacked.
package enum ArchiveFailure: Failure, Equatable {
  case unsafe(archive: String, member: String, reason: String)
  case damaged(archive: String, detail: String)
  /// Of so many bytes; more than any data of that size unpack to.
  case bomb(archive: String, packed: Int, unpacked: Int)
  case tooManyMembers(archive: String, most: Int)
  case twice(archive: String, member: String)
  /// Not what the catalogue says that it contains; `top` is what it has instead.
  case otherContent(archive: String, missing: String, top: [String])

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .unsafe(let archive, let member, let reason):
      "\(archive): the archive has the entry \"\(member.prefix(200))\", which is not unpacked because \(reason); nothing "
        + "was unpacked: do not use this archive"
    case .damaged(let archive, let detail):
      "\(archive): the archive is damaged, or not one of the kind that the catalogue says: \(detail); get it again"
    case .bomb(let archive, let packed, let unpacked):
      "\(archive): the archive has \(ByteCount.text(packed)), and unpacks to \(ByteCount.text(unpacked)) or more, which is "
        + "more than \(ArchiveListing.largestRatio) times as much; it is not unpacked: do not use this archive"
    case .tooManyMembers(let archive, let most):
      "\(archive): the archive has more than \(most) entries; it is not unpacked"
    case .twice(let archive, let member):
      "\(archive): the archive has the entry \"\(member.prefix(200))\" twice, or as a file and as a folder; it is not "
        + "unpacked, because it is not clear which one is meant"
    case .otherContent(let archive, let missing, let top):
      "\(archive): the archive has no \"\(missing)\", which the catalogue says that it contains, but "
        + top.prefix(5).map { "\"\($0.prefix(200))\"" }.joined(separator: ", ") + (top.count > 5 ? ", …" : "")
        + "; nothing was kept of it: it is another archive, or one that was packed differently"
    }
  }
}
