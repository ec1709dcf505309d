import CZlib
import Contracts
import Files
import Foundation

/// The objects of a repository, of which commits are read: alone in a file, or in a pack of many.
struct GitObjects {
  private let folders: [String]
  private let nameCount: Int
  /// A commit is no longer, and a chain of differences neither.
  private static let mostBytes = 1 << 20
  private static let mostDeltas = 256

  init(_ repository: GitRepository, nameCount: Int) {
    self.nameCount = nameCount
    var folders = ["\(repository.common)/objects"]
    // Objects may lie in another repository's folder, and in that which this one names.
    var place = 0
    while place < folders.count, folders.count < 16 {
      let folder = folders[place]
      let list = RegularFile.line("\(folder)/info/alternates") ?? ""
      for line in list.utf8.split(separator: 0x0A).map({ String(decoding: $0, as: UTF8.self) })
      where !line.hasBytes(first: "#") {
        folders.append(line.hasBytes(first: "/") ? line : "\(folder)/\(line)")
      }
      place += 1
    }
    self.folders = folders
  }

  /// The name of a commit's tree; nil where the commit is not found, or not readable.
  func tree(ofCommit name: String) -> [UInt8]? {
    guard let object = object(name), object.kind == 1 else { return nil }
    guard object.bytes.starts(with: "tree ".utf8), object.bytes.count > 5 + 2 * nameCount else { return nil }
    return Self.bytes(ofHex: object.bytes[5..<5 + 2 * nameCount])
  }

  private typealias Object = (kind: UInt8, bytes: [UInt8])

  static func bytes(ofHex digits: some Sequence<UInt8>) -> [UInt8]? {
    let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard values.count % 2 == 0 else { return nil }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }

  private func object(_ name: String) -> Object? {
    guard let bytes = Self.bytes(ofHex: name.utf8), bytes.count == nameCount else { return nil }
    for folder in folders {
      let digits = name.lowercased()
      if let file = RegularFile("\(folder)/\(digits.prefix(2))/\(digits.dropFirst(2))") {
        return Self.loose(file)
      }
      if let found = packed(bytes, in: "\(folder)/pack", 0) { return found }
    }
    return nil
  }

  /// `commit 123`, a zero, and so many bytes.
  private static func loose(_ file: RegularFile) -> Object? {
    guard let bytes = inflated(file.bytes(at: 0, count: mostBytes), most: mostBytes),
      bytes.starts(with: "commit ".utf8), let zero = bytes.firstIndex(of: 0)
    else { return nil }
    return (1, Array(bytes[(zero + 1)...]))
  }

  // MARK: - Packs

  private func packed(_ name: [UInt8], in folder: String, _ depth: Int) -> Object? {
    let files = (try? OutputFolder.names(in: folder)) ?? []
    for file in files.prefix(10_000) where file.hasBytes(last: ".idx") {
      let stem = "\(folder)/\(file.dropLast(4))"
      guard let index = RegularFile("\(stem).idx"), let offset = offset(of: name, in: index) else { continue }
      return RegularFile("\(stem).pack").flatMap { object(at: offset, of: $0, folder, depth) }
    }
    return nil
  }

  private static func word(_ bytes: [UInt8]) -> Int? {
    bytes.count == 4 ? bytes.reduce(0) { $0 << 8 | Int($1) } : nil
  }

