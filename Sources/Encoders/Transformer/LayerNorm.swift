import Kernels

/// y = (x − mean(x)) / √(var(x) + 1e-5) · g + b over each row. Source: Ba et al. 2016; PyTorch's ε.
package struct LayerNorm: Sendable {
  static var epsilon: Float { 1e-5 }

  /// Of `width` numbers, both.
  let weight: FloatSlice
  let bias: FloatSlice
  let width: Int

  package init(weight: FloatSlice, bias: FloatSlice, width: Int) {
    self.weight = weight[0..<width]
    self.bias = bias[0..<width]
    self.width = width
  }

  /// `(rows, width)` to `(rows, width)`; `y` may be `x`.
  package func apply(_ x: FloatSlice, rows: Int, into y: FloatSlice) {
    let (x, y) = (x.pointer(count: rows * width), y.pointer(count: rows * width))
    let (weight, bias) = (weight.pointer(count: width), bias.pointer(count: width))
    for row in 0..<rows { normalize(x + row * width, weight, bias, into: y + row * width) }
  }

  /// One row; all four have `width` numbers.
  private func normalize(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>
  ) {
    let mean = sum(x) { $0 } / Float(width)
    let variance = sum(x) { ($0 - mean) * ($0 - mean) } / Float(width)
    let scale = 1 / (variance + Self.epsilon).squareRoot()
    let whole = width & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      store((load(x + start) - mean) * scale * load(weight + start) + load(bias + start), to: y + start)
    }
    for index in whole..<width { y[index] = (x[index] - mean) * scale * weight[index] + bias[index] }
  }

  /// Σ term(x_i) of `width` numbers, sixteen partial sums in one order.
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
