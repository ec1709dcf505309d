import CHDF5
import Declarations
import Foundation
import Kernels

/// A group of an image that a child process took apart, with what is below it. It lives only as long as the closure
/// that it is given to.
package struct HDF5StoredGroup {
  let contents: HDF5Contents
  /// From the root, without a slash at either end; empty for the root.
  fileprivate let path: String

  init(root contents: HDF5Contents) {
    self.contents = contents
    path = ""
  }

  private init(_ contents: HDF5Contents, _ path: String) {
    self.contents = contents
    self.path = path
  }

  private func place(_ name: String) -> ExactString { ExactString(path.isEmpty ? name : "\(path)/\(name)") }

  /// Opens the group of this name. Links are not followed.
  package func open<Result>(_ name: String, _ body: (HDF5StoredGroup) throws -> Result) throws -> Result {
    guard try entry(name).kind == .group else { throw problem(name, "it is not a group") }
    return try body(HDF5StoredGroup(contents, place(name).text))
  }

  package func contains(_ name: String) -> Bool { contents.objects[place(name)] != nil }

  /// How many objects the whole image has.
  package var objectCount: Int { contents.objects.count }

  /// Where a link within the file leads; nil where the name is none.
  package func target(of name: String) -> String? {
    guard let entry = contents.objects[place(name)], entry.kind == .link else { return nil }
    return String(decoding: entry.payload, as: UTF8.self)
  }

  /// A float32 dataset of shape `(n, d)`.
  package func matrix(_ name: String) throws -> Matrix {
    let entry = try entry(name)
    guard entry.kind == .floats, entry.shape.count == 2 else {
      throw problem(name, "it is not a float32 matrix")
    }
    return try Matrix(rows: entry.shape[0], columns: entry.shape[1]) { out in
      guard entry.payload.count == out.count * 4 else {
        throw problem(name, "it does not have the shape that it states")
      }
      UnsafeMutableRawBufferPointer(out.buffer).copyMemory(from: entry.payload)
    }
  }

  /// Numbers of any shape in C order, integers as the nearest doubles.
  package func doubles(_ name: String) throws -> [Double] {
    let entry = try entry(name)
    switch entry.kind {
    case .doubles: return Self.values(entry.payload, of: Double.self)
    case .integers: return Self.values(entry.payload, of: Int64.self).map(Double.init)
    case .floats: return Self.values(entry.payload, of: Float.self).map(Double.init)
    default: throw problem(name, "it does not hold numbers")
    }
  }

  /// A scalar string.
  package func text(_ name: String) throws -> String {
    let entry = try entry(name)
    guard entry.kind == .texts, entry.shape.isEmpty else { throw problem(name, "it is not a text") }
    guard let text = String(validating: entry.payload.prefix { $0 != 0 }, as: UTF8.self) else {
      throw problem(name, "its text is not UTF-8")
    }
    return text
  }

  /// A list of strings.
  package func texts(_ name: String) throws -> [String] {
    let entry = try entry(name)
    guard entry.kind == .texts, entry.shape.count == 1 else { throw problem(name, "it is no list of texts") }
    guard case .texts(let texts)? = Self.content(of: entry), texts.count == entry.shape[0] else {
      throw problem(name, "its texts are not UTF-8, or fewer than it states")
    }
    return texts
  }

  /// The integer attribute of this name.
  package func integerAttribute(_ name: String) throws -> Int {
    guard let entry = contents.attributes[place(name)], entry.kind == .integerAttribute,
      let value = Self.values(entry.payload, of: Int64.self).first
    else { throw problem(name, "there is no such number") }
    return Int(value)
  }

  /// The string attribute of this name.
  package func textAttribute(_ name: String) throws -> String {
    guard let entry = contents.attributes[place(name)], entry.kind == .textAttribute else {
      throw problem(name, "there is no such text")
    }
    return String(decoding: entry.payload, as: UTF8.self)
  }

  private func entry(_ name: String) throws -> HDF5Contents.Entry {
    guard let entry = contents.objects[place(name)] else { throw problem(name, "it is missing") }
    switch entry.kind {
    case .refused: throw problem(name, "it " + String(decoding: entry.payload, as: UTF8.self))
    case .link: throw problem(name, "it is a link")
    case .elsewhere: throw problem(name, "it is a link into another file")
    default: return entry
    }
  }

  private func problem(_ name: String, _ detail: String) -> HDF5Failure {
    .library(doing: "read `\(place(name).text.prefix(200))`", detail: detail)
  }

  static func values<Value: BitwiseCopyable>(_ bytes: UnsafeRawBufferPointer, of type: Value.Type)
    -> [Value]
  {
    let count = bytes.count / MemoryLayout<Value>.stride
    return [Value](unsafeUninitializedCapacity: count) { buffer, filled in
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[0..<count * MemoryLayout<Value>.stride]))
      filled = count
    }
  }
}

/// Everything that a child process found in an image, by path.
struct HDF5Contents {
  enum Kind: UInt32 {
    case group = 1
    case floats, doubles, integers, texts, link, refused, integerAttribute, textAttribute, elsewhere
  }

  struct Entry {
    let kind: Kind
    let shape: [Int]
    let payload: UnsafeRawBufferPointer
  }

  private(set) var objects: [ExactString: Entry] = [:]
  private(set) var attributes: [ExactString: Entry] = [:]

  /// Reads the entries that the child left. What does not fit into `bytes` ends the reading with nil: a child that
  /// was led astray may have written anything.
  init?(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    let head = MemoryLayout<modgap_h5_entry>.size
    while offset < bytes.count {
      guard bytes.count - offset >= head else { return nil }
      let entry = bytes.loadUnaligned(fromByteOffset: offset, as: modgap_h5_entry.self)
      guard let path = Self.part(bytes, at: offset + head, count: UInt64(entry.path_bytes)),
        let payload = Self.part(
          bytes, at: offset + head + Self.padded(path.count), count: entry.payload_bytes),
        let kind = Kind(rawValue: entry.kind), entry.rank <= 2,
        let text = String(validating: path, as: UTF8.self)
      else { return nil }
      let sides = [entry.sides.0, entry.sides.1].prefix(Int(entry.rank)).compactMap { Int(exactly: $0) }
      guard sides.count == Int(entry.rank), Self.fits(sides, kind, payload.count, most: bytes.count) else {
        return nil
      }
      let found = Entry(kind: kind, shape: sides, payload: payload)
      if [.integerAttribute, .textAttribute].contains(kind) {
        // Those of the root begin with a slash.
        attributes[ExactString(text.hasBytes(first: "/") ? text.droppingBytes(1) : text)] = found
      } else {
        objects[ExactString(text)] = found
      }
      offset += head + Self.padded(path.count) + Self.padded(payload.count)
    }
  }

  /// Whether the payload has the values that the shape needs.
  /// - Parameter most: of a side: an empty matrix, too, has no more rows than all entries have bytes.
  private static func fits(_ sides: [Int], _ kind: Kind, _ bytes: Int, most: Int) -> Bool {
    let width: Int
    switch kind {
    case .floats: width = 4
    case .doubles, .integers: width = 8
    default: return true
    }
    var need = width
    for side in sides {
      let (product, overflow) = need.multipliedReportingOverflow(by: side)
      guard (0...most).contains(side), !overflow else { return false }
      need = product
    }
    return need == bytes
  }

  private static func padded(_ count: Int) -> Int { (count + 7) / 8 * 8 }

  private static func part(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, count: UInt64
  ) -> UnsafeRawBufferPointer? {
    guard offset <= bytes.count, count <= UInt64(bytes.count - offset) else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(count)])
  }
}
