extension BLAS {
  /// How many rows apart two rows of a product are rounded alike, in products whose rows are a multiple of
  /// it; nil where no such number is known.
  ///
  /// Most of OpenBLAS's kernels add up every row in the same order; Haswell's add up the last six of each
  /// twelve otherwise. It is found out by trial, once, so that it holds for the kernel that runs.
  package static let rowPeriod: Int? = {
    let trials = [16, 147, 576, 1024].flatMap { inner in
      [(16, 12), (48, 24), (64, 84), (512, 204)].map { columns, rows in
        ProductShape(rows: rows, columns: columns, inner: inner)
      }
    }
    let products = trials.map { ($0, productOfEqualRows($0)) }
    return [1, 12].first { period in
      products.allSatisfy { shape, product in
        let shift = period * shape.columns
        return product.dropFirst(shift).elementsEqual(product.dropLast(shift))
      }
    }
  }()

  private static func productOfEqualRows(_ shape: ProductShape) -> [Float] {
    let row = (0..<shape.inner).map { Float($0 &* 37 % 101) / 101 - 0.5 }
    let a = (0..<shape.rows).flatMap { _ in row }
    let b = (0..<shape.inner * shape.columns).map { Float($0 &* 59 % 103) / 103 - 0.5 }
    return [Float](unsafeUninitializedCapacity: shape.rows * shape.columns) { c, count in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          multiply(
            shape, Operand(a, stride: shape.inner), Operand(b, stride: shape.columns), into: c,
            stride: shape.columns)
          count = shape.rows * shape.columns
        }
      }
    }
  }
}
