/// CLIP's x·sigmoid(1.702·x) and its backward, beside `FastMath`, so that the loops become vector code.
package enum QuickGelu {
  private static var slope: Float { 1.702 }

  /// out ← x·σ(1.702·x), `count` numbers at each.
  package static func apply(
    _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { out[index] = x[index] * FastMath.sigmoid(x[index] * slope) }
  }

  /// With g(x) = x·σ and σ = σ(1.702·x): x ← d·g′(x), where g′ = σ·(1 + 1.702·x·(1 − σ)), and d ← g(x).
  ///
  /// `count` numbers at each. One pass leaves both factors of the gradients of the maps before and after it.
  package static func backward(
    _ x: UnsafeMutablePointer<Float>, gradient d: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count {
      let value = x[index]
      let share = FastMath.sigmoid(value * slope)
      x[index] = d[index] * (share * (1 + slope * value * (1 - share)))
      d[index] = value * share
    }
  }
}
