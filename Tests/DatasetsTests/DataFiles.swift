import Foundation
import HDF5
import Kernels
import TestSupport

/// Data files in every format, made by hand, for the readers to read.
enum DataFiles {
  /// Two matrices of such a shape.
  static func pair(_ rows: Int, _ columns: Int) -> (x: Matrix, y: Matrix) {
    var numbers = TestNumbers(1)
    let x = numbers.matrix(rows, columns)
    return (x, numbers.matrix(rows, columns))
  }

  /// A `.npy` file of these bytes.
  static func npy(
    _ descr: String, _ shape: String, _ data: [UInt8], isFortran: Bool = false, version: UInt8 = 1
  ) -> [UInt8] {
    var header =
      "{'descr': '\(descr)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': \(shape), }"
    let prefix = version == 1 ? 10 : 12
    header += String(repeating: " ", count: 64 - (prefix + header.utf8.count + 1) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    let length = UInt32(header.utf8.count)
    let digits = version == 1 ? 2 : 4
    bytes += (0..<digits).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return bytes + Array(header.utf8) + data
  }

  /// A `.safetensors` file with this header and this data.
  static func safetensors(_ header: String, _ data: [UInt8]) -> [UInt8] {
    bytes(of: UInt64(header.utf8.count)) + Array(header.utf8) + data
  }

  static func safetensors(_ tensors: [(name: String, type: String, shape: [Int], data: [UInt8])]) -> [UInt8] {
    var offset = 0
    let members = tensors.map { tensor in
      defer { offset += tensor.data.count }
      return "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":\(tensor.shape),"
        + "\"data_offsets\":[\(offset),\(offset + tensor.data.count)]}"
    }
    return safetensors("{\(members.joined(separator: ","))}", tensors.flatMap(\.data))
  }

  /// An HDF5 file with `pair/x` and `pair/y` (4, 3), `both` (2, 4, 3) and a `text`.
  static func hdf5() throws -> [UInt8] {
    let (x, y) = pair(4, 3)
    return try HDF5Image.make { root in
      try root.group("pair") { group in
        try x.values.withUnsafeBufferPointer { try group.write("x", $0, shape: [4, 3]) }
        try y.values.withUnsafeBufferPointer { try group.write("y", $0, shape: [4, 3]) }
      }
      try (x.values + y.values).withUnsafeBufferPointer {
        try root.write("both", $0, shape: [2, 4, 3])
      }
      try root.write("text", ["a"], shape: []) { try $0.setAttribute("note", "β") }
    }
  }

  /// The value's bytes, lowest first.
  static func bytes<Number: FixedWidthInteger>(of number: Number, isSwapped: Bool = false) -> [UInt8] {
    withUnsafeBytes(of: isSwapped ? number.bigEndian : number.littleEndian) { Array($0) }
  }

  static func bytes(of values: [Float]) -> [UInt8] { values.flatMap { bytes(of: $0.bitPattern) } }

  @discardableResult
  static func write(_ bytes: [UInt8], _ path: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }
}
