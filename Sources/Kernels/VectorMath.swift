/// Elementary functions on sixteen floats or eight doubles, of plain `+`, `*` and bit operations.
///
/// No fused multiply-add and no library call: the bits are the same on every processor, and with or
/// without `-target-cpu native`. Polynomials: S. Moshier's Cephes.
package enum VectorMath {
  package typealias Floats = SIMD16<Float>
  package typealias Doubles = SIMD8<Double>

  /// Adding it to a float of magnitude below 2²² leaves the nearest integer in the low mantissa bits.
  @inline(__always) static var roundingFloat: Float { 12_582_912 }
  @inline(__always) static var roundingDouble: Double { 6_755_399_441_055_744 }

  /// `a` where the mask's lane is set, else `b`.
  @inline(__always)
  static func select(_ mask: SIMDMask<SIMD16<Int32>>, _ a: Floats, _ b: Floats) -> Floats {
    b.replacing(with: a, where: mask)
  }

  /// eˣ to 2 units in the last place; saturates at e^−87.3 and e^88.3; NaN stays NaN.
  @inline(__always)
  package static func exp(_ value: Floats) -> Floats {
    var x = value.replacing(with: Floats(repeating: -87.3), where: value .< -87.3)
    x.replace(with: Floats(repeating: 88.3), where: value .> 88.3)
    let shifted = x * 1.442_695_04 + roundingFloat
    let n = shifted - roundingFloat
    let r = x - n * 0.693_359_375 + n * 2.121_944_4e-4
    var p = r * 1.987_569_15e-4 + 1.398_199_95e-3
    p = p * r + 8.333_452e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * r * r + r + 1
    let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &- (0x4b40_0000 &- 127)
    return p * unsafeBitCast(bits &<< 23, to: Floats.self)
  }

  /// eˣ to about 2 units in the last place; saturates at e^−708 and e^709; NaN stays NaN.
  @inline(__always)
  package static func exp(_ value: Doubles) -> Doubles {
    var x = value.replacing(with: Doubles(repeating: -708), where: value .< -708)
    x.replace(with: Doubles(repeating: 709), where: value .> 709)
    let shifted = x * 1.442_695_040_888_963_4 + roundingDouble
    let n = shifted - roundingDouble
    let r = x - n * 0.693_147_180_369_123_816_49 - n * 1.908_214_929_270_587_7e-10
    let bits = unsafeBitCast(shifted, to: SIMD8<UInt64>.self) &+ 1023
    return taylor(r) * unsafeBitCast(bits &<< 52, to: Doubles.self)
  }

  /// eʳ for |r| ≤ ½ ln 2, by its Taylor series to r¹².
  @inline(__always)
  private static func taylor(_ r: Doubles) -> Doubles {
    var p = r * (1 / 479_001_600) + (1 / 39_916_800)
    p = p * r + (1 / 3_628_800)
    p = p * r + (1 / 362_880)
    p = p * r + (1 / 40_320)
    p = p * r + (1 / 5_040)
    p = p * r + (1 / 720)
    p = p * r + (1 / 120)
    p = p * r + (1 / 24)
    p = p * r + (1 / 6)
    p = p * r + 0.5
    return p * r * r + r + 1
  }

  /// ln x for positive normal floats.
  @inline(__always)
  package static func log(_ x: Floats) -> Floats {
    let offset = unsafeBitCast(x, to: SIMD16<UInt32>.self) &- 0x3f35_04f3
    let exponent = unsafeBitCast(offset, to: SIMD16<Int32>.self) &>> 23
    let mantissa = unsafeBitCast((offset & 0x007f_ffff) &+ 0x3f35_04f3, to: Floats.self)
    let e = unsafeBitCast(exponent &+ 0x4b40_0000, to: Floats.self) - roundingFloat
    let f = mantissa - 1
    var p = f * 7.037_683_6e-2 - 1.151_461e-1
    p = p * f + 1.167_699_9e-1
    p = p * f - 1.242_014_1e-1
    p = p * f + 1.424_932_3e-1
    p = p * f - 1.666_805_8e-1
    p = p * f + 2.000_071_4e-1
    p = p * f - 2.499_999_4e-1
    p = p * f + 3.333_333_1e-1
    let z = f * f
    return f + (p * f * z - e * 2.121_944_4e-4 - z * 0.5) + e * 0.693_359_375
  }

  /// √x for x ≥ 0 by three Newton steps on 1/√x, to 2 units in the last place.
  @inline(__always)
  package static func squareRoot(_ x: Floats) -> Floats {
    let half = x * 0.5
    let seed = 0x5f37_59df &- (unsafeBitCast(x, to: SIMD16<UInt32>.self) &>> 1)
    var y = unsafeBitCast(seed, to: Floats.self)
    y = y * (1.5 - half * y * y)
    y = y * (1.5 - half * y * y)
    y = y * (1.5 - half * y * y)
    return x * y
  }

  /// Sine and cosine for |x| ≤ π/4.
  @inline(__always)
  static func sineCosine(_ x: Floats) -> (sine: Floats, cosine: Floats) {
    let z = x * x
    var s = z * -1.951_529_6e-4 + 8.332_161e-3
    s = s * z - 1.666_665_5e-1
    var c = z * 2.443_315_7e-5 - 1.388_731_6e-3
    c = c * z + 4.166_664_6e-2
    return (s * z * x + x, c * z * z - z * 0.5 + 1)
  }

  /// tanh x: a polynomial near 0, elsewhere 1 − 2/(e²ˣ + 1).
  @inline(__always)
  package static func tanh(_ x: Floats) -> Floats {
    let z = x * x
    var p = z * -5.704_988_7e-3 + 2.063_908_9e-2
    p = p * z - 5.373_971_6e-2
    p = p * z + 1.333_144_2e-1
    p = p * z - 3.333_282e-1
    let far = 1 - 2 / (exp(x + x) + 1)
    return select(z .< 0.390_625, p * z * x + x, far)
  }

  /// 1 / (1 + e⁻ˣ).
  @inline(__always)
  package static func sigmoid(_ x: Floats) -> Floats { 1 / (1 + exp(0 - x)) }

  /// erf x to 1.5e-7. Source: Abramowitz and Stegun, 7.1.26.
  @inline(__always)
  package static func erf(_ x: Floats) -> Floats {
    let isNegative = x .< 0
    let a = select(isNegative, 0 - x, x)
    let t = 1 / (1 + a * 0.327_591_1)
    var p = t * 1.061_405_43 - 1.453_152_03
    p = p * t + 1.421_413_74
    p = p * t - 0.284_496_74
    p = p * t + 0.254_829_59
    let magnitude = 1 - p * t * exp(0 - a * a)
    return select(isNegative, 0 - magnitude, magnitude)
  }
}
