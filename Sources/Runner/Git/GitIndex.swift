import Files

/// The files that a repository follows: its index, of the versions 2 to 4.
struct GitIndex {
  struct Entry {
    let path: [UInt8]
    let mode: UInt32
    let name: [UInt8]
    /// What the file's state was when it was last found unchanged: seconds and nanoseconds of its two times, its inode
    /// and its size.
    let state: [UInt32]
    /// Neither looked at in the folder by git.
    let isPassedOver: Bool
  }

  private(set) var entries: [Entry] = []
  /// A file that is in no commit yet, or in two versions that were not merged.
  private(set) var isUnsettled = false
  private static let mostBytes = 1 << 29
  /// Of all paths together: in version 4 a few bytes stand for a long one.
  private static let mostPathBytes = 1 << 28

  /// Nil where there is none, or one of a form that is not known here.
  init?(_ path: String, hash: StreamingHash.Kind) {
    guard let bytes = RegularFile.read(path, most: Self.mostBytes) else { return nil }
    var reader = Reader(bytes: bytes, nameCount: hash.byteCount)
    guard reader.take(4)?.elementsEqual("DIRC".utf8) == true, let version = reader.word(),
      (2...4).contains(version), let count = reader.word()
    else { return nil }
    var pathBytes = 0
    for _ in 0..<count {
      guard let entry = reader.entry(version, after: entries.last?.path ?? [], &isUnsettled) else {
        return nil
      }
      pathBytes += entry.path.count
      guard pathBytes <= Self.mostPathBytes else { return nil }
      entries.append(entry)
    }
    // A part in small letters has to be understood; that of sparse folders is, by the modes of its entries.
    while reader.place < bytes.count - hash.byteCount {
      guard let name = reader.take(4), let length = reader.word(), reader.take(Int(length)) != nil else {
        return nil
      }
      if let first = name.first, first >= UInt8(ascii: "a"), !name.elementsEqual("sdir".utf8) { return nil }
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    let nameCount: Int
    var place = 0

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
      guard count >= 0, count <= bytes.count - place else { return nil }
      defer { place += count }
      return bytes[place..<place + count]
    }

    mutating func word() -> UInt32? { take(4).map { $0.reduce(0) { $0 << 8 | UInt32($1) } } }

    private mutating func half() -> UInt32? { take(2).map { $0.reduce(0) { $0 << 8 | UInt32($1) } } }

    private mutating func text() -> ArraySlice<UInt8>? {
      guard let end = bytes[place...].firstIndex(of: 0) else { return nil }
      defer { place = end + 1 }
      return bytes[place..<end]
    }

    /// A number in groups of seven bits, each group but the last one more than it seems.
    private mutating func number() -> Int? {
      guard var byte = take(1)?.first else { return nil }
      var value = Int(byte & 0x7F)
      while byte & 0x80 != 0 {
        guard value < 1 << 40, let next = take(1)?.first else { return nil }
        byte = next
        value = (value + 1) << 7 | Int(byte & 0x7F)
      }
      return value
    }

    mutating func entry(_ version: UInt32, after last: [UInt8], _ isUnsettled: inout Bool) -> Entry? {
      let start = place
      var words: [UInt32] = []
      for _ in 0..<10 {
        guard let word = word() else { return nil }
        words.append(word)
      }
      guard let name = take(nameCount), let flags = half() else { return nil }
      var more: UInt32 = 0
      if flags & 0x4000 != 0 {
        guard version > 2, let half = half() else { return nil }
        more = half
      }
      guard let path = path(version, start, after: last), Self.isPlain(path) else { return nil }
      if flags & 0x3000 != 0 || more & 0x2000 != 0 { isUnsettled = true }
      return Entry(
        path: path, mode: words[6], name: Array(name), state: [0, 1, 2, 3, 5, 9].map { words[$0] },
        isPassedOver: flags & 0x8000 != 0 || more & 0x4000 != 0)
    }

    private mutating func path(_ version: UInt32, _ start: Int, after last: [UInt8]) -> [UInt8]? {
      if version == 4 {
        guard let dropped = number(), dropped <= last.count, let ending = text() else { return nil }
        return Array(last.dropLast(dropped)) + ending
      }
      guard let path = text() else { return nil }
      // Zeros up to a multiple of eight, at least one.
      let padding = (8 - (place - start) % 8) % 8
      return take(padding) == nil ? nil : Array(path)
    }

    /// A path within the folder, of no more parts than a file system takes.
    private static func isPlain(_ path: [UInt8]) -> Bool {
      let parts = (path.last == UInt8(ascii: "/") ? path.dropLast() : path[...]).split(
        separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      return path.count <= 4096 && parts.count <= 256
        && parts.allSatisfy { part in
          !part.isEmpty && ![".", "..", ".git"].contains { part.elementsEqual($0.utf8) }
        }
    }
  }
}

// MARK: - As a tree

extension GitIndex {
  /// The name of the tree that a commit of this index would have; nil where libcrypto does not have the hash.
  func tree(_ hash: StreamingHash.Kind) -> [UInt8]? { tree(entries[...], from: 0, hash) }

  /// - Parameter start: where the names in this folder begin in the paths.
  private func tree(_ entries: ArraySlice<Entry>, from start: Int, _ hash: StreamingHash.Kind) -> [UInt8]? {
    var content: [UInt8] = []
    var place = entries.startIndex
    while place < entries.endIndex {
      let entry = entries[place]
      let rest = entry.path[start...]
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else {
        append(entry.mode, rest, entry.name, to: &content)
        place += 1
        continue
      }
      // A sparse folder is one entry, whose path ends with a slash.
      if slash == entry.path.count - 1 {
        append(entry.mode, rest.dropLast(), entry.name, to: &content)
        place += 1
        continue
      }
      let prefix = entry.path[...slash]
      let end = entries[place...].firstIndex { !$0.path.starts(with: prefix) } ?? entries.endIndex
      guard let name = tree(entries[place..<end], from: slash + 1, hash) else { return nil }
      append(0o40000, rest[..<slash], name, to: &content)
      place = end
    }
    return gitName(of: "tree", content, hash)
  }

  private func append(_ mode: UInt32, _ name: ArraySlice<UInt8>, _ object: [UInt8], to content: inout [UInt8])
  {
    content += String(mode, radix: 8).utf8
    content.append(UInt8(ascii: " "))
    content += name
    content.append(0)
    content += object
  }
}

/// The name of an object of these bytes.
func gitName(of kind: String, _ content: [UInt8], _ kindOfHash: StreamingHash.Kind) -> [UInt8]? {
  guard let hash = StreamingHash(kindOfHash) else { return nil }
  hash.update(Array("\(kind) \(content.count)\0".utf8))
  hash.update(content)
  return hash.finish()
}
