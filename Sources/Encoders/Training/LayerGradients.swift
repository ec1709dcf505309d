import Execution
import Kernels

// What a linear map and a layer norm do in a step of training, on the rows of one block.

extension Linear {
  /// out ← x·Wᵀ + b + start, where a start is given: `(rows, inputs)` to `(rows, outputs)`.
  ///
  /// - Parameter start: may be `out`.
  func map(_ x: FloatSlice, rows: Int, into out: FloatSlice, start: FloatSlice? = nil) {
    guard rows > 0 else { return }
    TileProduct.multiply(
      ProductShape(rows: rows, columns: outputs, inner: inputs), Operand(x, stride: inputs),
      factor(transposed: !isTransposed), into: out, stride: outputs,
      start: .init(start, stride: outputs, bias: bias))
  }

  /// dx ← dy·W: `(rows, outputs)` to `(rows, inputs)`.
  func backward(_ dy: FloatSlice, rows: Int, into dx: FloatSlice) {
    guard rows > 0 else { return }
    TileProduct.multiply(
      ProductShape(rows: rows, columns: inputs, inner: outputs), Operand(dy, stride: outputs),
      factor(transposed: isTransposed), into: dx, stride: inputs)
  }
}

extension LayerNorm {
  /// Where the gradients of a norm's weight and bias are added up.
  struct Sums {
    let weight: FloatSlice
    let bias: FloatSlice
  }

  /// One row, with x̂ = (x − mean)·r, r = 1/√(variance + ε) and d = dy·g:
  ///
  ///     y ← x̂·g + b      dx ← dx + r·(d − mean(d) − x̂·mean(d·x̂))      dg += dy·x̂      db += dy
  ///
  /// The norm is computed again instead of kept: its row is in the cache anyway. Source: Ba et al. 2016.
  func backward(
    _ x: FloatSlice, _ dy: FloatSlice, adding dx: FloatSlice, into y: FloatSlice, _ sums: Sums
  ) {
    let (x, dy) = (x[0..<width], dy[0..<width])
    let (dx, y) = (dx[0..<width], y[0..<width])
    let (weight, bias) = (weight[0..<width], bias[0..<width])
    let sums = (weight: sums.weight[0..<width], bias: sums.bias[0..<width])
    let mean = total { x.lanes($0, $1) } / Float(width)
    let variance =
      total {
        let deviation = x.lanes($0, $1, filling: mean) - mean
        return deviation * deviation
      } / Float(width)
    let scale = 1 / (variance + epsilon).squareRoot()
    let first = total { dy.lanes($0, $1) * weight.lanes($0, $1) } / Float(width)
    let second =
      total { dy.lanes($0, $1) * weight.lanes($0, $1) * (x.lanes($0, $1) - mean) } * scale / Float(width)
    forEachLanes(width) { start, count in
      let normed = (x.lanes(start, count) - mean) * scale
      let (gain, change) = (weight.lanes(start, count), dy.lanes(start, count))
      y.set(normed * gain + bias.lanes(start, count), start, count)
      let inner = (change * gain - first - normed * second) * scale
      dx.set(dx.lanes(start, count) + inner, start, count)
      sums.weight.set(sums.weight.lanes(start, count) + change * normed, start, count)
      sums.bias.set(sums.bias.lanes(start, count) + change, start, count)
    }
  }

  /// The sum over a row, in one order.
  @inline(__always)
  private func total(_ term: (_ start: Int, _ count: Int) -> SIMD16<Float>) -> Float {
    var lanes = SIMD16<Float>(repeating: 0)
    forEachLanes(width) { lanes += term($0, $1) }
    return lanes.sum()
  }
}