  /// Where the object begins in the pack of this index, by its second version: the number of names up to each first
  /// byte, the names, their checksums, and the places.
  private func offset(of name: [UInt8], in index: RegularFile) -> Int? {
    func word(_ offset: Int) -> Int? { Self.word(index.bytes(at: offset, count: 4)) }
    guard index.bytes(at: 0, count: 8) == [0xFF, 0x74, 0x4F, 0x63, 0, 0, 0, 2], let count = word(8 + 4 * 255),
      var high = word(8 + 4 * Int(name[0]))
    else { return nil }
    var low = name[0] == 0 ? 0 : word(8 + 4 * (Int(name[0]) - 1)) ?? 0
    while low < high {
      let middle = (low + high) / 2
      let found = index.bytes(at: 1032 + nameCount * middle, count: nameCount)
      guard found.count == nameCount else { return nil }
      if found == name {
        let places = 1032 + (nameCount + 4) * count
        guard let place = word(places + 4 * middle) else { return nil }
        guard place & 0x8000_0000 != 0 else { return place }
        let long = index.bytes(at: places + 4 * count + 8 * (place & 0x7FFF_FFFF), count: 8)
        return long.count == 8 && long[0] < 0x80 ? long.reduce(0) { $0 << 8 | Int($1) } : nil
      }
      if found.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// A kind and a length in groups of bits, and the bytes, compressed; or the difference from another object.
  private func object(at offset: Int, of pack: RegularFile, _ folder: String, _ depth: Int) -> Object? {
    guard depth < Self.mostDeltas else { return nil }
    let head = pack.bytes(at: offset, count: 64)
    guard var byte = head.first else { return nil }
    let kind = byte >> 4 & 7
    var (size, shift, place) = (Int(byte & 15), 4, 1)
    while byte & 0x80 != 0 {
      guard shift < 40, place < head.count else { return nil }
      byte = head[place]
      size |= Int(byte & 0x7F) << shift
      (shift, place) = (shift + 7, place + 1)
    }
    guard size <= Self.mostBytes else { return nil }
    var base: Object?
    switch kind {
    case 1: break
    case 6:
      guard let back = Self.distance(head, &place), back > 0, back <= offset else { return nil }
      base = object(at: offset - back, of: pack, folder, depth + 1)
    case 7:
      guard place + nameCount <= head.count else { return nil }
      base = packed(Array(head[place..<place + nameCount]), in: folder, depth + 1)
      place += nameCount
    default: return nil
    }
    let bytes = Self.inflated(pack.bytes(at: offset + place, count: size + 4096), most: size)
    guard let bytes, bytes.count == size else { return nil }
    if kind == 1 { return (1, bytes) }
    return base.flatMap { base in Self.applied(bytes, to: base.bytes).map { (base.kind, $0) } }
  }

  /// How far before this object its base begins.
  private static func distance(_ head: [UInt8], _ place: inout Int) -> Int? {
    guard place < head.count else { return nil }
    var value = Int(head[place] & 0x7F)
    while head[place] & 0x80 != 0 {
      place += 1
      guard place < head.count, value < 1 << 40 else { return nil }
      value = (value + 1) << 7 | Int(head[place] & 0x7F)
    }
    place += 1
    return value
  }

  /// Pieces of the base, and new bytes, one after another.
  private static func applied(_ delta: [UInt8], to base: [UInt8]) -> [UInt8]? {
    var place = 0
    func length() -> Int? {
      var (value, shift) = (0, 0)
      while place < delta.count, shift < 40 {
        let byte = delta[place]
        value |= Int(byte & 0x7F) << shift
        (shift, place) = (shift + 7, place + 1)
        if byte & 0x80 == 0 { return value }
      }
      return nil
    }
    guard length() == base.count, let size = length(), size <= mostBytes else { return nil }
    var result: [UInt8] = []
    while place < delta.count {
      let code = delta[place]
      place += 1
      if code & 0x80 == 0 {
        guard code > 0, Int(code) <= delta.count - place else { return nil }
        result += delta[place..<place + Int(code)]
        place += Int(code)
      } else {
        var numbers = [0, 0]
        for bit in 0..<7 where code & (1 << bit) != 0 {
          guard place < delta.count else { return nil }
          numbers[bit / 4] |= Int(delta[place]) << (8 * (bit % 4))
          place += 1
        }
        let count = numbers[1] == 0 ? 0x10000 : numbers[1]
        guard numbers[0] <= base.count, count <= base.count - numbers[0] else { return nil }
        result += base[numbers[0]..<numbers[0] + count]
      }
      guard result.count <= size else { return nil }
    }
    return result.count == size ? result : nil
  }

  /// The first stream of zlib in these bytes, unpacked; nil where it is damaged or longer than `most`.
  private static func inflated(_ bytes: [UInt8], most: Int) -> [UInt8]? {
    var stream = z_stream()
    guard modgap_inflate_start(&stream) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var packed = bytes
    var result = [UInt8](repeating: 0, count: most + 1)
    let status = packed.withUnsafeMutableBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(clamping: source.count))
        (stream.next_out, stream.avail_out) = (target.baseAddress, UInt32(clamping: target.count))
        return inflate(&stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END, stream.total_out <= most else { return nil }
    return Array(result.prefix(Int(stream.total_out)))
  }
}
