// The storage of matrices as slices.
import Execution

extension Matrix {
  /// All rows, one after the other, for reading.
  @inlinable @inline(__always)
  package func withSlice<R>(_ body: (FloatSlice) throws -> R) rethrows -> R { try values.withReadSlice(body) }

  /// All rows, one after the other, for writing.
  package mutating func withMutableSlice<R>(_ body: (FloatSlice) throws -> R) rethrows -> R {
    try values.withSlice(body)
  }
}

extension RealMatrix {
  /// All rows, one after the other, for reading.
  @inlinable @inline(__always)
  package func withSlice<R>(_ body: (DoubleSlice) throws -> R) rethrows -> R {
    try values.withReadSlice(body)
  }
}
