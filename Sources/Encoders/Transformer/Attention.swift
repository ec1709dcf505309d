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
    precondition(keyRows.allSatisfy { $0 >= 0 }, "rows are counted from the first")
    let keysValues = keysValues.pointer(count: ((keyRows.max() ?? -1) + 1) * 3 * width)
    let q = q.pointer(rows: queries, columns: width, stride: stride)
    let out = out.pointer(count: queries * width)
    let pack = Pack(
      scratch.pointer(count: scratchCount(keys: keyRows.count)), keys: keyRows.count, head: headWidth,
      paddedHead: paddedHead)
    for head in 0..<heads {
      let column = head * headWidth
      pack.fill(keysValues + width + column, valuesAt: width, stride: 3 * width, keyRows)
      for first in Swift.stride(from: 0, to: queries, by: Self.tileRows) {
        let count = min(Self.tileRows, queries - first)
        let seen = isCausal ? keyRows.count - queries + first + 1 : keyRows.count
        pack.attend(
          q + first * stride + column, stride: stride, count: count, seen: seen, grows: isCausal,
          into: out + first * width + column, stride: width)
      }
    }
  }
}

/// One head's keys and values, laid out for tiles, and room for one tile.
///
/// An inner loop, on pointers: `Attention.apply` has checked that the rows of all keys and queries lie within
/// their slices, and that the scratch has the `scratchCount` which the places here add up to.
private struct Pack {
  let keyCount: Int
  let head: Int
  let paddedHead: Int
  let paddedKeys: Int
  /// `(head, paddedKeys)`, times d^−½.
  let keys: UnsafeMutablePointer<Float>
  /// `(keyCount, paddedHead)`.
  let values: UnsafeMutablePointer<Float>
  /// `(4, head)`, `(4, paddedKeys)`, `(4, paddedHead)`.
  let queries: UnsafeMutablePointer<Float>
  let scores: UnsafeMutablePointer<Float>
  let mixed: UnsafeMutablePointer<Float>

  /// - Parameter scratch: of `Attention.scratchCount`.
  init(_ scratch: UnsafeMutablePointer<Float>, keys count: Int, head: Int, paddedHead: Int) {
    keyCount = count
    self.head = head
    self.paddedHead = paddedHead
    paddedKeys = Attention.padded(count)
    keys = scratch
    values = keys + head * paddedKeys
    queries = values + paddedKeys * paddedHead
    scores = queries + 4 * head
    mixed = scores + 4 * paddedKeys
  }

  /// Takes in the keys at `source`, of which the rows `rows` lie `stride` apart, and the values at
  /// `source + valuesAt`: `head` numbers of each.
  func fill(_ source: UnsafePointer<Float>, valuesAt: Int, stride: Int, _ rows: [Int]) {
    let scale = 1 / Float(head).squareRoot()
    for (index, row) in rows.enumerated() {
      let key = source + row * stride
      for column in 0..<head { keys[column * paddedKeys + index] = key[column] * scale }
      (values + index * paddedHead).update(from: key + valuesAt, count: head)
    }
  }

  /// `count` ≤ 4 queries, of which the first sees `seen` keys; each next one sees one more where it grows.
  /// Reads and writes `head` numbers of each of `count` rows.
  func attend(
    _ q: UnsafePointer<Float>, stride: Int, count: Int, seen: Int, grows: Bool,
    into out: UnsafeMutablePointer<Float>, stride outStride: Int
  ) {
    let most = min(keyCount, grows ? seen + count - 1 : seen)
    for row in 0..<4 { (queries + row * head).update(from: q + min(row, count - 1) * stride, count: head) }
    product(queries, stride: head, keys, stride: paddedKeys, inner: head, columns: most, into: scores)
    var scales = SIMD4<Float>(repeating: 0)
    for row in 0..<4 {
      let seen = min(most, grows ? seen + row : seen)
      scales[row] = 1 / Softmax.exponentials(scores + row * paddedKeys, count: seen, clearingTo: most)
    }
    product(scores, stride: paddedKeys, values, stride: paddedHead, inner: most, columns: head, into: mixed)
    for row in 0..<count {
      let (from, to) = (mixed + row * paddedHead, out + row * outStride)
      for column in 0..<head { to[column] = from[column] * scales[row] }
    }
  }

  /// out ← a·b for four rows of `a`, `inner` numbers of each; `b` has `inner` rows. `out` has four rows and
  /// the stride of `b`; of both, whole tiles are read and written.
  private func product(
    _ a: UnsafePointer<Float>, stride: Int, _ b: UnsafePointer<Float>, stride bStride: Int, inner: Int,
    columns: Int, into out: UnsafeMutablePointer<Float>
  ) {
    for column in Swift.stride(from: 0, to: columns, by: Attention.tileColumns) {
      tile(a, stride, b + column, bStride, inner, into: out + column)
    }
  }

  /// Four rows by 32 columns of a product, in eight registers: reads four times `inner` numbers of `a` and
  /// `inner` times 32 of `b`, and writes four times 32.
  @inline(__always)
  private func tile(
    _ a: UnsafePointer<Float>, _ stride: Int, _ b: UnsafePointer<Float>, _ bStride: Int, _ inner: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    var (a0, a1, b0, b1) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (c0, c1, d0, d1) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    for k in 0..<inner {
      let (low, high) = (load(b + k * bStride), load(b + k * bStride + 16))
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
      store(pair.0, to: out + row * bStride)
      store(pair.1, to: out + row * bStride + 16)
    }
  }
}

private typealias Lanes = SIMD16<Float>
