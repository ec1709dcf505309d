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
  /// The shape and the values of a target tensor, as the file has it.
  func shape(of source: TensorSource) -> [Int]? {
    switch source {
    case .tensor(let name): return shapes[name]
    case .transposed(let name): return shapes[name].map { $0.reversed() }
    case .joined(let names):
      let parts = names.compactMap { shapes[$0] }
      guard parts.count == names.count, let first = parts.first, let rows = first.first,
        parts.allSatisfy({ $0 == first })
      else { return nil }
      return [rows * parts.count] + first.dropFirst()
    }
  }

  func values(of source: TensorSource) throws -> [Float] {
    switch source {
    case .tensor(let name): try read(name)
    case .transposed(let name): Self.transpose(try read(name), shapes[name] ?? [])
    case .joined(let names): try names.flatMap(read)
    }
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
  var names: [String] {
    switch self {
    case .tensor(let name), .transposed(let name): [name]
    case .joined(let names): names
    }
  }
}
