import Declarations
import Files

/// MATLAB files of level 5 (`-v6`, `-v7`): the numeric arrays of one byte, and of doubles, that data sets consist of.
///
/// A file has a header of 128 bytes and elements, each with a type and a length; an array is a `miMATRIX` of subelements, and may
/// be compressed with zlib. Values are in column-major order. Files of level 7.3 are HDF5, and are read as such.
/// Source: MAT-File Format, The MathWorks, R2019b.
package struct MATFile {
  /// An array as the file has it.
  package struct Array {
    package let name: String
    /// In MATLAB's order: the first index runs fastest.
    package let shape: [Int]
    package let values: Values

    package enum Values {
      case bytes([UInt8])
      case doubles([Double])
    }
  }

  package let arrays: [Array]

  private static let headerBytes = 128
  /// The most bytes that a file, or an element of it, may have.
  private static let largest = 4 << 30
  private static let mostElements = 10_000

  /// Whether these first bytes are those of a level 5 file.
  package static func isOne(_ head: [UInt8]) -> Bool {
    head.count >= headerBytes && head.starts(with: Swift.Array("MATLAB 5.0 MAT-file".utf8))
      && (head[126...127].elementsEqual([0x49, 0x4D]) || head[126...127].elementsEqual([0x4D, 0x49]))
  }

  /// Reads the arrays of these names; others are passed over.
  ///
  /// - Throws: `FileFailure`; `DatasetFailure.badFile` for what is damaged, or of a type that is not read.
  package init(_ path: String, names: Set<String>) throws {
    let file = try InputFile(path)
    let limit = InputBudget.bytes(atMost: Self.largest, share: 3)
    guard file.size <= limit else { throw TextFailure.tooLarge(path: path, limit: limit) }
    let head = try file.bytes(at: 0, count: Self.headerBytes)
    guard Self.isOne(head) else {
      throw DatasetFailure.badFile(
        path: path, detail: "this is not a MATLAB file of level 5, because its header differs")
    }
    guard head[126] == 0x49 else {
      throw DatasetFailure.badFile(
        path: path, detail: "it is big-endian, which is not read; save it again on a little-endian machine")
    }
    var arrays: [Array] = []
    var place = Self.headerBytes
    var elements = 0
    while place < file.size {
      elements += 1
      guard elements <= Self.mostElements else {
        throw DatasetFailure.badFile(
          path: path, detail: "it has more than \(Self.mostElements) elements; a data set has a few arrays")
      }
      let tag = try Tag(try file.bytes(at: place, count: 8), path)
      guard tag.length <= file.size - place - 8 else { throw Self.truncated(path) }
      let body = try file.bytes(at: place + 8, count: tag.length)
      guard body.count == tag.length else { throw Self.truncated(path) }
      // Compressed elements are not padded.
      place += 8 + (tag.type == .compressed ? tag.length : (tag.length + 7) & ~7)
      if let array = try Self.array(tag.type, body, path, limit, names) { arrays.append(array) }
    }
    self.arrays = arrays
  }

  /// The array of a name. - Throws: `DatasetFailure.badFile` where there is none, or several.
  package func array(_ name: String, in path: String) throws -> Array {
    let found = arrays.filter { $0.name.isExactly(name) }
    guard let first = found.first, found.count == 1 else {
      throw DatasetFailure.badFile(
        path: path,
        detail: found.isEmpty ? "there is no array `\(name)`" : "there are several arrays `\(name)`")
    }
    return first
  }

  private static func truncated(_ path: String) -> DatasetFailure {
    .badFile(
      path: path, detail: "an element is longer than the file; the file is truncated or damaged: get it again"
    )
  }

  private enum Kind: Int {
    case int8 = 1
    case uint8 = 2
    case int16 = 3
    case uint16 = 4
    case int32 = 5
    case uint32 = 6
    case double = 9
    case matrix = 14
    case compressed = 15
    case other = -1
  }

  /// Type and length of an element, of which 4 bytes or fewer may lie in the tag itself.
  private struct Tag {
    let type: Kind
    let length: Int
    let isSmall: Bool

    init(_ bytes: [UInt8], _ path: String) throws {
      guard bytes.count == 8 else { throw MATFile.truncated(path) }
      let word = MATFile.word(bytes, 0)
      isSmall = word >> 16 != 0
      length = isSmall ? word >> 16 : MATFile.word(bytes, 4)
      type = Kind(rawValue: isSmall ? word & 0xFFFF : word) ?? .other
      guard !isSmall || length <= 4 else { throw MATFile.truncated(path) }
    }
  }

  private static func word(_ bytes: [UInt8], _ place: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }

  /// Nil for what is no array, or none of these names.
  private static func array(
    _ kind: Kind, _ body: [UInt8], _ path: String, _ limit: Int, _ names: Set<String>
  ) throws -> Array? {
    switch kind {
    case .matrix: return try matrix(body, path, names)
    case .compressed:
      let inner = try Gunzip.unpack(body, path, limit)
      let tag = try Tag(Swift.Array(inner.prefix(8)), path)
      guard tag.type != .compressed, tag.length <= inner.count - 8 else { throw truncated(path) }
      return try array(tag.type, Swift.Array(inner[8..<8 + tag.length]), path, limit, names)
    default: return nil
    }
  }

  /// Reads subelements one after the other.
  private struct Cursor {
    let bytes: [UInt8]
    let path: String
    private var place = 0

    init(_ bytes: [UInt8], _ path: String) { (self.bytes, self.path) = (bytes, path) }

    mutating func next() throws -> (type: Kind, range: Range<Int>) {
      let tag = try Tag(Swift.Array(bytes[min(place, bytes.count)..<min(place + 8, bytes.count)]), path)
      let start = place + (tag.isSmall ? 4 : 8)
      guard tag.length <= bytes.count - start else { throw MATFile.truncated(path) }
      place += tag.isSmall ? 8 : 8 + (tag.length + 7) & ~7
      return (tag.type, start..<start + tag.length)
    }
  }

  private static func matrix(_ body: [UInt8], _ path: String, _ names: Set<String>) throws -> Array? {
    var cursor = Cursor(body, path)
    let flags = try cursor.next()
    let sizes = try cursor.next()
    let name = try cursor.next()
    guard flags.range.count == 8, sizes.type == .int32, sizes.range.count.isMultiple(of: 4) else {
      throw DatasetFailure.badFile(path: path, detail: "an array has a damaged header; get the file again")
    }
    let title = String(decoding: body[name.range], as: UTF8.self)
    guard names.contains(title) else { return nil }
    let shape = stride(from: sizes.range.lowerBound, to: sizes.range.upperBound, by: 4).map { word(body, $0) }
    let count = shape.reduce(1 as Int?) { product, side in
      let (result, overflows) = (product ?? 0).multipliedReportingOverflow(by: side)
      return overflows || product == nil || side > Int(Int32.max) ? nil : result
    }
    let content = try cursor.next()
    let width = content.type == .double ? 8 : 1
    guard [.uint8, .double].contains(content.type), word(body, flags.range.lowerBound) & 0x0800 == 0 else {
      throw DatasetFailure.badFile(
        path: path,
        detail: "the array `\(title)` is not of real uint8 or double numbers, which alone are read")
    }
    let (needed, overflows) = (count ?? .max).multipliedReportingOverflow(by: width)
    guard count != nil, !overflows, content.range.count == needed else {
      throw DataFileFailure.wrongSize(
        path: path, shape: shape, expected: overflows ? .max : needed, found: content.range.count)
    }
    let bytes = Swift.Array(body[content.range])
    return Array(name: title, shape: shape, values: width == 1 ? .bytes(bytes) : .doubles(doubles(bytes)))
  }

  private static func doubles(_ bytes: [UInt8]) -> [Double] {
    stride(from: 0, to: bytes.count, by: 8).map { place in
      Double(bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) })
    }
  }
}

extension MATFile.Array {
  /// The numbers as whole numbers from 0 to 255; nil where one is none.
  package var smallIntegers: [UInt8]? {
    switch values {
    case .bytes(let bytes): return bytes
    case .doubles(let numbers):
      let small = numbers.compactMap { UInt8(exactly: $0) }
      return small.count == numbers.count ? small : nil
    }
  }
}
