import Kernels

/// y = (x − mean(x)) / √(var(x) + ε) · g + b over each row. Source: Ba et al. 2016.
package struct LayerNorm: @unchecked Sendable {
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>
  let width: Int
  let epsilon: Float

  package init(weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, width: Int, epsilon: Float = 1e-5) {
    self.weight = weight
    self.bias = bias
    self.width = width
    self.epsilon = epsilon
  }

  /// `(rows, width)` to `(rows, width)`; `y` may be `x`.
  package func apply(_ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>) {
    for row in 0..<rows { normalize(x + row * width, into: y + row * width) }
  }

  private func normalize(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    let mean = sum(x) { $0 } / Float(width)
    let variance = sum(x) { ($0 - mean) * ($0 - mean) } / Float(width)
    let scale = 1 / (variance + epsilon).squareRoot()
    let whole = width & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      store((load(x + start) - mean) * scale * load(weight + start) + load(bias + start), to: y + start)
    }
    for index in whole..<width { y[index] = (x[index] - mean) * scale * weight[index] + bias[index] }
  }

  /// Σ term(x_i), sixteen partial sums in one order.
  @inline(__always)
  private func sum(_ x: UnsafePointer<Float>, _ term: (SIMD16<Float>) -> SIMD16<Float>) -> Float {
    var lanes = SIMD16<Float>(repeating: 0)
    let whole = width & ~15
    for start in stride(from: 0, to: whole, by: 16) { lanes += term(load(x + start)) }
    var total = lanes.sum()
    for index in whole..<width { total += term(SIMD16(repeating: x[index]))[0] }
    return total
  }
}

/// x ← x + values, element by element.
func add(_ values: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ count: Int) {
  for index in 0..<count { x[index] += values[index] }
}
