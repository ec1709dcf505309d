import Execution

/// Σ x², sixteen partial sums in float32, added in float64.
package func squaredLength(_ x: FloatSlice) -> Double {
  var sum = SIMD16<Float>(repeating: 0)
  let whole = x.count & ~15
  for start in stride(from: 0, to: whole, by: 16) {
    let lanes = x.lanes(start)
    sum += lanes * lanes
  }
  var total = orderedSum(sum)
  for index in whole..<x.count { total += Double(x[index] * x[index]) }
  return total
}

/// Σ (x − y)² of as many numbers as `x` has, and `y` at least: zero exactly where the points are equal.
package func squaredDistance(_ x: FloatSlice, _ y: FloatSlice) -> Double {
  let y = y[x.indices]
  var sum = SIMD16<Float>(repeating: 0)
  let whole = x.count & ~15
  for start in stride(from: 0, to: whole, by: 16) {
    let lanes = x.lanes(start) - y.lanes(start)
    sum += lanes * lanes
  }
  var total = orderedSum(sum)
  for index in whole..<x.count {
    let difference = x[index] - y[index]
    total += Double(difference * difference)
  }
  return total
}

/// The sum of sixteen lanes in float64, in one order everywhere.
private func orderedSum(_ lanes: SIMD16<Float>) -> Double {
  var total = 0.0
  for lane in 0..<16 { total += Double(lanes[lane]) }
  return total
}

/// line ← line − (values − x)², for as many numbers as there are values.
package func subtractSquares(_ line: FloatSlice, _ values: FloatSlice, _ x: Float) {
  let line = line[values.indices]
  for index in values.indices {
    let difference = values[index] - x
    line[index] -= difference * difference
  }
}
