import Contracts

/// A file of named tensors, opened: their shapes are known, their values are read one by one.
package struct WeightFile: Sendable {
  package let path: String
  package let shapes: [String: [Int]]
  /// float32, in C order.
  let read: @Sendable (_ name: String) throws -> [Float]

  package init(
    path: String, shapes: [String: [Int]], read: @escaping @Sendable (_ name: String) throws -> [Float]
  ) {
    self.path = path
    self.shapes = shapes
    self.read = read
  }
}

extension WeightFile {
  /// The values of a target tensor.
  ///
  /// - Throws: `WeightFailure.notFinite`; the file's own failure where its bytes cannot be read.
  func values(of source: TensorSource) throws -> [Float] {
    switch source {
    case .tensor(let name): try finite(name)
    case .transposed(let name): Self.transpose(try finite(name), shapes[name] ?? [])
    case .joined(let names): try names.flatMap(finite)
    }
  }

  private func finite(_ name: String) throws -> [Float] {
    let values = try read(name)
    guard values.allSatisfy({ $0.isFinite }) else {
      throw WeightFailure.notFinite(path: path, tensor: name)
    }
    return values
  }

  private static func transpose(_ values: [Float], _ shape: [Int]) -> [Float] {
    guard shape.count == 2 else { return values }
    let (rows, columns) = (shape[0], shape[1])
    return [Float](unsafeUninitializedCapacity: values.count) { out, count in
      for row in 0..<rows {
        for column in 0..<columns { out[column * rows + row] = values[row * columns + column] }
      }
      count = values.count
    }
  }
}

extension TensorSource {
  /// The tensors that make up one of this shape, and the shape that each of them must have.
  func parts(of shape: [Int]) -> [(name: String, shape: [Int])] {
    switch self {
    case .tensor(let name): [(name, shape)]
    case .transposed(let name): [(name, shape.reversed())]
    case .joined(let names):
      names.map { ($0, shape.prefix(1).map { $0 / names.count } + shape.dropFirst()) }
    }
  }

  var names: [String] {
    switch self {
    case .tensor(let name), .transposed(let name): [name]
    case .joined(let names): names
    }
  }
}
