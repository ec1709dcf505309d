import Kernels

// What a linear map and a layer norm do in a step of training, on the rows of one block.

extension Linear {
  /// out ← x·Wᵀ + b + start, where a start is given: `(rows, inputs)` to `(rows, outputs)`.
  ///
  /// - Parameter start: may be `out`.
  func map(_ x: FloatSlice, rows: Int, into out: FloatSlice, start: FloatSlice? = nil) {
    guard rows > 0 else { return }
    Product.multiplyByTiles(
      ProductShape(rows: rows, columns: outputs, inner: inputs), Factor(x, stride: inputs),
      factor(transposed: !isTurned), into: out, stride: outputs, start: start, bias: bias)
  }

  /// dx ← dy·W: `(rows, outputs)` to `(rows, inputs)`.
  func backward(_ dy: FloatSlice, rows: Int, into dx: FloatSlice) {
    guard rows > 0 else { return }
    Product.multiplyByTiles(
      ProductShape(rows: rows, columns: inputs, inner: outputs), Factor(dy, stride: outputs),
      factor(transposed: isTurned), into: dx, stride: inputs)
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
    let (x, dy) = (x.pointer(count: width), dy.pointer(count: width))
    let (dx, y) = (dx.pointer(count: width), y.pointer(count: width))
    let (weight, bias) = (weight.pointer(count: width), bias.pointer(count: width))
    let sums = (weight: sums.weight.pointer(count: width), bias: sums.bias.pointer(count: width))
    let mean = total { load(x + $0, $1) } / Float(width)
    let variance =
      total {
        let deviation = load(x + $0, $1, filling: mean) - mean
        return deviation * deviation
      } / Float(width)
    let scale = 1 / (variance + Self.epsilon).squareRoot()
    let first = total { load(dy + $0, $1) * load(weight + $0, $1) } / Float(width)
    let second =
      total { load(dy + $0, $1) * load(weight + $0, $1) * (load(x + $0, $1) - mean) } * scale / Float(width)
    forEachLanes(width) { start, count in
      let normed = (load(x + start, count) - mean) * scale
      let (gain, change) = (load(weight + start, count), load(dy + start, count))
      store(normed * gain + load(bias + start, count), to: y + start, count)
      let inner = (change * gain - first - normed * second) * scale
      store(load(dx + start, count) + inner, to: dx + start, count)
      store(load(sums.weight + start, count) + change * normed, to: sums.weight + start, count)
      store(load(sums.bias + start, count) + change, to: sums.bias + start, count)
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
