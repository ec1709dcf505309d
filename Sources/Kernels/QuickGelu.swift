import Execution

/// CLIP's x·sigmoid(1.702·x) and its backward, beside `FastMath`, so that the loops become vector code.
package enum QuickGelu {
  private static var slope: Float { 1.702 }

  /// out ← x·σ(1.702·x).
  package static func apply(_ x: FloatSlice, into out: FloatSlice) {
    let out = out[x.indices]
    for index in x.indices { out[index] = x[index] * FastMath.sigmoid(x[index] * slope) }
  }

  /// With g(x) = x·σ and σ = σ(1.702·x): x ← d·g′(x), where g′ = σ·(1 + 1.702·x·(1 − σ)), and d ← g(x).
  ///
  /// One pass leaves both factors of the gradients of the maps before and after it.
  package static func backward(_ x: FloatSlice, gradient d: FloatSlice) {
    let d = d[x.indices]
    for index in x.indices {
      let value = x[index]
      let share = FastMath.sigmoid(value * slope)
      x[index] = d[index] * (share * (1 + slope * value * (1 - share)))
      d[index] = value * share
    }
  }
}
