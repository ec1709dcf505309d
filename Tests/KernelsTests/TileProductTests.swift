import Kernels
import Testing

@Suite("Products by tiles")
struct TileProductTests {
  private func numbers(_ count: Int, _ factor: Int) -> [Float] {
    (0..<count).map { Float($0 &* factor % 101) / 101 - 0.5 }
  }

  /// The greatest difference from sums in Double, and whether anything beside the result was written.
  private func check(
    _ shape: ProductShape, turnedA: Bool, turnedB: Bool, start: Bool, bias: Bool, byTiles: Bool
  ) -> (difference: Double, isTidy: Bool) {
    let (m, n, k) = (shape.rows, shape.columns, shape.inner)
    let (aStride, bStride, stride) = ((turnedA ? m : k) + 3, (turnedB ? k : n) + 1, n + 2)
    let a = numbers(aStride * (turnedA ? k : m) + 1, 37)
    let b = numbers(bStride * (turnedB ? n : k) + 1, 59)
    let (s, v) = (numbers(m * (n + 1), 23), numbers(n, 71))
    var out = [Float](repeating: 9, count: m * stride)
    out.withSlice { out in
      s.withReadSlice { s in
        v.withReadSlice { v in
          withOperands(a, stride: aStride, b, stride: bStride, transposed: (turnedA, turnedB)) {
            TileProduct.multiply(
              shape, $0, $1, into: out, stride: stride,
              start: .init(start ? s : nil, stride: n + 1, bias: bias ? v : nil), byTiles: byTiles)
          }
        }
      }
    }
    var (worst, isTidy) = (0.0, true)
    for row in 0..<m {
      for column in 0..<n {
        var sum = (start ? Double(s[row * (n + 1) + column]) : 0) + (bias ? Double(v[column]) : 0)
        for i in 0..<k {
          let left = Double(a[turnedA ? i * aStride + row : row * aStride + i])
          sum += left * Double(b[turnedB ? column * bStride + i : i * bStride + column])
        }
        worst = max(worst, abs(sum - Double(out[row * stride + column])))
      }
      isTidy = isTidy && out[row * stride + n] == 9 && out[row * stride + n + 1] == 9
    }
    return (worst, isTidy)
  }

  @Test(
    "are right for all shapes around a tile's, and write nothing else", arguments: 0..<16,
    [false, TileProduct.isSupported])
  func products(kind: Int, byTiles: Bool) {
    let sizes = [
      (1, 1, 1), (11, 16, 7), (12, 32, 16), (13, 33, 17), (25, 65, 64), (30, 47, 400), (3, 5, 800),
    ]
    for (rows, columns, inner) in sizes {
      let (difference, isTidy) = check(
        ProductShape(rows: rows, columns: columns, inner: inner), turnedA: kind & 1 != 0,
        turnedB: kind & 2 != 0, start: kind & 4 != 0, bias: kind & 8 != 0, byTiles: byTiles)
      #expect(difference < 1e-4 && isTidy)
    }
  }

  @Test("add to what is there", arguments: [false, TileProduct.isSupported])
  func starts(byTiles: Bool) {
    var out = numbers(6, 13)
    let before = out
    let (a, b): ([Float], [Float]) = ([1, 2, 3, 4], [1, 0, 2, 0, 1, 1])
    out.withSlice { c in
      withOperands(a, stride: 2, b, stride: 3) {
        TileProduct.multiply(
          ProductShape(rows: 2, columns: 3, inner: 2), $0, $1, into: c, stride: 3,
          start: .init(c, stride: 3), byTiles: byTiles)
      }
    }
    let sums: [Float] = [1, 2, 4, 3, 4, 10]
    #expect(zip(out, zip(before, sums)).allSatisfy { abs($0 - $1.0 - $1.1) < 1e-5 })
  }
}

/// Both factors, for as long as `body` runs.
func withOperands(
  _ a: [Float], stride aStride: Int, _ b: [Float], stride bStride: Int,
  transposed: (Bool, Bool) = (false, false), _ body: (Operand<Float>, Operand<Float>) -> Void
) {
  a.withReadSlice { a in
    b.withReadSlice { b in
      body(
        Operand(a, stride: aStride, transposed: transposed.0),
        Operand(b, stride: bStride, transposed: transposed.1))
    }
  }
}
