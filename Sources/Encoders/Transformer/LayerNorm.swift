import Execution

/// y = (x − mean(x)) / √(var(x) + ε) · g + b over each row. Source: Ba et al. 2016.
package struct LayerNorm: Sendable {
  /// Of `width` numbers, both.
  let weight: FloatSlice
  let bias: FloatSlice
  let width: Int
  let epsilon: Float

  package init(weight: FloatSlice, bias: FloatSlice, width: Int, epsilon: Float = 1e-5) {
    self.weight = weight[0..<width]
    self.bias = bias[0..<width]
    self.width = width
    self.epsilon = epsilon
  }

  /// `(rows, width)` to `(rows, width)`; `y` may be `x`.
  package func apply(_ x: FloatSlice, rows: Int, into y: FloatSlice) {
    for row in 0..<rows {
      let numbers = row * width..<(row + 1) * width
      normalize(x[numbers], into: y[numbers])
    }
  }

  /// One row of `width` numbers.
  private func normalize(_ x: FloatSlice, into y: FloatSlice) {
    let (weight, bias) = (weight, bias)
    let mean = sum(x) { $0 } / Float(width)
    let variance = sum(x) { ($0 - mean) * ($0 - mean) } / Float(width)
    let scale = 1 / (variance + epsilon).squareRoot()
    let whole = width & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      y.set((x.lanes(start) - mean) * scale * weight.lanes(start) + bias.lanes(start), start)
    }
    for index in whole..<width { y[index] = (x[index] - mean) * scale * weight[index] + bias[index] }
  }

  /// Σ term(x_i) of `width` numbers, sixteen partial sums in one order.
  @inline(__always)
  private func sum(_ x: FloatSlice, _ term: (SIMD16<Float>) -> SIMD16<Float>) -> Float {
    var lanes = SIMD16<Float>(repeating: 0)
    let whole = width & ~15
    for start in stride(from: 0, to: whole, by: 16) { lanes += term(x.lanes(start)) }
    var total = lanes.sum()
    for index in whole..<width { total += term(SIMD16(repeating: x[index]))[0] }
    return total
  }
}
