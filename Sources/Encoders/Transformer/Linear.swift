import Execution
import Kernels

/// y = x·Wᵀ + b, on parts of a tower's weights. Whoever makes one keeps the weights alive.
package struct Linear: Sendable {
  /// `(outputs, inputs)`, as files have it; `(inputs, outputs)` where transposed.
  let weight: FloatSlice
  let bias: FloatSlice?
  let inputs: Int
  package let outputs: Int
  var isTransposed = false

  package init(
    weight: FloatSlice, bias: FloatSlice?, inputs: Int, outputs: Int, isTransposed: Bool = false
  ) {
    self.weight = weight
    self.bias = bias
    self.inputs = inputs
    self.outputs = outputs
    self.isTransposed = isTransposed
  }

  /// out ← x·Wᵀ + b: `(rows, inputs)` to `(rows, outputs)`, rows of `out` `stride` apart.
  ///
  /// Both must have room for `RowProducts.leastRows`. The bias is what the product is added to, which
  /// costs no more than the zeros that it would be added to otherwise.
  func apply(_ x: FloatSlice, _ groups: RowGroups, into out: FloatSlice, stride: Int? = nil) {
    let stride = stride ?? outputs
    guard let bias else { return multiply(x, groups, into: out, stride: stride, beta: 0) }
    for row in 0..<groups.count { out.from(row * stride).update(from: bias) }
    multiply(x, groups, into: out, stride: stride, beta: 1)
  }

  /// out ← out + x·Wᵀ + b.
  func accumulate(_ x: FloatSlice, _ groups: RowGroups, into out: FloatSlice) {
    if let bias {
      for row in 0..<groups.count { add(bias, to: out.from(row * outputs)) }
    }
    multiply(x, groups, into: out, stride: outputs, beta: 1)
  }

  private func multiply(
    _ x: FloatSlice, _ groups: RowGroups, into out: FloatSlice, stride: Int, beta: Float
  ) {
    let least = RowProducts.leastRows(outputs: outputs, inputs: inputs)
    for range in groups.ranges where !range.isEmpty {
      BLAS.multiply(
        ProductShape(rows: max(range.count, least), columns: outputs, inner: inputs),
        Operand(x.from(range.lowerBound * inputs), stride: inputs), factor(transposed: !isTransposed),
        into: out.from(range.lowerBound * stride), stride: stride, beta: beta)
    }
  }

  /// The weights as a factor of a product.
  func factor(transposed: Bool) -> Operand<Float> {
    Operand(weight, stride: isTransposed ? outputs : inputs, transposed: transposed)
  }

  /// The map to some of the outputs: of queries, keys and values, the first or the rest.
  func slice(_ range: Range<Int>) -> Linear {
    Linear(
      weight: weight[range.lowerBound * inputs..<range.upperBound * inputs], bias: bias.map { $0[range] },
      inputs: inputs, outputs: range.count)
  }
}

extension Linear {
  /// `apply` for rows of one item each, between places that have room for these rows alone.
  package func applyAlone(_ x: FloatSlice, rows: Int, into out: FloatSlice) throws {
    let room = max(rows, RowProducts.leastRows(outputs: outputs, inputs: inputs))
    let arena = Arena<Float>([room * inputs, room * outputs])
    let (from, to) = (arena.take(room * inputs), arena.take(room * outputs))
    from.update(from: x[0..<rows * inputs])
    apply(from, RowGroups(Array(repeating: 1, count: rows)), into: to)
    try arena.verify()
    out.update(from: to[0..<rows * outputs])
  }
}
