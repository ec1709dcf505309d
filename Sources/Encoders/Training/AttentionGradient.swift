import Execution
import Kernels

/// Attention forward and backward for one item, by matrix products on its rows as they lie.
///
/// With scores S = Q·Kᵀ/√d and P = softmax(S), row by row, over the keys that a query may see:
///
///     O = P·V      dV = Pᵀ·dO      dS = P∘(dO·Vᵀ − rowsum(P∘(dO·Vᵀ)))      dQ = dS·K/√d      dK = dSᵀ·Q/√d
///
/// P is computed again in the backward pass: it would be the only record that grows with the square of the
/// length. Source: Vaswani et al. 2017, Sec. 3.2.
struct AttentionGradient: Sendable {
  let width: Int
  let heads: Int
  let isCausal: Bool

  private var head: Int { width / heads }
  private var scale: Float { 1 / Float(head).squareRoot() }

  /// Floats of scratch for items of at most `rows` rows.
  func scratchCount(rows: Int) -> Int { rows * (2 * rows + head) }

  /// `(rows, 3·width)` of queries, keys and values to `(rows, width)`.
  func forward(_ joined: FloatSlice, rows: Int, into out: FloatSlice, scratch: FloatSlice) {
    guard rows > 0 else { return }
    for head in 0..<heads {
      let query = joined.from(head * self.head)
      fill(scratch, query, rows)
      BLAS.multiply(
        ProductShape(rows: rows, columns: self.head, inner: rows), Operand(scratch, stride: rows),
        Operand(query.from(2 * width), stride: 3 * width), into: out.from(head * self.head), stride: width)
    }
  }

  /// Queries, keys and values become their gradients in place; `gradient` is `(rows, width)`.
  func backward(_ joined: FloatSlice, rows: Int, gradient: FloatSlice, scratch: FloatSlice) {
    guard rows > 0 else { return }
    let square = rows * rows
    for head in 0..<heads {
      backward(
        query: joined.from(head * self.head), rows, gradient.from(head * self.head),
        shares: scratch[0..<square], changes: scratch[square..<2 * square],
        queries: scratch[2 * square..<2 * square + rows * self.head])
    }
  }

  /// P of one head: `(rows, rows)`.
  private func fill(_ shares: FloatSlice, _ query: FloatSlice, _ rows: Int) {
    BLAS.multiply(
      ProductShape(rows: rows, columns: rows, inner: head), Operand(query, stride: 3 * width),
      Operand(query.from(width), stride: 3 * width, transposed: true), into: shares, stride: rows,
      alpha: scale
    )
    for row in 0..<rows {
      let line = shares[row * rows..<(row + 1) * rows]
      let factor = 1 / Softmax.exponentials(line, count: isCausal ? row + 1 : rows)
      forEachLanes(rows) { line.set(line.lanes($0, $1) * factor, $0, $1) }
    }
  }

  private func backward(
    query: FloatSlice, _ rows: Int, _ gradient: FloatSlice, shares: FloatSlice, changes: FloatSlice,
    queries: FloatSlice
  ) {
    let (key, value, stride) = (query.from(width), query.from(2 * width), 3 * width)
    fill(shares, query, rows)
    BLAS.multiply(
      ProductShape(rows: rows, columns: rows, inner: head), Operand(gradient, stride: width),
      Operand(value, stride: stride, transposed: true), into: changes, stride: rows)
    let narrow = ProductShape(rows: rows, columns: head, inner: rows)
    BLAS.multiply(
      narrow, Operand(shares, stride: rows, transposed: true), Operand(gradient, stride: width), into: value,
      stride: stride)
    for row in 0..<rows {
      let line = row * rows..<(row + 1) * rows
      turn(changes[line], shares[line])
      queries.from(row * head).update(from: query[row * stride..<row * stride + head])
    }
    BLAS.multiply(
      narrow, Operand(changes, stride: rows), Operand(key, stride: stride), into: query, stride: stride,
      alpha: scale)
    BLAS.multiply(
      narrow, Operand(changes, stride: rows, transposed: true), Operand(queries, stride: head), into: key,
      stride: stride, alpha: scale)
  }

  /// changes ← shares∘(changes − Σ shares∘changes), one row of each.
  private func turn(_ changes: FloatSlice, _ shares: FloatSlice) {
    let count = changes.count
    var lanes = SIMD16<Float>(repeating: 0)
    forEachLanes(count) { lanes += changes.lanes($0, $1) * shares.lanes($0, $1) }
    let mean = lanes.sum()
    forEachLanes(count) {
      changes.set(shares.lanes($0, $1) * (changes.lanes($0, $1) - mean), $0, $1)
    }
  }
}
