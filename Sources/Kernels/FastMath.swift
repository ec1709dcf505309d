/// Elementary functions made of plain sums, products and bit operations, for loops over arrays.
///
/// Without branches, calls or fused multiply-adds, so the compiler turns a loop over them into vector
/// code on its own, and the bits are the same on every processor, with or without
/// `-target-cpu native`. Polynomials: S. Moshier's Cephes.
/// They are not seen through from other targets: loops over them belong in this one.
package enum FastMath {
  /// Adding it to a number of magnitude below 2²² leaves the nearest integer in the low mantissa bits.
  @inline(__always) private static var rounding: Float { 12_582_912 }
  /// The same for doubles below 2⁵¹.
  @inline(__always) private static var wideRounding: Double { 6_755_399_441_055_744 }

  /// eˣ to 2 units in the last place; saturates at e^−87.3 and e^88.3; NaN stays NaN.
  @inline(__always)
  package static func exp(_ value: Float) -> Float {
    let raised: Float = value < -87.3 ? -87.3 : value
    let x: Float = raised > 88.3 ? 88.3 : raised
    let shifted = x * 1.442_695_04 + rounding
    let n = shifted - rounding
    let r = x - n * 0.693_359_375 + n * 2.121_944_4e-4
    var p: Float = r * 1.987_569_15e-4 + 1.398_199_95e-3
    p = p * r + 8.333_452e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * r * r + r + 1
    return p * Float(bitPattern: (shifted.bitPattern &- (0x4b40_0000 - 127)) &<< 23)
  }

  /// eˣ to 2 units in the last place, by its Taylor series to r¹² with |r| ≤ ½ ln 2; saturates at e^−708
  /// and e^709; NaN stays NaN.
  @inline(__always)
  package static func exp(_ value: Double) -> Double {
    let raised: Double = value < -708 ? -708 : value
    let x: Double = raised > 709 ? 709 : raised
    let shifted = x * 1.442_695_040_888_963_4 + wideRounding
    let n = shifted - wideRounding
    let r = x - n * 0.693_147_180_369_123_816_49 - n * 1.908_214_929_270_587_7e-10
    var p: Double = r * (1 / 479_001_600) + (1 / 39_916_800)
    p = p * r + (1 / 3_628_800)
    p = p * r + (1 / 362_880)
    p = p * r + (1 / 40_320)
    p = p * r + (1 / 5_040)
    p = p * r + (1 / 720)
    p = p * r + (1 / 120)
    p = p * r + (1 / 24)
    p = p * r + (1 / 6)
    p = p * r + 0.5
    p = p * r * r + r + 1
    return p * Double(bitPattern: (shifted.bitPattern &+ 1023) &<< 52)
  }

  /// ln x for positive normal numbers.
  @inline(__always)
  package static func log(_ x: Float) -> Float {
    let offset = x.bitPattern &- 0x3f35_04f3
    let exponent = (Int32(bitPattern: offset) &>> 23) &+ 0x4b40_0000
    let e = Float(bitPattern: UInt32(bitPattern: exponent)) - rounding
    let f = Float(bitPattern: (offset & 0x007f_ffff) &+ 0x3f35_04f3) - 1
    var p: Float = f * 7.037_683_6e-2 - 1.151_461e-1
    p = p * f + 1.167_699_9e-1
    p = p * f - 1.242_014_1e-1
    p = p * f + 1.424_932_3e-1
    p = p * f - 1.666_805_8e-1
    p = p * f + 2.000_071_4e-1
    p = p * f - 2.499_999_4e-1
    p = p * f + 3.333_333_1e-1
    let z = f * f
    let correction = p * f * z - e * 2.121_944_4e-4 - z * 0.5
    return f + correction + e * 0.693_359_375
  }

  /// √x for x ≥ 0 by three Newton steps on 1/√x, to 2 units in the last place.
  @inline(__always)
  package static func squareRoot(_ x: Float) -> Float {
    let half = x * 0.5
    var y = Float(bitPattern: 0x5f37_59df &- (x.bitPattern &>> 1))
    y = y * (1.5 - half * y * y)
    y = y * (1.5 - half * y * y)
    y = y * (1.5 - half * y * y)
    return x * y
  }

  /// Sine and cosine for |x| ≤ π/4.
  @inline(__always)
  package static func sineCosine(_ x: Float) -> (sine: Float, cosine: Float) {
    let z = x * x
    let s = (z * -1.951_529_6e-4 + 8.332_161e-3) * z - 1.666_665_5e-1
    let c = (z * 2.443_315_7e-5 - 1.388_731_6e-3) * z + 4.166_664_6e-2
    return (s * z * x + x, c * z * z - z * 0.5 + 1)
  }

  /// tanh x: a polynomial near 0, elsewhere 1 − 2/(e²ˣ + 1).
  @inline(__always)
  package static func tanh(_ x: Float) -> Float {
    let z = x * x
    var p: Float = z * -5.704_988_7e-3 + 2.063_908_9e-2
    p = p * z - 5.373_971_6e-2
    p = p * z + 1.333_144_2e-1
    p = p * z - 3.333_328_2e-1
    let near = p * z * x + x
    let far = 1 - 2 / (exp(x + x) + 1)
    return z < 0.390_625 ? near : far
  }

  /// 1 / (1 + e⁻ˣ).
  @inline(__always)
  package static func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

  /// erf x to 1.5e-7. Source: Abramowitz and Stegun, 7.1.26.
  @inline(__always)
  package static func erf(_ x: Float) -> Float {
    let a = abs(x)
    let t = 1 / (1 + a * 0.327_591_1)
    var p: Float = t * 1.061_405_43 - 1.453_152_03
    p = p * t + 1.421_413_74
    p = p * t - 0.284_496_74
    p = p * t + 0.254_829_59
    let magnitude = 1 - p * t * exp(-a * a)
    return x < 0 ? -magnitude : magnitude
  }
}
