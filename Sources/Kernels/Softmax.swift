import Foundation

/// Softmax and its logarithmic normaliser, safe from overflow for any finite logits.
package enum Softmax {
  /// ln Σ exp(x_i) of `count` values, around the greatest of them; float64 sums in fixed order. −inf for no values.
  package static func logSumExp(_ values: UnsafePointer<Double>, count: Int) -> Double {
    var greatest = -Double.infinity
    for index in 0..<count { greatest = max(greatest, values[index]) }
    guard greatest.isFinite else { return greatest }
    var total = 0.0
    for index in 0..<count { total += FastMath.exp(values[index] - greatest) }
    return greatest + Foundation.log(total)
  }

  /// Turns `count` logits into probabilities in place: exp(x_i − max) / Σ.
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

extension Softmax {
  /// Turns `count` logits into exp(x_i − max) in place and gives their sum; what follows up to `end` becomes
  /// zero, so `values` has max(`count`, `end`) elements.
  ///
  /// Sixteen partial sums in float32; the order depends on `count` alone.
  package static func exponentials(
    _ values: UnsafeMutablePointer<Float>, count: Int, clearingTo end: Int
  ) -> Float {
    let greatest = greatest(values, count)
    for index in 0..<count { values[index] = FastMath.exp(values[index] - greatest) }
    for index in count..<max(count, end) { values[index] = 0 }
    var lanes = SIMD16<Float>(repeating: 0)
    let whole = count & ~15
    for start in stride(from: 0, to: whole, by: 16) { lanes += load(values + start) }
    var sum = lanes.sum()
    for index in whole..<count { sum += values[index] }
    return sum
  }

  private static func greatest(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    var lanes = SIMD16<Float>(repeating: -.infinity)
    let whole = count & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      let next = load(values + start)
      lanes.replace(with: next, where: next .> lanes)
    }
    var greatest = lanes.max()
    for index in whole..<count where values[index] > greatest { greatest = values[index] }
    return greatest
  }
}
