import Declarations
import Execution
import Files
import Foundation

/// Takes an entry's file out of a folder, into its partial file, and verifies it.
struct OfflineCopy {
  let entry: CatalogEntry
  let catalog: DataCatalog
  let part: PartialFile
  let expected: ExpectedFile
  let how: Acquisition

  /// - Returns: the file that it came from.
  /// - Throws: `DataFailure`, `FileFailure`, `Cancelled`.
  func run(from folder: String) throws -> String {
    let source = try file(in: folder)
    let input = try InputFile(source)
    if let space = DiskSpace(at: part.store.path) {
      let needed = input.size.adding(bounded: entry.unpack == .none ? 0 : input.size)
      if needed > space.bytes {
        throw DataFailure.noRoom(
          name: entry.name, needed: needed, free: space.bytes, folder: part.store.path)
      }
    }
    how.tell(.notice("\(entry.name): copying \(source) (\(ByteCount.text(input.size)))"))
    do {
      try part.remove()
      try copy(input)
      try expected.check(part, source: source)
    } catch {
      try? part.remove()
      throw error
    }
    try part.note(.init(source: source, validator: nil, isWhole: true))
    return source
  }

  /// As it lies below a folder of data, or under its own name, or as `wget -x` puts it.
  private func file(in folder: String) throws -> String {
    let root = InnerFolder(root: folder)
    let trees = entry.urls.compactMap { url in
      url.range(of: "://").flatMap { try? InnerPath(String(url[$0.upperBound...])) }
    }
    let flat = fileNames(entry, catalog)
    let names = flat.compactMap { try? InnerPath(component: $0) }
    let inner = (entry.unpack == .none ? [entry.into] : []) + names + trees
    guard let found = inner.lazy.map(root.path(of:)).first(where: Paths.isRegular) else {
      throw DataFailure.notInFolder(name: entry.name, folder: folder, names: flat)
    }
    return found
  }

  private func copy(_ input: InputFile) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    try part.store.files.withFile(part.file, flags, .write, creating: true) { descriptor, _ in
      var done = 0
      while true {
        try how.cancellation.check()
        let count = try input.read(into: buffer, at: done)
        if count == 0 { return }
        try Disk.write(
          UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: descriptor, path: part.path)
        done += count
        how.tell(.progress(name: entry.name, verb: "copying", done: done, total: input.size))
      }
    }
  }
}
