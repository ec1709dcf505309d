import Contracts
import Files
import Kernels

/// Embeddings from a file: `.npy`, `.h5`/`.hdf5` or `.safetensors`, perhaps with `:member` behind it.
package enum EmbeddingFile {
  /// Loads one matrix of shape `(n, d)`, or the two of an array `(2, n, d)` or of a pair `x` and `y`.
  ///
  /// The numbers are not looked at; NaN, infinities and zero rows are the stage's to judge.
  /// - Throws: `FileFailure` where the file cannot be read; `DataFileFailure` or `HDF5Failure` where it
  ///   is damaged, has no such member, or the member has another shape, `n < 2` or `d = 0`.
  package static func load(_ path: String) throws -> [Matrix] { try loadAll(path).map(\.matrix) }

  /// A matrix, and what its rows lost when they became float32.
  package struct Loaded: Sendable {
    package let matrix: Matrix
    package let isFloat16: Bool
    /// Rows with a number that is not zero in the file and is in float32.
    package let vanishedRows: Set<Int>
    /// The first row that is not zero and has no number which float32 holds in full.
    package let faintRow: Int?
    /// What a reader should know of numbers that are too small.
    package let remark: String?
  }

  /// `load`, with what the conversion to float32 lost.
  package static func loadAll(_ path: String) throws -> [Loaded] {
    let tensors = try TensorFile.loadAll(path)
    let names = tensors.count == 2 ? ["\(path) (x)", "\(path) (y)"] : [path]
    return try zip(tensors, names).flatMap { tensor, name in
      let matrices = try matrices(tensor, name, allowsPair: tensors.count == 1)
      return matrices.enumerated().map { half, matrix in
        let rows = tensor.vanished.map { $0 / matrix.columns - half * matrix.rows }
        return Loaded(
          matrix: matrix, isFloat16: tensor.isFloat16,
          vanishedRows: Set(rows.filter { (0..<matrix.rows).contains($0) }),
          faintRow: (0..<matrix.rows).first { row in
            let start = (half * matrix.rows + row) * matrix.columns
            return tensor.isFaint(start..<start + matrix.columns)
          }, remark: tensor.remark(on: name))
      }
    }
  }

  private static func matrices(_ tensor: Tensor, _ path: String, allowsPair: Bool) throws -> [Matrix] {
    let shape = tensor.shape
    if tensor.isInteger {
      throw DataFileFailure.unsupportedType(
        path: path, found: "integer", expected: "float16, float32 or float64 for embeddings")
    }
    let isPair = allowsPair && shape.count == 3 && shape[0] == 2
    guard shape.count == 2 || isPair else {
      throw DataFileFailure.wrongShape(
        path: path, shape: shape,
        expected: "(n, d) for one modality\(allowsPair ? ", or (2, n, d) for a pair" : "")")
    }
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    guard rows >= 2, columns >= 1 else {
      throw DataFileFailure.wrongShape(
        path: path, shape: shape,
        expected: "at least 2 rows and 1 column, because otherwise there is nothing to compare")
    }
    if !isPair { return [Matrix(rows: rows, columns: columns, values: tensor.values)] }
    return [0, 1].map { half in
      let range = half * rows * columns..<(half + 1) * rows * columns
      return Matrix(rows: rows, columns: columns, values: Array(tensor.values[range]))
    }
  }
}
