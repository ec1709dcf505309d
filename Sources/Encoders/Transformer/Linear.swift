import Kernels

/// y = x·Wᵀ + b, by pointers into a tower's weights. Whoever makes one keeps the weights alive.
package struct Linear: @unchecked Sendable {
  /// `(outputs, inputs)`, as files have it; `(inputs, outputs)` where turned.
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  let inputs: Int
  package let outputs: Int
  var isTurned = false

  package init(
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, inputs: Int, outputs: Int,
    isTurned: Bool = false
  ) {
    self.weight = weight
    self.bias = bias
    self.inputs = inputs
    self.outputs = outputs
    self.isTurned = isTurned
  }

  /// out ← x·Wᵀ + b: `(rows, inputs)` to `(rows, outputs)`, rows of `out` `stride` apart.
  ///
  /// Both must have room for `RowProducts.leastRows`. The bias is what the product is added to, which
  /// costs no more than the zeros that it would be added to otherwise.
  func apply(
    _ x: UnsafePointer<Float>, _ groups: RowGroups, into out: UnsafeMutablePointer<Float>, stride: Int? = nil
  ) {
    let stride = stride ?? outputs
    guard let bias else { return multiply(x, groups, into: out, stride: stride, beta: 0) }
    for row in 0..<groups.count { (out + row * stride).update(from: bias, count: outputs) }
    multiply(x, groups, into: out, stride: stride, beta: 1)
  }

  /// out ← out + x·Wᵀ + b.
  func accumulate(_ x: UnsafePointer<Float>, _ groups: RowGroups, into out: UnsafeMutablePointer<Float>) {
    if let bias {
      for row in 0..<groups.count { add(bias, to: out + row * outputs, outputs) }
    }
    multiply(x, groups, into: out, stride: outputs, beta: 1)
  }

  private func multiply(
    _ x: UnsafePointer<Float>, _ groups: RowGroups, into out: UnsafeMutablePointer<Float>, stride: Int,
    beta: Float
  ) {
    let least = RowProducts.leastRows(outputs: outputs, inputs: inputs)
    for range in groups.ranges where !range.isEmpty {
      BLAS.multiply(
        ProductShape(rows: max(range.count, least), columns: outputs, inner: inputs),
        Operand(x + range.lowerBound * inputs, stride: inputs),
        Operand(weight, stride: isTurned ? outputs : inputs, transposed: !isTurned),
        into: out + range.lowerBound * stride, stride: stride, beta: beta)
    }
  }

  /// The map to some of the outputs: of queries, keys and values, the first or the rest.
  func slice(_ range: Range<Int>) -> Linear {
    Linear(
      weight: weight + range.lowerBound * inputs, bias: bias.map { $0 + range.lowerBound }, inputs: inputs,
      outputs: range.count)
  }
}

extension Linear {
  /// `apply` for rows of one item each, between places that have room for these rows alone.
  package func applyAlone(_ x: UnsafePointer<Float>, rows: Int, into out: UnsafeMutablePointer<Float>) {
    let room = max(rows, RowProducts.leastRows(outputs: outputs, inputs: inputs))
    let arena = Arena([room * inputs, room * outputs])
    let (from, to) = (arena.take(room * inputs), arena.take(room * outputs))
    from.update(from: x, count: rows * inputs)
    apply(from, RowGroups(Array(repeating: 1, count: rows)), into: to)
    out.update(from: to, count: rows * outputs)
  }
}
