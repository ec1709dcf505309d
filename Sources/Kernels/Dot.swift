import Execution

/// Σ a_i·b_i of as many numbers as `a` has, and `b` at least, in float64, eight partial sums in fixed order:
/// identical inputs give identical bits.
package func dot(_ a: DoubleSlice, _ b: DoubleSlice) -> Double {
  let b = b[a.indices]
  var sum = SIMD8<Double>(repeating: 0)
  let whole = a.count & ~7
  for start in stride(from: 0, to: whole, by: 8) { sum += a.lanes(start) * b.lanes(start) }
  var total = orderedSum(sum)
  for index in whole..<a.count { total += a[index] * b[index] }
  return total
}

/// The same of as many as both have.
package func dot(_ a: [Double], _ b: [Double]) -> Double {
  a.withReadSlice { a in b.withReadSlice { b in dot(a[0..<min(a.count, b.count)], b) } }
}

/// target ← target + factor·source, for as many numbers as the source has.
package func add(_ factor: Double, times source: DoubleSlice, to target: DoubleSlice) {
  let target = target[source.indices]
  for index in source.indices { target[index] += factor * source[index] }
}
