/// `.npy` files of strings or integers, as texts.
extension NPYFile {
  private static let largest = 1 << 30

  /// Reads an array of shape `(n)` or `(n, 1)`: strings without the zeros that fill them up, integers with all their digits.
  ///
  /// - Throws: `FileFailure`, `TextFailure.tooLarge`; `DataFileFailure` where the file is malformed, or holds something else.
  package static func texts(_ path: String) throws -> [String] {
    let file = try InputFile(path)
    guard file.size <= largest else { throw TextFailure.tooLarge(path: path, limit: largest) }
    let (header, start) = try readHeader(file)
    guard let type = NPYTextType(header.descr) else {
      throw DataFileFailure.unsupportedType(
        path: path, found: "`\(header.descr.prefix(80))`",
        expected: "strings or integers, as `np.save(path, labels.astype(str))` writes")
    }
    let shape = header.shape
    guard shape.count == 1 || (shape.count == 2 && shape[1] == 1) else {
      throw DataFileFailure.wrongShape(path: path, shape: shape, expected: "(n), with one text for each item")
    }
    let checked = try CheckedShape(shape, width: type.width, path: path)
    guard checked.bytes == file.size - start else {
      throw DataFileFailure.wrongSize(
        path: path, shape: shape, expected: checked.bytes, found: file.size - start)
    }
    let bytes = try file.bytes(at: start, count: checked.bytes)
    return try (0..<checked.count).map { index in
      let element = bytes[index * type.width..<(index + 1) * type.width]
      do {
        return try type.text(of: element)
      } catch let problem as NPYTextType.Problem {
        throw DataFileFailure.badText(path: path, index: index, detail: problem.detail)
      }
    }
  }
}

/// The type of an array's elements that can be read as texts: `<U12`, `|S5`, `<i8`.
private struct NPYTextType {
  struct Problem: Error {
    let detail: String
  }

  private enum Kind {
    case scalars, bytes, signed, unsigned
  }

  private let kind: Kind
  /// Bytes of an element.
  let width: Int
  /// The bytes of a number stand highest first.
  private let isSwapped: Bool

  init?(_ descr: String) {
    let bytes = Array(descr.utf8)
    guard bytes.count >= 3, "<>=|".utf8.contains(bytes[0]),
      bytes.dropFirst(2).allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int(String(decoding: bytes.dropFirst(2), as: UTF8.self)), count <= 1 << 28
    else { return nil }
    switch (bytes[1], count) {
    case (UInt8(ascii: "U"), _): (kind, width) = (.scalars, 4 * count)
    case (UInt8(ascii: "S"), _): (kind, width) = (.bytes, count)
    case (UInt8(ascii: "i"), 1), (UInt8(ascii: "i"), 2), (UInt8(ascii: "i"), 4), (UInt8(ascii: "i"), 8):
      (kind, width) = (.signed, count)
    case (UInt8(ascii: "u"), 1), (UInt8(ascii: "u"), 2), (UInt8(ascii: "u"), 4), (UInt8(ascii: "u"), 8),
      (UInt8(ascii: "b"), 1):
      (kind, width) = (.unsigned, count)
    default: return nil
    }
    isSwapped = bytes[0] == UInt8(ascii: ">")
  }

  func text(of element: ArraySlice<UInt8>) throws -> String {
    switch kind {
    case .signed: "\(Int64(bitPattern: number(element) << UInt64(64 - 8 * width)) >> Int64(64 - 8 * width))"
    case .unsigned: "\(number(element))"
    case .bytes: try text(ofBytes: element)
    case .scalars: try text(ofScalars: element)
    }
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    isSwapped
      ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static let hasZero = Problem(detail: "has a zero character, at which texts end in other files")

  private func text(ofBytes element: ArraySlice<UInt8>) throws -> String {
    let end = element.lastIndex { $0 != 0 }.map { $0 + 1 } ?? element.startIndex
    let bytes = element[..<end]
    guard !bytes.contains(0) else { throw Self.hasZero }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Problem(detail: "is not UTF-8")
    }
    return text
  }

  private func text(ofScalars element: ArraySlice<UInt8>) throws -> String {
    var codes = stride(from: element.startIndex, to: element.endIndex, by: 4).map {
      number(element[$0..<$0 + 4])
    }
    while codes.last == 0 { codes.removeLast() }
    var text = ""
    for code in codes {
      guard code != 0 else { throw Self.hasZero }
      guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
        throw Problem(detail: "has the number \(code), which is no character of Unicode")
      }
      text.unicodeScalars.append(scalar)
    }
    return text
  }
}
