import COpenBLAS

/// One factor of a product: a row-major matrix in memory, read as it lies or transposed.
///
/// Where it is `rows × columns` as a product reads it, memory holds as many rows from `pointer` on, or as many
/// columns where it is transposed, each as long as the other; they begin `stride` apart, and the last one
/// need not be followed by the rest of its stride.
package struct Operand<Element> {
  package let pointer: UnsafePointer<Element>
  /// Elements from the start of one stored row to the start of the next.
  package let stride: Int
  package let isTransposed: Bool

  /// - Parameter pointer: of memory that outlives the operand, so no array: its memory may be gone when the product
  ///   reads it.
  package init(@_nonEphemeral _ pointer: UnsafePointer<Element>, stride: Int, transposed: Bool = false) {
    self.pointer = pointer
    self.stride = stride
    self.isTransposed = transposed
  }

  fileprivate var order: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
}

/// C is `rows × columns`; the sum runs over `inner`.
package struct ProductShape: Sendable {
  package let rows: Int
  package let columns: Int
  package let inner: Int
  package init(rows: Int, columns: Int, inner: Int) {
    self.rows = rows
    self.columns = columns
    self.inner = inner
  }
}

/// Matrix products through OpenBLAS, one thread a call: parallelism is the caller's, over blocks.
package enum BLAS {
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// Makes sure that OpenBLAS starts no threads of its own.
  package static func prepare() { _ = singleThreaded }

  /// C ← α·op(A)·op(B) + β·C in float32. With β = 0, C is not read.
  ///
  /// C has `rows` rows of `columns` numbers, which begin `stride` apart; nothing between them is touched.
  /// A row of C does not depend on how many rows stand beside it, on kernels whose `rowPeriod` is 1, except by
  /// the shortcut for small products that some of those have (`leastRows`).
  package static func multiply(
    _ shape: ProductShape, _ a: Operand<Float>, _ b: Operand<Float>, into c: UnsafeMutablePointer<Float>,
    stride: Int, alpha: Float = 1, beta: Float = 0
  ) {
    let multiple = rowRule.padsTo
    guard multiple > 1, shape.rows % multiple != 0 else {
      return multiplyAsGiven(shape, a, b, into: c, stride: stride, alpha: alpha, beta: beta)
    }
    multiplyPadded(shape, a, b, into: c, stride: stride, alpha: alpha, beta: beta, multiple: multiple)
  }

  /// `multiply` as OpenBLAS does it.
  static func multiplyAsGiven(
    _ shape: ProductShape, _ a: Operand<Float>, _ b: Operand<Float>, into c: UnsafeMutablePointer<Float>,
    stride: Int, alpha: Float = 1, beta: Float = 0
  ) {
    prepare()
    cblas_sgemm(
      CblasRowMajor, a.order, b.order, Int32(shape.rows), Int32(shape.columns), Int32(shape.inner), alpha,
      a.pointer, Int32(a.stride), b.pointer, Int32(b.stride), beta, c, Int32(stride))
  }

  /// C ← α·op(A)·op(B) + β·C in float64. With β = 0, C is not read. C lies as in float32.
  package static func multiply(
    _ shape: ProductShape, _ a: Operand<Double>, _ b: Operand<Double>, into c: UnsafeMutablePointer<Double>,
    stride: Int, alpha: Double = 1, beta: Double = 0
  ) {
    prepare()
    cblas_dgemm(
      CblasRowMajor, a.order, b.order, Int32(shape.rows), Int32(shape.columns), Int32(shape.inner), alpha,
      a.pointer, Int32(a.stride), b.pointer, Int32(b.stride), beta, c, Int32(stride))
  }
}
