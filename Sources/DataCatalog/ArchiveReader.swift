import CArchive
import Declarations
import Files
import Foundation

/// An archive, entry by entry, read by libarchive.
final class ArchiveReader {
  /// A file or a folder; anything else is refused.
  struct Member {
    let path: [String]
    let isFolder: Bool
    /// In bytes, as the archive says; 0 where it does not.
    let size: Int
  }

  private let archive: OpaquePointer
  /// For messages.
  let title: String

  /// - Parameter descriptor: of the open archive, which the caller keeps open.
  /// - Throws: `ArchiveFailure.damaged`.
  init(_ descriptor: Int32, _ kind: CatalogEntry.Unpacking, title: String) throws {
    self.title = title
    // Names that are not ASCII are read as they are in UTF-8, and are not lost in the locale "C".
    setlocale(LC_CTYPE, "C.UTF-8")
    guard let archive = archive_read_new() else {
      throw ArchiveFailure.damaged(archive: title, detail: "libarchive could not be started")
    }
    self.archive = archive
    if kind == .zip {
      archive_read_support_format_zip_seekable(archive)
    } else {
      archive_read_support_filter_gzip(archive)
      archive_read_support_format_tar(archive)
    }
    lseek(descriptor, 0, SEEK_SET)
    guard archive_read_open_fd(archive, descriptor, 1 << 16) == ARCHIVE_OK else { throw damaged() }
  }

  deinit { archive_read_free(archive) }

  private func damaged() -> ArchiveFailure {
    let detail = archive_error_string(archive).map { String(cString: $0) }
    return ArchiveFailure.damaged(archive: title, detail: detail ?? "no reason is known")
  }

  /// The next file or folder; nil behind the last.
  /// - Throws: `ArchiveFailure`, where the entry is a link or a device, or its name leads elsewhere, too.
  func next() throws -> Member? {
    var entry: OpaquePointer?
    let code = archive_read_next_header(archive, &entry)
    if code == ARCHIVE_EOF { return nil }
    guard code == ARCHIVE_OK || code == ARCHIVE_WARN, let entry else { throw damaged() }
    let name = try Self.name(entry, title)
    if archive_entry_hardlink(entry) != nil || archive_entry_symlink(entry) != nil {
      throw ArchiveFailure.unsafe(archive: title, member: name, reason: "it is a link")
    }
    let isFolder = modgap_entry_is_folder(entry) != 0
    guard isFolder || modgap_entry_is_file(entry) != 0 else {
      throw ArchiveFailure.unsafe(
        archive: title, member: name, reason: "it is neither a file nor a folder")
    }
    if archive_entry_is_encrypted(entry) != 0 {
      throw ArchiveFailure.damaged(archive: title, detail: "the entry \"\(name.prefix(200))\" is encrypted")
    }
    let parts = try MemberName.components(of: name, in: title)
    return Member(path: parts, isFolder: isFolder, size: max(0, Int(archive_entry_size(entry))))
  }

  private static func name(_ entry: OpaquePointer, _ archive: String) throws -> String {
    guard let bytes = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry) else {
      throw ArchiveFailure.damaged(archive: archive, detail: "an entry has no name that can be read")
    }
    guard let name = String(validatingCString: bytes) else {
      let shown = String(decoding: UnsafeRawBufferPointer(start: bytes, count: strlen(bytes)), as: UTF8.self)
      throw ArchiveFailure.unsafe(archive: archive, member: shown, reason: "its name is not UTF-8")
    }
    return name
  }

  /// Fills the buffer with what comes next of the entry's content; 0 at its end.
  /// - Throws: `ArchiveFailure.damaged`, where a checksum does not fit, too.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
    guard count >= 0 else { throw damaged() }
    return count
  }
}
