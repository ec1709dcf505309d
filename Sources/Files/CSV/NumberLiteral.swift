import Foundation

/// The bytes of a cell, read as a number if they are one.
struct NumberLiteral {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The value of `-?(0|[1-9][0-9]*)` where it fits into 64 bits. `-0` is not an integer: its sign would
  /// be lost; nor is `007`.
  var integer: Int? {
    let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
    guard let leading = digits.first, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      leading != UInt8(ascii: "0") || bytes.count == 1
    else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self))
  }

  /// The double nearest to a number as JSON spells it, or `nan`, `inf`, `-inf`.
  var real: Double? {
    guard JSONReader.isNumber(bytes) else { return special }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
      for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
      buffer[bytes.count] = 0
      return buffer.baseAddress.map { strtod($0, nil) }
    }
  }

  private var special: Double? {
    if bytes.elementsEqual("nan".utf8) { return .nan }
    if bytes.elementsEqual("inf".utf8) { return .infinity }
    return bytes.elementsEqual("-inf".utf8) ? -.infinity : nil
  }
}
