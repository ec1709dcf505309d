import Foundation

/// The bytes of a cell, read as a number if they are one.
struct NumberLiteral {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The value of `-?(0|[1-9][0-9]*)` where it fits into 64 bits. `-0` is not an integer: its sign would
  /// be lost; nor is `007`.
  var integer: Int? {
    guard let first = bytes.first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    let digits = isNegative ? bytes.dropFirst() : bytes[...]
    guard let leading = digits.first, leading != UInt8(ascii: "0") || bytes.count == 1 else { return nil }
    var value = 0
    for byte in digits {
      guard (0x30...0x39).contains(byte) else { return nil }
      let digit = Int(byte) - 0x30
      let (scaled, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, overSum) =
        isNegative ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
      if over || overSum { return nil }
      value = sum
    }
    return value
  }

  /// The double nearest to the literal, or `nan`, `inf`, `-inf`.
  var real: Double? {
    guard let parts = Decimal(bytes) else { return special }
    if let exact = parts.exact { return exact }
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

/// A decimal literal `-?(0|[1-9]d*)(.d+)?([eE][+-]?d+)?` taken apart.
private struct Decimal {
  private var isNegative = false
  private var mantissa: UInt64 = 0
  private var digits = 0
  private var exponent = 0

  init?(_ bytes: UnsafeRawBufferPointer) {
    var index = 0
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      index = 1
    }
    let first = index
    takeDigits(bytes, &index)
    let whole = index - first
    guard whole == 1 || (whole > 1 && bytes[first] != UInt8(ascii: "0")) else { return nil }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      let start = index
      takeDigits(bytes, &index)
      guard index > start else { return nil }
      exponent = start - index
    }
    guard takeExponent(bytes, &index), index == bytes.count else { return nil }
  }

  private mutating func takeDigits(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) {
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
      if mantissa > 0 || bytes[index] != 0x30 { digits += 1 }
      mantissa = mantissa &* 10 &+ UInt64(bytes[index] - 0x30)
      index += 1
    }
  }

  private mutating func takeExponent(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Bool {
    guard index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") else { return true }
    index += 1
    var sign = 1
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
      index += 1
    }
    let start = index
    var value = 0
    while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
      value = min(100_000, value * 10 + Int(bytes[index]) - 0x30)
      index += 1
    }
    exponent += sign * value
    return index > start
  }

  /// The value where one rounding gives it: a mantissa below 2⁵³ times or by a power of ten up to 10²²
  /// (Clinger 1990).
  var exact: Double? {
    guard digits <= 15, abs(exponent) <= 22 else { return nil }
    let power = Self.powers[abs(exponent)]
    let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    return isNegative ? -value : value
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
  ]
}
