import Execution
import Kernels

/// What a layer of a random perceptron does to its numbers beside the affine map and the nonlinearity, without learnt
/// scales and shifts, which are 1 and 0 in a random network.
///
/// With the mean m and the variance s² (n in the denominator) over what `kind` says, a number becomes
/// (a − m)/√(s² + ε); `rms` does not subtract: a/√(m₂ + ε) with the mean square m₂.
public struct Normalization: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Over the outputs of each item. Source: Ba, Kiros and Hinton 2016, arXiv:1607.06450.
    case layer
    /// Over the items for each output, so that an item's outputs depend on all others.
    /// Source: Ioffe and Szegedy 2015, arXiv:1502.03167.
    case batch
    /// Over the outputs of each item, without the mean. Source: Zhang and Sennrich 2019, arXiv:1910.07467.
    case rms
  }

  public enum Place: String, Sendable, CaseIterable {
    /// Between the affine map and the nonlinearity.
    case before
    /// After the nonlinearity.
    case after
  }

  public let kind: Kind
  public let place: Place
  public let epsilon: Double

  public init(_ kind: Kind, _ place: Place, epsilon: Double) {
    self.kind = kind
    self.place = place
    self.epsilon = epsilon
  }

  private static let rowsABlock = 64
  private static let columnsABlock = 16

  /// Normalises all rows in place; sums are in float64 and in the order of the items.
  package func apply(to matrix: inout Matrix, _ budget: ThreadBudget) throws {
    let (rows, columns) = (matrix.rows, matrix.columns)
    try matrix.withMutableSlice { values in
      switch kind {
      case .layer, .rms:
        try budget.forEachBlock(blockCount(rows, size: Self.rowsABlock)) { block in
          for row in blockRange(block, size: Self.rowsABlock, count: rows) {
            normalize(values, from: row * columns, step: 1, count: columns)
          }
        }
      case .batch:
        try budget.forEachBlock(blockCount(columns, size: Self.columnsABlock)) { block in
          for column in blockRange(block, size: Self.columnsABlock, count: columns) {
            normalize(values, from: column, step: columns, count: rows)
          }
        }
      }
    }
  }

  /// `count` numbers, which lie `step` apart.
  private func normalize(_ values: FloatSlice, from start: Int, step: Int, count: Int) {
    var mean = 0.0
    if kind != .rms {
      for index in 0..<count { mean += Double(values[start + index * step]) }
      mean /= Double(count)
    }
    var square = 0.0
    for index in 0..<count {
      let distance = Double(values[start + index * step]) - mean
      square += distance * distance
    }
    let scale = 1 / (square / Double(count) + epsilon).squareRoot()
    for index in 0..<count {
      let place = start + index * step
      values[place] = Float((Double(values[place]) - mean) * scale)
    }
  }
}
