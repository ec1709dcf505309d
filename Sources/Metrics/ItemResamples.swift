import Kernels

/// The bootstrap over items: how often each is in each of B samples of as many items, drawn with replacement.
///
/// The draws depend on the number of items and of samples alone, so means of different tables over the same samples are
/// paired. Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, Chapter 6.
package struct ItemResamples: Sendable {
  package let count: Int
  private let items: Int
  /// `(count, items)`.
  private let times: [UInt16]

  package init(items: Int, count: Int) {
    let stream = RandomStream(seed: 0, stage: "bootstrap", name: "items")
    var times = [UInt16](repeating: 0, count: items * count)
    for sample in 0..<count {
      for item in stream.integers(below: items, count: items, offset: sample * items) {
        times[sample * items + item] += 1
      }
    }
    (self.count, self.items, self.times) = (count, items, times)
  }

  /// The mean of the values in each sample, each as often as its item is in it.
  ///
  /// - Parameter owners: the item of each value.
  package func means(_ values: [Double], of owners: [Int]) -> [Double] {
    var sums = [Double](repeating: 0, count: items)
    var counts = [Double](repeating: 0, count: items)
    for (value, owner) in zip(values, owners) {
      sums[owner] += value
      counts[owner] += 1
    }
    return (0..<count).map { sample in
      var (sum, weight) = (0.0, 0.0)
      for item in 0..<items {
        let times = Double(times[sample * items + item])
        sum += times * sums[item]
        weight += times * counts[item]
      }
      return sum / weight
    }
  }
}

extension Ranks {
  /// recall@k in each sample of the queries' items, of x and of y.
  package func recalls(at k: Int, _ resamples: ItemResamples) -> (xToY: [Double], yToX: [Double]) {
    func hits(_ ranks: [Int32]) -> [Double] { ranks.map { Int($0) < k ? 1 : 0 } }
    return (resamples.means(hits(xToY), of: itemsOfX), resamples.means(hits(yToX), of: itemsOfY))
  }
}
