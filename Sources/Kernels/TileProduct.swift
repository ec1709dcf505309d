import CTiles

/// Products of one thread that are rounded like each other, not like `BLAS.multiply`: by tiles of our own
/// where OpenBLAS runs a kernel for AVX-512, and by OpenBLAS elsewhere.
///
/// So the name of OpenBLAS's kernel, which results are kept under, says which of the two it was.
package enum TileProduct {
  package static let hasTiles: Bool = BLASKernel.isForAVX512 && isSupported
  /// Whether this CPU could compute by tiles.
  package static let isSupported: Bool = tiles_are_supported()

  /// What a product is added to.
  package struct Start {
    let values: UnsafePointer<Float>?
    let stride: Int
    let bias: UnsafePointer<Float>?

    /// - Parameters:
    ///   - values: a matrix of the product's shape, rows `stride` apart, which may be the result's place; nil for
    ///     zeros.
    ///   - bias: one number a column, added to each row; nil for zeros.
    package init(_ values: UnsafePointer<Float>? = nil, stride: Int = 0, bias: UnsafePointer<Float>? = nil) {
      self.values = values
      self.stride = stride
      self.bias = bias
    }
  }

  /// C ← op(A)·op(B) + start. C has `rows` rows of `columns` numbers, which begin `stride` apart; nothing between
  /// them is touched.
  package static func multiply(
    _ shape: ProductShape, _ a: Operand<Float>, _ b: Operand<Float>, into c: UnsafeMutablePointer<Float>,
    stride: Int, start: Start = Start(), byTiles: Bool = hasTiles
  ) {
    guard byTiles else { return multiplyByBLAS(shape, a, b, into: c, stride: stride, start) }
    var product = tiles_product(
      rows: shape.rows, columns: shape.columns, inner: shape.inner, a: a.pointer,
      a_row: a.isTransposed ? 1 : a.stride, a_step: a.isTransposed ? a.stride : 1, b: b.pointer,
      b_row: b.stride, b_is_turned: b.isTransposed, start: start.values, start_row: start.stride,
      bias: start.bias, out: c, out_row: stride)
    tiles_multiply(&product)
  }

  private static func multiplyByBLAS(
    _ shape: ProductShape, _ a: Operand<Float>, _ b: Operand<Float>, into c: UnsafeMutablePointer<Float>,
    stride: Int, _ start: Start
  ) {
    for row in 0..<shape.rows {
      let line = c + row * stride
      if let values = start.values, values != UnsafePointer(c) {
        line.update(from: values + row * start.stride, count: shape.columns)
      }
      guard let bias = start.bias else { continue }
      if start.values == nil {
        line.update(from: bias, count: shape.columns)
      } else {
        for column in 0..<shape.columns { line[column] += bias[column] }
      }
    }
    let isEmpty = start.values == nil && start.bias == nil
    BLAS.multiply(shape, a, b, into: c, stride: stride, beta: isEmpty ? 0 : 1)
  }
}
