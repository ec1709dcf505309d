/// Where a tensor's values come from in a file that names, or lays out, its tensors otherwise.
package enum TensorSource: Sendable, Equatable {
  /// The tensor of this name, as it lies.
  case tensor(String)
  /// The matrix of this name, rows and columns exchanged.
  case transposed(String)
  /// The tensors of these names, one after the other along their first dimension.
  case joined([String])
}
