/// What several tests of one question do to their p-values.
package enum SeveralTests {
  /// Holm's adjustment: in ascending order the k-th of m becomes the largest (m − j + 1)·p_j of j ≤ k, at most 1. The
  /// adjusted values are in the order of those given; NaN, which is no test, stays and does not count.
  /// Source: Holm 1979, Scand. J. Stat. 6, 65.
  package static func holm(_ values: [Double]) -> [Double] {
    let order = values.indices.filter { !values[$0].isNaN }.sorted { values[$0] < values[$1] }
    var adjusted = [Double](repeating: .nan, count: values.count)
    var largest = 0.0
    for (place, index) in order.enumerated() {
      largest = max(largest, Double(order.count - place) * values[index])
      adjusted[index] = min(1, largest)
    }
    return adjusted
  }

  /// Bonferroni's bound on the p-value of the best of k: min(1, k·p).
  package static func bestOf(_ count: Int, _ p: Double) -> Double {
    p.isNaN ? p : min(1, Double(count) * p)
  }
}
