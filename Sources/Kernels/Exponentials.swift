// Loops over whole rows, kept beside `FastMath` so that the compiler sees through to vector code. Each takes as
// many numbers as its first slice has; the others have at least as many.
import Execution

/// Σ_k exp((line_k − reference)·scale); each term is left in `powers`.
package func exponentials(
  _ line: DoubleSlice, around reference: Double, _ scale: Double, into powers: DoubleSlice
) -> Double {
  let powers = powers[line.indices]
  for index in line.indices { powers[index] = FastMath.exp((line[index] - reference) * scale) }
  return sumByLanes(powers)
}

/// Σ of all numbers: eight partial sums, then what is left, in one order everywhere.
func sumByLanes(_ values: DoubleSlice) -> Double {
  var total = SIMD8<Double>(repeating: 0)
  let whole = values.count & ~7
  for start in stride(from: 0, to: whole, by: 8) { total += values.lanes(start) }
  var sum = orderedSum(total)
  for index in whole..<values.count { sum += values[index] }
  return sum
}

/// sums_k ← sums_k + exp((line_k − references_k)·scale).
package func addExponentials(
  _ line: DoubleSlice, around references: DoubleSlice, _ scale: Double, to sums: DoubleSlice
) {
  let (references, sums) = (references[line.indices], sums[line.indices])
  for index in line.indices { sums[index] += FastMath.exp((line[index] - references[index]) * scale) }
}

/// to_k ← (from_k + offsets_k + offset)·(scales_k·scale).
package func affine(
  _ from: DoubleSlice, _ offsets: DoubleSlice, _ offset: Double, _ scales: DoubleSlice, _ scale: Double,
  into to: DoubleSlice
) {
  let (offsets, scales, to) = (offsets[from.indices], scales[from.indices], to[from.indices])
  for index in from.indices {
    to[index] = (from[index] + (offsets[index] + offset)) * (scales[index] * scale)
  }
}
