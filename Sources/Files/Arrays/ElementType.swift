/// The type of the numbers in a file, and the order of their bytes.
struct ElementType: Sendable, Equatable {
  enum Number: Sendable {
    case float16, bfloat16, float32, float64
    case int8, int16, int32, int64, uint8, uint16, uint32, uint64
  }

  let number: Number
  /// The bytes stand highest first.
  let isSwapped: Bool

  init(_ number: Number, isSwapped: Bool = false) {
    self.number = number
    self.isSwapped = isSwapped
  }

  static let float32 = ElementType(.float32)

  /// Bytes of one number.
  var width: Int {
    switch number {
    case .int8, .uint8: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  var isFloat: Bool {
    switch number {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// Converts every number to float32: exactly from float16 and bfloat16, rounded to nearest from wider
  /// ones. `bytes.count` must be `floats.count * width`.
  func convert(_ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) {
    switch number {
    case .float16: fill(floats, from: bytes, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: fill(floats, from: bytes, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float32: fill(floats, from: bytes, UInt32.self) { Float(bitPattern: $0) }
    case .float64: fill(floats, from: bytes, UInt64.self) { Float(Double(bitPattern: $0)) }
    case .int8: fill(floats, from: bytes, Int8.self) { Float($0) }
    case .int16: fill(floats, from: bytes, Int16.self) { Float($0) }
    case .int32: fill(floats, from: bytes, Int32.self) { Float($0) }
    case .int64: fill(floats, from: bytes, Int64.self) { Float($0) }
    case .uint8: fill(floats, from: bytes, UInt8.self) { Float($0) }
    case .uint16: fill(floats, from: bytes, UInt16.self) { Float($0) }
    case .uint32: fill(floats, from: bytes, UInt32.self) { Float($0) }
    case .uint64: fill(floats, from: bytes, UInt64.self) { Float($0) }
    }
  }

  /// What became of numbers of a wider type that float32 does not hold.
  struct Losses: Sendable, Equatable {
    /// A finite number that became infinite, and its place.
    var beyond: (index: Int, value: Double)?
    /// Places of numbers other than zero that became zero.
    var vanished: [Int] = []
    /// How many lost digits below float32's least normal number.
    var subnormal = 0

    static func == (a: Losses, b: Losses) -> Bool {
      a.beyond?.index == b.beyond?.index && a.beyond?.value == b.beyond?.value && a.vanished == b.vanished
        && a.subnormal == b.subnormal
    }
  }

  /// Adds what `convert` lost of these bytes, the first of which is number `start`. Only float64 can lose
  /// a finite number whole.
  func addLosses(
    of bytes: UnsafeRawBufferPointer, in floats: UnsafeMutableBufferPointer<Float>, from start: Int,
    to losses: inout Losses
  ) {
    guard number == .float64 else { return }
    for index in floats.indices where !floats[index].isNormal {
      let bits = bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
      let value = Double(bitPattern: isSwapped ? bits.byteSwapped : bits)
      if floats[index] == 0 {
        if value != 0 { losses.vanished.append(start + index) }
      } else if floats[index].isSubnormal {
        if Double(floats[index]) != value { losses.subnormal += 1 }
      } else if value.isFinite, losses.beyond == nil {
        losses.beyond = (start + index, value)
      }
    }
  }

  @inline(__always)
  private func fill<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ floats: UnsafeMutableBufferPointer<Float>, from bytes: UnsafeRawBufferPointer, _: Bits.Type,
    _ value: (Bits) -> Float
  ) {
    let size = MemoryLayout<Bits>.size
    for index in floats.indices {
      let bits = bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
      floats[index] = value(isSwapped ? bits.byteSwapped : bits)
    }
  }
}
