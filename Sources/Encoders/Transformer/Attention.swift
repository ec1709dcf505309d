import Execution
import Kernels

/// Scaled dot-product attention of many heads. Source: Vaswani et al. 2017, Sec. 3.2.
///
///     out_i = Σ_j softmax_j(q_i·k_j / √d)·v_j      over the keys j that query i may see
///
/// Each number is summed in an order that only its own query and keys decide, so an item's result does
/// not depend on the items, or on the other queries, that it is computed with. Masks are never laid out:
/// what a query may not see is not computed, but for the rest of a tile on the diagonal.
package struct Attention {
  let width: Int
  let heads: Int
  /// Whether a query sees its own position and those before it, or all.
  let isCausal: Bool

  package init(width: Int, heads: Int, isCausal: Bool) {
    self.width = width
    self.heads = heads
    self.isCausal = isCausal
  }

  /// Queries, and vectors of 16 lanes, of one tile.
  private static var tileRows: Int { 4 }
  static var tileColumns: Int { 32 }

  private var headWidth: Int { width / heads }
  private var paddedHead: Int { Self.padded(headWidth) }
  static func padded(_ count: Int) -> Int { (count + tileColumns - 1) / tileColumns * tileColumns }

  /// Floats of scratch for items of at most `keys` keys.
  package func scratchCount(keys: Int) -> Int {
    let keys = Self.padded(keys)
    return headWidth * keys + keys * paddedHead
      + Self.tileRows * (headWidth + keys + paddedHead)
  }

  /// One item: `queries` rows at `q`, whose positions are the last among those of the keys where causal;
  /// keys and values in the rows `keyRows` of `keysValues`, `(…, 3·width)` with the keys from column
  /// `width` on. `out` has a row of `width` a query.
  package func apply(
    _ q: FloatSlice, stride: Int, queries: Int, _ keysValues: FloatSlice, _ keyRows: [Int],
    into out: FloatSlice, scratch: FloatSlice
  ) {
    let (q, out) = (q[0..<extent(rows: queries, columns: width, stride: stride)], out[0..<queries * width])
    precondition(
      keyRows.allSatisfy { $0 >= 0 && ($0 + 1) * 3 * width <= keysValues.count },
      "the rows of all keys lie within their slice")
    let pack = Pack(
      scratch[0..<scratchCount(keys: keyRows.count)], keys: keyRows.count, head: headWidth,
      paddedHead: paddedHead)
    for head in 0..<heads {
      let column = head * headWidth
      pack.fill(keysValues, stride: 3 * width, keyRows, from: width + column, valuesAt: 2 * width + column)
      for first in Swift.stride(from: 0, to: queries, by: Self.tileRows) {
        let count = min(Self.tileRows, queries - first)
        let seen = isCausal ? keyRows.count - queries + first + 1 : keyRows.count
        pack.attend(
          q.from(first * stride + column), stride: stride, count: count, seen: seen, grows: isCausal,
          into: out.from(first * width + column), stride: width)
      }
    }
  }
}

/// One head's keys and values, laid out for tiles, and room for one tile.
///
/// Its inner loops check places where assertions are, and nowhere else: `Attention.apply` has checked that the
/// rows of all keys and queries lie within their slices, and that the scratch has the `scratchCount` which the
/// places here add up to.
private struct Pack {
  let keyCount: Int
  let head: Int
  let paddedHead: Int
  let paddedKeys: Int
  /// `(head, paddedKeys)`, times d^−½.
  let keys: FloatSlice
  /// `(paddedKeys, paddedHead)`, of which the first `keyCount` rows are used.
  let values: FloatSlice
  /// `(4, head)`, `(4, paddedKeys)`, `(4, paddedHead)`.
  let queries: FloatSlice
  let scores: FloatSlice
  let mixed: FloatSlice

  /// - Parameter scratch: of `Attention.scratchCount`.
  init(_ scratch: FloatSlice, keys count: Int, head: Int, paddedHead: Int) {
    keyCount = count
    self.head = head
    self.paddedHead = paddedHead
    paddedKeys = Attention.padded(count)
    var rest = scratch
    func next(_ count: Int) -> FloatSlice {
      defer { rest = rest.from(count) }
      return rest[0..<count]
    }
    keys = next(head * paddedKeys)
    values = next(paddedKeys * paddedHead)
    queries = next(4 * head)
    scores = next(4 * paddedKeys)
    mixed = next(4 * paddedHead)
  }

