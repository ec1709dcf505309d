import Contracts
import Declarations
import Files
import HDF5

/// What a model is beyond its embeddings, as an HDF5 file: its origin as JSON, and its tensors, if it has
/// any, as float32. Numbers come back bit for bit.
///
/// ```
/// /origin          JSON
/// /tensors         JSON: [["visual.proj",[48,24]], …]
/// /values/0, …     float32, flat
/// ```
enum ModelFile {
  static let name = "model.h5"

  static func make(_ model: Model) throws -> [UInt8] {
    let size = model.tensors.reduce(1 << 16) { $0 + $1.values.count * 4 }
    let list = JSONValue.array(
      model.tensors.map { tensor in
        .array([.string(tensor.name), .array(tensor.shape.map { .number(Double($0)) })])
      })
    return try HDF5Image.make(expectedBytes: size) { root in
      try root.setEncoding("dict", "0.1.0")
      try root.write("origin", [model.origin.canonical], shape: []) { try $0.setEncoding("string", "0.2.0") }
      try root.write("tensors", [list.canonical], shape: []) { try $0.setEncoding("string", "0.2.0") }
      try root.group("values") { group in
        try group.setEncoding("dict", "0.1.0")
        for (index, tensor) in model.tensors.enumerated() {
          try tensor.values.withUnsafeBufferPointer { values in
            try group.write("\(index)", values, shape: [1, values.count]) {
              try $0.setEncoding("array", "0.2.0")
            }
          }
        }
      }
    }
  }

  /// How many values a tensor of this shape has; nil for none that a tensor can have.
  private static func count(_ shape: [Int]) -> Int? {
    shape.reduce(Optional(1)) { count, side in
      guard side >= 0, let (product, overflow) = count?.multipliedReportingOverflow(by: side), !overflow
      else {
        return nil
      }
      return product
    }
  }

  /// - Throws: `HDF5Failure`, `FamilyFile.Problem`.
  static func read(_ bytes: [UInt8]) throws -> (origin: JSONValue, tensors: [Model.Tensor]) {
    try HDF5Image.read(bytes) { root in
      let origin = try JSONReader.value(Array(try root.text("origin").utf8))
      let list = try JSONReader.value(Array(try root.text("tensors").utf8)).array ?? []
      let tensors = try root.open("values") { group in
        try list.enumerated().map { index, entry in
          let shape = entry.array?.last?.array?.compactMap(\.integer) ?? []
          let values = try group.matrix("\(index)").values
          guard let name = entry.array?.first?.string, shape.count == entry.array?.last?.array?.count,
            Self.count(shape) == values.count
          else {
            throw FamilyFile.Problem(description: "a tensor does not have the shape that it states")
          }
          return Model.Tensor(name: name, shape: shape, values: values)
        }
      }
      return (origin, tensors)
    }
  }
}
