import Execution
import Foundation

/// Softmax and its logarithmic normaliser, safe from overflow for any finite logits.
package enum Softmax {
  /// ln Σ exp(x_i), around the greatest value; float64 sums in fixed order. −inf for no values.
  package static func logSumExp(_ values: DoubleSlice) -> Double {
    var greatest = -Double.infinity
    for index in values.indices { greatest = max(greatest, values[index]) }
    guard greatest.isFinite else { return greatest }
    var total = 0.0
    for index in values.indices { total += FastMath.exp(values[index] - greatest) }
    return greatest + Foundation.log(total)
  }

  /// Turns logits into probabilities in place: exp(x_i − max) / Σ.
  package static func normalize(_ values: FloatSlice) {
    guard values.count > 0 else { return }
    var greatest = -Float.infinity
    for index in values.indices { greatest = max(greatest, values[index]) }
    map(values) { FastMath.exp($0 - greatest) }
    var sum = 0.0
    for index in values.indices { sum += Double(values[index]) }
    let scale = Float(1 / sum)
    map(values) { $0 * scale }
  }
}

/// The sum of eight lanes, in one order everywhere.
@inlinable @inline(__always)
package func orderedSum(_ v: SIMD8<Double>) -> Double {
  ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
}

extension Softmax {
  /// Turns the first `count` logits into exp(x_i − max) in place and gives their sum; those that follow become
  /// zero.
  ///
  /// Sixteen partial sums in float32; the order depends on `count` alone.
  package static func exponentials(_ values: FloatSlice, count: Int) -> Float {
    let logits = values[0..<count]
    let greatest = greatest(logits)
    for index in logits.indices { logits[index] = FastMath.exp(logits[index] - greatest) }
    for index in count..<values.count { values[index] = 0 }
    var lanes = SIMD16<Float>(repeating: 0)
    let whole = count & ~15
    for start in stride(from: 0, to: whole, by: 16) { lanes += logits.lanes(start) }
    var sum = lanes.sum()
    for index in whole..<count { sum += logits[index] }
    return sum
  }

  private static func greatest(_ values: FloatSlice) -> Float {
    var lanes = SIMD16<Float>(repeating: -.infinity)
    let whole = values.count & ~15
    for start in stride(from: 0, to: whole, by: 16) {
      let next = values.lanes(start)
      lanes.replace(with: next, where: next .> lanes)
    }
    var greatest = lanes.max()
    for index in whole..<values.count where values[index] > greatest { greatest = values[index] }
    return greatest
  }
}
