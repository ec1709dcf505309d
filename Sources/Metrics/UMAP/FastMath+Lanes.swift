import Kernels

/// The same functions of sixteen numbers at once: the same operations in the same order, and so the same bits.
extension FastMath {
  /// eˣ, as of one number.
  @inline(__always)
  package static func exp(_ value: SIMD16<Float>) -> SIMD16<Float> {
    let raised = value.replacing(with: -87.3, where: value .< -87.3)
    let x = raised.replacing(with: 88.3, where: raised .> 88.3)
    let shifted = x * 1.442_695_04 + 12_582_912
    let n = shifted - 12_582_912
    let r = x - n * 0.693_359_375 + n * 2.121_944_4e-4
    var p = r * 1.987_569_15e-4 + 1.398_199_95e-3
    p = p * r + 8.333_452e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * r * r + r + 1
    let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &- (0x4b40_0000 - 127)
    return p * unsafeBitCast(bits &<< 23, to: SIMD16<Float>.self)
  }

  /// ln x for positive normal numbers, as of one number.
  @inline(__always)
  package static func log(_ x: SIMD16<Float>) -> SIMD16<Float> {
    let offset = unsafeBitCast(x, to: SIMD16<UInt32>.self) &- 0x3f35_04f3
    let exponent = (unsafeBitCast(offset, to: SIMD16<Int32>.self) &>> 23) &+ 0x4b40_0000
    let e = unsafeBitCast(exponent, to: SIMD16<Float>.self) - 12_582_912
    let f = unsafeBitCast((offset & 0x007f_ffff) &+ 0x3f35_04f3, to: SIMD16<Float>.self) - 1
    var p = f * 7.037_683_6e-2 - 1.151_461e-1
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
}
