import Foundation

/// A tensor for a file.
package struct NamedTensor: Sendable, Equatable {
  package let name: String
  package let shape: [Int]
  /// In C order.
  package let values: [Float]

  /// - Precondition: `values.count` is the product of `shape`.
  package init(_ name: String, _ shape: [Int], _ values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "a tensor's values must fill its shape")
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// Makes `.safetensors` files: the length of the header in eight bytes, a JSON header filled up with spaces
/// to a multiple of eight bytes, then float32 values, little-endian, without holes.
///
/// Tensors stand in the order of their names' bytes, as the format's own library writes tensors of one
/// type, so equal tensors make equal files.
package enum SafetensorsWriter {
  /// - Precondition: no two tensors have one name, and none is called `__metadata__`.
  package static func data(_ tensors: [NamedTensor], metadata: [String: String] = [:]) -> Data {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var header = Array(header(sorted, metadata).utf8)
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var data = Data(capacity: 8 + header.count + 4 * tensors.reduce(0) { $0 + $1.values.count })
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header)
    for tensor in sorted { tensor.values.withUnsafeBytes { data.append(contentsOf: $0) } }
    return data
  }

  private static func header(_ tensors: [NamedTensor], _ metadata: [String: String]) -> String {
    var members: [String] = []
    if !metadata.isEmpty {
      let notes = metadata.sorted { $0.key < $1.key }.map { "\(text($0)):\(text($1))" }
      members.append("\"__metadata__\":{\(notes.joined(separator: ","))}")
    }
    var end = 0
    for tensor in tensors {
      let start = end
      end += 4 * tensor.values.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(text(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
    }
    return "{\(members.joined(separator: ","))}"
  }

  /// A JSON string.
  private static func text(_ string: String) -> String {
    let escaped = string.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case _ where scalar.value < 0x20: String(format: "\\u%04x", scalar.value)
      default: String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}
