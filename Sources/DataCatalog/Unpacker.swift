import Declarations
import Execution
import Files
import Foundation

/// Unpacks a verified archive into a folder beside the data, from which it is moved when it is whole.
struct Unpacker {
  let store: DataStore
  let entry: CatalogEntry
  let archive: InnerPath
  /// What the archive is called in messages.
  let title: String
  let cancellation: Cancellation
  let progress: (_ done: Int, _ total: Int) -> Void

  /// What was unpacked: below the entry's place, and its digests.
  struct Unpacked {
    let files: [(path: InnerPath, sha256: Digest)]
    let folders: [InnerPath]
    /// The one folder that everything is in, where it is called otherwise than the place that it goes to.
    let outerFolder: String?
  }

  /// Where the files wait until all of them are there.
  func staging() throws -> InnerPath { try store.own(entry, "unpacked") }

  /// - Throws: `ArchiveFailure` where it may not be unpacked, of which then nothing is; `DataFailure` where it does not
  ///   fit; `FileFailure`; `Cancelled`.
  func unpack() throws -> Unpacked {
    try store.files.removeAll(staging())
    return try store.files.withFile(archive, O_RDONLY, .read) { descriptor, status in
      let listing = try ArchiveListing(
        ArchiveReader(descriptor, entry.unpack, title: title), packed: Int(status.st_size),
        cancellation: cancellation)
      try requireRoom(for: listing)
      do {
        return try extract(ArchiveReader(descriptor, entry.unpack, title: title), listing)
      } catch {
        try? store.files.removeAll(staging())
        throw error
      }
    }
  }

  /// A file takes whole blocks of the disk.
  private func requireRoom(for listing: ArchiveListing) throws {
    guard let space = DiskSpace(at: store.path) else { return }
    let count = listing.files + listing.folders
    let needed = listing.bytes.adding(bounded: count * 4096)
    if needed > space.bytes {
      throw DataFailure.noRoom(name: entry.name, needed: needed, free: space.bytes, folder: store.path)
    }
    if let left = space.files, count > left {
      throw DataFailure.noRoomForFiles(name: entry.name, needed: count, free: left, folder: store.path)
    }
  }

  private func extract(_ reader: ArchiveReader, _ listing: ArchiveListing) throws -> Unpacked {
    let staging = try staging()
    try store.files.makeFolder(staging)
    // An archive whose one folder is called like the place that it goes to is not put into a second one of that name.
    let skips = listing.commonFolder.map { $0.isExactly(entry.into.name ?? "") } ?? false
    var files: [(path: InnerPath, sha256: Digest)] = []
    var folders: [InnerPath] = []
    var left = listing.bytes
    while let member = try reader.next() {
      let parts = skips ? Array(member.path.dropFirst()) : member.path
      guard !parts.isEmpty else { continue }
      let path = try InnerPath(parts.joined(separator: "/"))
      if member.isFolder {
        try store.files.makeFolder(staging + path)
        folders.append(path)
      } else {
        let digest = try write(reader, to: staging + path, &left)
        files.append((path, digest))
        progress(listing.bytes - left, listing.bytes)
      }
    }
    try requireContent(in: staging)
    return Unpacked(files: files, folders: folders, outerFolder: skips ? nil : listing.commonFolder)
  }

  private func requireContent(in staging: InnerPath) throws {
    guard let missing = try entry.contains.first(where: { try store.files.status(staging + $0) == nil })
    else { return }
    throw ArchiveFailure.otherContent(
      archive: title, missing: missing.description, top: try store.files.names(staging).sorted())
  }

  /// - Parameter left: bytes that the archive has said it has, and that have not come yet.
  private func write(_ reader: ArchiveReader, to path: InnerPath, _ left: inout Int) throws -> Digest {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    let flags = O_WRONLY | O_CREAT | O_EXCL
    return try store.files.withFile(path, flags, .write, creating: true) { descriptor, _ in
      var hasher = SHA256Hasher()
      while true {
        try cancellation.check()
        let count = try reader.read(into: buffer)
        if count == 0 { return hasher.finish() }
        left -= count
        if left < 0 {
          throw ArchiveFailure.damaged(
            archive: reader.title, detail: "its entries are larger than it says")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        hasher.update(bytes)
        try Disk.write(bytes, to: descriptor, path: store.files.path(of: path))
      }
    }
  }
}
