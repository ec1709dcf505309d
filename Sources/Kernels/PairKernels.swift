// Sums over a line of cosine similarities s_j of unit rows, whose squared distances are 2 − 2s_j. Kept beside `FastMath` so
// that the compiler turns them into vector code.
import Execution

/// Σ exp(scale·(s_j − 1)), in float64: with scale = 2t the sum of exp(−t·‖x − y_j‖²).
///
/// - Parameter powers: room for as many numbers as the line has; each term is left there.
package func sumOfExponentials(_ line: FloatSlice, scale: Double, into powers: DoubleSlice) -> Double {
  let powers = powers[line.indices]
  for index in line.indices { powers[index] = FastMath.exp((Double(line[index]) - 1) * scale) }
  return sumByLanes(powers)
}

/// terms_j ← terms_j + sign·(powers_j − 1). Less 1, because float32 holds small differences of numbers near 1 badly.
package func addLessOne(_ powers: DoubleSlice, sign: Float, to terms: FloatSlice) {
  let powers = powers[terms.indices]
  for index in terms.indices { terms[index] += sign * Float(powers[index] - 1) }
}

/// Σ ‖x − y_j‖ = Σ √(2 − 2s_j). A distance below 0.001 counts as zero, since float32 cannot tell such a similarity from 1.
///
/// - Parameter distances: room for as many numbers as the line has; each distance is left there.
package func sumOfDistances(_ line: FloatSlice, into distances: FloatSlice) -> Double {
  let distances = distances[line.indices]
  for index in line.indices {
    let square: Float = 2 - 2 * line[index]
    let kept: Float = square < 1e-6 ? 0 : square
    distances[index] = FastMath.squareRoot(kept)
  }
  var sum = 0.0
  let whole = line.count & ~15
  for start in stride(from: 0, to: whole, by: 16) { sum += Double(distances.lanes(start).sum()) }
  for index in whole..<line.count { sum += Double(distances[index]) }
  return sum
}

/// terms_j ← terms_j + sign·values_j.
package func add(_ values: FloatSlice, sign: Float, to terms: FloatSlice) {
  let values = values[terms.indices]
  for index in terms.indices { terms[index] += sign * values[index] }
}
