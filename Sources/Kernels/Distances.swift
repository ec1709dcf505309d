/// Σ x² of `count` numbers, sixteen partial sums in float32, added in float64.
package func squaredLength(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
  var sum = SIMD16<Float>(repeating: 0)
  let whole = count & ~15
  for start in stride(from: 0, to: whole, by: 16) {
    let lanes = load(x + start)
    sum += lanes * lanes
  }
  var total = orderedSum(sum)
  for index in whole..<count { total += Double(x[index] * x[index]) }
  return total
}

/// Σ (x − y)² of `count` numbers at each: zero exactly where the points are equal.
package func squaredDistance(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> Double {
  var sum = SIMD16<Float>(repeating: 0)
  let whole = count & ~15
  for start in stride(from: 0, to: whole, by: 16) {
    let lanes = load(x + start) - load(y + start)
    sum += lanes * lanes
  }
  var total = orderedSum(sum)
  for index in whole..<count {
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

/// line ← line − (values − x)², `count` numbers at each.
package func subtractSquares(
  _ line: UnsafeMutablePointer<Float>, _ values: UnsafePointer<Float>, _ x: Float, _ count: Int
) {
  for index in 0..<count {
    let difference = values[index] - x
    line[index] -= difference * difference
  }
}
