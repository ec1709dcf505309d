// Loops over whole rows of `count` numbers at each pointer, kept beside `FastMath` so that the compiler sees through to vector code.

/// Σ_k exp((line_k − reference)·scale) over `count` numbers; each term is left in `powers`, which has as many.
package func exponentials(
  _ line: UnsafePointer<Double>, around reference: Double, _ scale: Double, _ count: Int,
  into powers: UnsafeMutablePointer<Double>
) -> Double {
  for index in 0..<count { powers[index] = FastMath.exp((line[index] - reference) * scale) }
  var total = SIMD8<Double>(repeating: 0)
  let whole = count & ~7
  for start in stride(from: 0, to: whole, by: 8) { total += load(powers + start) }
  var sum = orderedSum(total)
  for index in whole..<count { sum += powers[index] }
  return sum
}

/// sums_k ← sums_k + exp((line_k − references_k)·scale) for k < `count`.
package func addExponentials(
  _ line: UnsafePointer<Double>, around references: UnsafePointer<Double>, _ scale: Double, _ count: Int,
  to sums: UnsafeMutablePointer<Double>
) {
  for index in 0..<count { sums[index] += FastMath.exp((line[index] - references[index]) * scale) }
}

/// to_k ← (from_k + offsets_k + offset)·(scales_k·scale) for k < `count`.
package func affine(
  _ from: UnsafePointer<Double>, _ offsets: UnsafePointer<Double>, _ offset: Double,
  _ scales: UnsafePointer<Double>, _ scale: Double, _ count: Int, into to: UnsafeMutablePointer<Double>
) {
  for index in 0..<count { to[index] = (from[index] + (offsets[index] + offset)) * (scales[index] * scale) }
}