  /// Takes in a key and a value from each of these rows, of `stride` numbers: `head` numbers from `column`, and
  /// from `valuesAt` on.
  func fill(_ source: FloatSlice, stride: Int, _ rows: [Int], from column: Int, valuesAt: Int) {
    let scale = 1 / Float(head).squareRoot()
    for (index, number) in rows.enumerated() {
      let row = source.unchecked(from: number * stride, count: stride)
      for place in 0..<head { keys[place * paddedKeys + index] = row[column + place] * scale }
      copy(row.unchecked(from: valuesAt, count: head), to: values.unchecked(from: index * paddedHead))
    }
  }

  /// `count` ≤ 4 queries, of which the first sees `seen` keys; each next one sees one more where it grows.
  /// Reads and writes `head` numbers of each of `count` rows.
  func attend(
    _ q: FloatSlice, stride: Int, count: Int, seen: Int, grows: Bool, into out: FloatSlice,
    stride outStride: Int
  ) {
    let most = min(keyCount, grows ? seen + count - 1 : seen)
    for row in 0..<4 {
      let query = q.unchecked(from: min(row, count - 1) * stride, count: head)
      copy(query, to: queries.unchecked(from: row * head))
    }
    product(queries, stride: head, keys, stride: paddedKeys, inner: head, columns: most, into: scores)
    var scales = SIMD4<Float>(repeating: 0)
    for row in 0..<4 {
      let seen = min(most, grows ? seen + row : seen)
      let line = scores[row * paddedKeys..<row * paddedKeys + most]
      scales[row] = 1 / Softmax.exponentials(line, count: seen)
    }
    product(scores, stride: paddedKeys, values, stride: paddedHead, inner: most, columns: head, into: mixed)
    for row in 0..<count {
      let from = mixed.unchecked(from: row * paddedHead, count: head)
      let to = out.unchecked(from: row * outStride, count: head)
      for column in 0..<head { to[column] = from[column] * scales[row] }
    }
  }

  /// Copies all of `from`.
  @inline(__always)
  private func copy(_ from: FloatSlice, to: FloatSlice) {
    for index in from.indices { to[index] = from[index] }
  }

  /// out ← a·b for four rows of `a`, `inner` numbers of each; `b` has `inner` rows. `out` has four rows and
  /// the stride of `b`; of both, whole tiles are read and written.
  private func product(
    _ a: FloatSlice, stride: Int, _ b: FloatSlice, stride bStride: Int, inner: Int, columns: Int,
    into out: FloatSlice
  ) {
    for column in Swift.stride(from: 0, to: columns, by: Attention.tileColumns) {
      tile(a, stride, b.unchecked(from: column), bStride, inner, into: out.unchecked(from: column))
    }
  }

  /// Four rows by 32 columns of a product, in eight registers: reads four times `inner` numbers of `a` and
  /// `inner` times 32 of `b`, and writes four times 32.
  @inline(__always)
  private func tile(
    _ a: FloatSlice, _ stride: Int, _ b: FloatSlice, _ bStride: Int, _ inner: Int, into out: FloatSlice
  ) {
    var (a0, a1, b0, b1) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (c0, c1, d0, d1) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    for k in 0..<inner {
      let (low, high) = (b.lanes(k * bStride), b.lanes(k * bStride + 16))
      a0 += low * a[k]
      a1 += high * a[k]
      b0 += low * a[stride + k]
      b1 += high * a[stride + k]
      c0 += low * a[2 * stride + k]
      c1 += high * a[2 * stride + k]
      d0 += low * a[3 * stride + k]
      d1 += high * a[3 * stride + k]
    }
    for (row, pair) in [(a0, a1), (b0, b1), (c0, c1), (d0, d1)].enumerated() {
      out.set(pair.0, row * bStride)
      out.set(pair.1, row * bStride + 16)
    }
  }
}

private typealias Lanes = SIMD16<Float>
