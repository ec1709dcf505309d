/// Makes `.npy` files of format version 1.0, little-endian and in C order, as `numpy.save` does.
package enum NPYWriter {
  /// - Precondition: `values.count` is the product of `shape`.
  package static func data(_ values: [Float], shape: [Int]) -> [UInt8] {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { make("<f4", shape, values.count, $0) }
  }

  /// - Precondition: `values.count` is the product of `shape`.
  package static func data(_ values: [Int], shape: [Int]) -> [UInt8] {
    values.map { Int64($0).littleEndian }.withUnsafeBytes { make("<i8", shape, values.count, $0) }
  }

  private static func make(
    _ type: String, _ shape: [Int], _ count: Int, _ values: UnsafeRawBufferPointer
  ) -> [UInt8] {
    precondition(count == shape.reduce(1, *), "an array's values must fill its shape")
    let sides = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sides)), }".utf8)
    // Values begin at a multiple of 64 bytes; a line break ends the header.
    header += Array(repeating: UInt8(ascii: " "), count: 63 - (10 + header.count) % 64)
    header.append(UInt8(ascii: "\n"))
    let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let bytes = start + [UInt8(header.count & 0xFF), UInt8(header.count >> 8)] + header
    return bytes + values
  }
}
