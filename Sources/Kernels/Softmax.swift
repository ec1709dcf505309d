import Foundation

/// Softmax and its logarithmic normaliser, safe from overflow for any finite logits.
package enum Softmax {
  /// ln Σ exp(x_i), around the greatest of them; float64 sums in fixed order. −inf for no values.
  package static func logSumExp(_ values: UnsafePointer<Double>, count: Int) -> Double {
    var greatest = -Double.infinity
    for index in 0..<count { greatest = max(greatest, values[index]) }
    guard greatest.isFinite else { return greatest }
    var total = 0.0
    for index in 0..<count { total += FastMath.exp(values[index] - greatest) }
    return greatest + Foundation.log(total)
  }

  /// Turns logits into probabilities in place: exp(x_i − max) / Σ.
  package static func normalize(_ values: UnsafeMutablePointer<Float>, count: Int) {
    guard count > 0 else { return }
    var greatest = -Float.infinity
    for index in 0..<count { greatest = max(greatest, values[index]) }
    map(values, count) { FastMath.exp($0 - greatest) }
    var sum = 0.0
    for index in 0..<count { sum += Double(values[index]) }
    let scale = Float(1 / sum)
    map(values, count) { $0 * scale }
  }
}

/// The sum of eight lanes, in one order everywhere.
@inlinable @inline(__always)
package func orderedSum(_ v: SIMD8<Double>) -> Double {
  ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
}
