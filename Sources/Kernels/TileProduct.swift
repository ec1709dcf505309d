import CTiles
import Execution

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
    let values: FloatSlice?
    let stride: Int
    let bias: FloatSlice?

    /// - Parameters:
    ///   - values: a matrix of the product's shape, rows `stride` apart, which may be the result's place; nil for
    ///     zeros.
    ///   - bias: one number a column, added to each row; nil for zeros.
    package init(_ values: FloatSlice? = nil, stride: Int = 0, bias: FloatSlice? = nil) {
      self.values = values
      self.stride = stride
      self.bias = bias
    }

    /// The places of both, which hold all that a product of so many rows and columns reads.
    fileprivate func pointers(rows: Int, columns: Int) -> (values: Values, bias: Values) {
      (
        (values?.pointer(rows: rows, columns: columns, stride: stride)).map { UnsafePointer($0) },
        (bias?.pointer(count: columns)).map { UnsafePointer($0) }
      )
    }

    fileprivate typealias Values = UnsafePointer<Float>?
  }

  /// C ← op(A)·op(B) + start. C has `rows` rows of `columns` numbers, which begin `stride` apart; nothing between
  /// them is touched. Whether all lies within its slices is checked as for `BLAS`.
  package static func multiply(
    _ shape: ProductShape, _ a: Operand<Float>, _ b: Operand<Float>, into c: FloatSlice, stride: Int,
    start: Start = Start(), byTiles: Bool = hasTiles
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    let from = start.pointers(rows: rows, columns: columns)
    let out = c.pointer(rows: rows, columns: columns, stride: stride)
    guard byTiles else {
      place(from.values, stride: start.stride, from.bias, into: out, stride: stride, rows, columns)
      let isEmpty = start.values == nil && start.bias == nil
      return BLAS.multiply(shape, a, b, into: c, stride: stride, beta: isEmpty ? 0 : 1)
    }
    var product = tiles_product(
      rows: rows, columns: columns, inner: shape.inner, a: a.pointer(rows: rows, columns: shape.inner),
      a_row: a.isTransposed ? 1 : a.stride, a_step: a.isTransposed ? a.stride : 1,
      b: b.pointer(rows: shape.inner, columns: columns), b_row: b.stride, b_is_turned: b.isTransposed,
      start: from.values, start_row: start.stride, bias: from.bias, out: out, out_row: stride)
    tiles_multiply(&product)
  }

  /// C ← start: `rows` rows of `columns` numbers of the values and of C, and `columns` of the bias.
  private static func place(
    _ values: UnsafePointer<Float>?, stride from: Int, _ bias: UnsafePointer<Float>?,
    into c: UnsafeMutablePointer<Float>, stride: Int, _ rows: Int, _ columns: Int
  ) {
    for row in 0..<rows {
      let line = c + row * stride
      if let values, values != UnsafePointer(c) { line.update(from: values + row * from, count: columns) }
      guard let bias else { continue }
      if values == nil {
        line.update(from: bias, count: columns)
      } else {
        for column in 0..<columns { line[column] += bias[column] }
      }
    }
  }
}
