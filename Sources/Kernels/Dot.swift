/// Σ a_i·b_i of `count` numbers at each in float64, eight partial sums in fixed order: identical inputs give
/// identical bits.
package func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
  var sum = SIMD8<Double>(repeating: 0)
  let whole = count & ~7
  for start in stride(from: 0, to: whole, by: 8) { sum += load(a + start) * load(b + start) }
  var total = orderedSum(sum)
  for index in whole..<count { total += a[index] * b[index] }
  return total
}

package func dot(_ a: [Double], _ b: [Double]) -> Double {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      guard let p = a.baseAddress, let q = b.baseAddress else { return 0 }
      return dot(p, q, min(a.count, b.count))
    }
  }
}

/// target ← target + factor·source, `count` numbers at each.
package func add(
  _ factor: Double, times source: UnsafePointer<Double>, to target: UnsafeMutablePointer<Double>, _ count: Int
) {
  for index in 0..<count { target[index] += factor * source[index] }
}

/// Eight doubles from an address of any alignment.
@inlinable @inline(__always)
package func load(_ pointer: UnsafePointer<Double>) -> SIMD8<Double> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Double>.self)
}

/// Writes eight doubles to an address of any alignment.
@inlinable @inline(__always)
package func store(_ lanes: SIMD8<Double>, to pointer: UnsafeMutablePointer<Double>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: SIMD8<Double>.self)
}

/// Sixteen floats from an address of any alignment.
@inlinable @inline(__always)
package func load(_ pointer: UnsafePointer<Float>) -> SIMD16<Float> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Float>.self)
}

/// Writes sixteen floats to an address of any alignment.
@inlinable @inline(__always)
package func store(_ lanes: SIMD16<Float>, to pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: SIMD16<Float>.self)
}
