import Execution

/// The transforms of F(4×4, 3×3): 16 outputs of a 3 × 3 convolution by 36 products instead of 144.
///
///     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A,   d (6, 6), g (3, 3), Y (4, 4)
///
/// by Toom and Cook's interpolation at 0, ±a, ±b and ∞ with a = ¾, b = 3/2: the root mean square of the error, in
/// units of the outputs' standard deviation, is 3.9e-7 at 64 channels and 5.9e-7 at 512, half of what the
/// usual points 0, ±1, ±2 give (7.2e-7, 1.2e-6). F(2×2, 3×3) has 1.2e-7 and 1.8e-7 for 16 products to 4
/// outputs; direct sums have 0.9e-7 and 2.8e-7. All constants of Aᵀ and Bᵀ are exact in float32.
/// Sources: Lavin and Gray 2016, arXiv:1509.09308; Barabasz et al. 2018, arXiv:1803.10986.
package enum Winograd {
  /// Outputs of a tile along one side, inputs along one side, and products.
  package static let tile = 4
  package static let window = 6
  package static let points = 36

  static let a: Float = 0.75
  static let b: Float = 1.5

  /// Tiles over a side, and how far the last one reaches beyond it.
  package static func tiles(_ side: Int) -> Int { (side + tile - 1) / tile }
  package static func excess(_ side: Int) -> Int { tiles(side) * tile - side }

  /// Bᵀ d along one side, of 16 lanes, to six places `stride` apart.
  @inline(__always)
  package static func input(
    _ d0: SIMD16<Float>, _ d1: SIMD16<Float>, _ d2: SIMD16<Float>, _ d3: SIMD16<Float>, _ d4: SIMD16<Float>,
    _ d5: SIMD16<Float>, to out: FloatSlice, stride: Int
  ) {
    let (aa, bb) = (a * a, b * b)
    let (evenA, oddA) = (d4 - d2 * bb, (d3 - d1 * bb) * a)
    let (evenB, oddB) = (d4 - d2 * aa, (d3 - d1 * aa) * b)
    out.set(d0 * (aa * bb) - d2 * (aa + bb) + d4, 0)
    out.set(evenA + oddA, stride)
    out.set(evenA - oddA, 2 * stride)
    out.set(evenB + oddB, 3 * stride)
    out.set(evenB - oddB, 4 * stride)
    out.set(d1 * (aa * bb) - d3 * (aa + bb) + d5, 5 * stride)
  }

  /// Aᵀ m along one side.
  @inline(__always)
  package static func output(
    _ m0: SIMD16<Float>, _ m1: SIMD16<Float>, _ m2: SIMD16<Float>, _ m3: SIMD16<Float>, _ m4: SIMD16<Float>,
    _ m5: SIMD16<Float>
  ) -> (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>) {
    let (sumA, differenceA) = (m1 + m2, m1 - m2)
    let (sumB, differenceB) = (m3 + m4, m3 - m4)
    return (
      m0 + sumA + sumB, differenceA * a + differenceB * b, sumA * (a * a) + sumB * (b * b),
      differenceA * (a * a * a) + differenceB * (b * b * b) + m5
    )
  }

  /// G: at each point x the kernel's polynomial 1, x, x², over Π (x − others).
  package static let kernelTransform: [[Double]] = {
    let points = [0, Double(a), -Double(a), Double(b), -Double(b)]
    let rows = points.map { x in
      let scale = points.filter { $0 != x }.reduce(1) { $0 * (x - $1) }
      return [1 / scale, x / scale, x * x / scale]
    }
    return rows + [[0, 0, 1]]
  }()

  /// G by columns, in the first six lanes.
  private static let kernelColumns = {
    let columns = (0..<3).map { tap in
      var column = SIMD8<Double>.zero
      for point in 0..<window { column[point] = kernelTransform[point][tap] }
      return column
    }
    return (columns[0], columns[1], columns[2])
  }()

  /// G g Gᵀ in float64, rounded once, of a kernel of 9; value `6·i + j` goes to `out[(6·i + j)·stride]`.
  package static func transform(kernel: FloatSlice, into out: FloatSlice, stride: Int) {
    let kernel = kernel[0..<9]
    let out = out[0..<extent(rows: points, columns: 1, stride: stride)]
    let (a, b, c) = kernelColumns
    func half(_ tap: Int) -> SIMD8<Double> {
      a * Double(kernel[tap]) + b * Double(kernel[3 + tap]) + c * Double(kernel[6 + tap])
    }
    let (left, middle, right) = (half(0), half(1), half(2))
    for row in 0..<window {
      let values = a * left[row] + b * middle[row] + c * right[row]
      for column in 0..<window { out[(row * window + column) * stride] = Float(values[column]) }
    }
  }
}
