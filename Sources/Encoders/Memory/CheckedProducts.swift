import Kernels

/// One factor of a product: a row-major matrix in a slice, read as it lies or transposed.
struct Factor<Element> {
  let slice: MemorySlice<Element>
  /// Elements from the start of one stored row to the start of the next.
  let stride: Int
  let isTransposed: Bool

  init(_ slice: MemorySlice<Element>, stride: Int, transposed: Bool = false) {
    self.slice = slice
    self.stride = stride
    isTransposed = transposed
  }

  /// Of `rows × columns` as it is read; its slice must hold all of it.
  @inline(__always)
  fileprivate func operand(rows: Int, columns: Int) -> Operand<Element> {
    let stored = isTransposed ? (rows: columns, columns: rows) : (rows: rows, columns: columns)
    return Operand(
      slice.pointer(rows: stored.rows, columns: stored.columns, stride: stride), stride: stride,
      transposed: isTransposed)
  }
}

/// `BLAS` and `TileProduct` between slices: what a product reads and writes lies within them, or the program
/// stops before it runs.
enum Product {
  /// C ← α·op(A)·op(B) + β·C. With β = 0, C is not read.
  static func multiply(
    _ shape: ProductShape, _ a: Factor<Float>, _ b: Factor<Float>, into c: FloatSlice, stride: Int,
    alpha: Float = 1, beta: Float = 0
  ) {
    BLAS.multiply(
      shape, a.operand(rows: shape.rows, columns: shape.inner),
      b.operand(rows: shape.inner, columns: shape.columns),
      into: c.pointer(rows: shape.rows, columns: shape.columns, stride: stride), stride: stride, alpha: alpha,
      beta: beta)
  }

  /// C ← α·op(A)·op(B) + β·C in float64. With β = 0, C is not read.
  static func multiply(
    _ shape: ProductShape, _ a: Factor<Double>, _ b: Factor<Double>, into c: MemorySlice<Double>, stride: Int,
    alpha: Double = 1, beta: Double = 0
  ) {
    BLAS.multiply(
      shape, a.operand(rows: shape.rows, columns: shape.inner),
      b.operand(rows: shape.inner, columns: shape.columns),
      into: c.pointer(rows: shape.rows, columns: shape.columns, stride: stride), stride: stride, alpha: alpha,
      beta: beta)
  }

  /// C ← op(A)·op(B) + start + bias by `TileProduct`.
  ///
  /// - Parameters:
  ///   - start: a matrix that lies as C does, and may be C; nil for zeros.
  ///   - bias: one number a column; nil for zeros.
  static func multiplyByTiles(
    _ shape: ProductShape, _ a: Factor<Float>, _ b: Factor<Float>, into c: FloatSlice, stride: Int,
    start: FloatSlice? = nil, bias: FloatSlice? = nil
  ) {
    let (rows, columns) = (shape.rows, shape.columns)
    TileProduct.multiply(
      shape, a.operand(rows: rows, columns: shape.inner), b.operand(rows: shape.inner, columns: columns),
      into: c.pointer(rows: rows, columns: columns, stride: stride), stride: stride,
      start: .init(
        (start?.pointer(rows: rows, columns: columns, stride: stride)).map { UnsafePointer($0) },
        stride: stride, bias: (bias?.pointer(count: columns)).map { UnsafePointer($0) }))
  }
}

/// x ← x + values, element by element.
@inline(__always)
func add(_ values: FloatSlice, to x: FloatSlice) {
  add(values.pointer(count: values.count), to: x.pointer(count: values.count), values.count)
}

/// x ← x + values, `count` elements of each.
func add(_ values: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ count: Int) {
  for index in 0..<count { x[index] += values[index] }
}
