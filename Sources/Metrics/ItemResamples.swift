import Contracts
import Execution
import Kernels

/// The bootstrap over items: how often each is in each of B samples of as many items, drawn with replacement.
///
/// The draws depend on the number of items alone, and a sample's on its number, so means of different tables over the
/// same samples are paired. Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, Chapter 6.
package struct ItemResamples: Sendable {
  package let count: Int
  private let items: Int
  /// `(count, items)`.
  private let times: [UInt16]
  /// Of each item of a pairing, its place among those that have pairs; nil where every item is its own place.
  private let places: [Int]?

  /// - Throws: `MemoryFailure`.
  package init(items: Int, count: Int) throws { try self.init(items: items, count: count, places: nil) }

  /// Samples of the items that have pairs, each with all of its rows: a row of x without a row of y is only a candidate.
  ///
  /// - Throws: `MetricFailure.unpaired`, `MetricFailure.tooFewItems` for fewer than two, `MemoryFailure`.
  package init(of partners: Partners, count: Int) throws {
    guard partners.isPaired else { throw MetricFailure.unpaired }
    var places = [Int](repeating: -1, count: partners.items)
    var found = 0
    for item in Set(partners.itemOfY).sorted() {
      places[item] = found
      found += 1
    }
    guard found > 1 else { throw MetricFailure.tooFewItems(found: found) }
    try self.init(items: found, count: count, places: found == partners.items ? nil : places)
  }

  private init(items: Int, count: Int, places: [Int]?) throws {
    try ProcessMemory.require(
      Double(MemoryLayout<UInt16>.size) * Double(items) * Double(count),
      for: "the \(count) bootstrap samples of \(items) items", advice: "lower `bootstrap`")
    let stream = RandomStream(seed: 0, stage: "bootstrap", name: "items")
    var times = [UInt16](repeating: 0, count: items * count)
    for sample in 0..<count {
      for item in stream.integers(below: items, count: items, offset: sample * items) {
        times[sample * items + item] += 1
      }
    }
    (self.count, self.items, self.times, self.places) = (count, items, times, places)
  }

  /// The mean of each list of values in each sample, every value as often as its item is in the sample.
  ///
  /// - Parameter owners: the item of the values at each place of the lists.
  /// - Returns: for each list as many means as there are samples.
  package func means(_ lists: [[Double]], of owners: [Int], _ budget: ThreadBudget) throws -> [[Double]] {
    let own = places.map { places in owners.map { places[$0] } } ?? owners
    let sizes = sums([Double](repeating: 1, count: own.count), of: own)
    let sums = lists.map { self.sums($0, of: own) }
    let means = try budget.map(blocks: count) { sample in
      let weight = total(sizes, sample)
      return sums.map { total($0, sample) / weight }
    }
    return lists.indices.map { list in means.map { $0[list] } }
  }

  /// Of each item, the sum of its values.
  private func sums(_ values: [Double], of owners: [Int]) -> [Double] {
    var sums = [Double](repeating: 0, count: items)
    for (value, owner) in zip(values, owners) { sums[owner] += value }
    return sums
  }

  /// Σ over the items of their values, each as often as the item is in the sample.
  private func total(_ values: [Double], _ sample: Int) -> Double {
    var total = 0.0
    for item in 0..<items { total += Double(times[sample * items + item]) * values[item] }
    return total
  }
}

extension Ranks {
  /// For each k, recall@k in each sample of the queries' items, of x and of y.
  package func recalls(
    at ks: [Int], _ resamples: ItemResamples, _ budget: ThreadBudget
  ) throws -> [(xToY: [Double], yToX: [Double])] {
    func means(_ ranks: [Int32], _ k: Int, _ items: [Int]) throws -> [Double] {
      try resamples.means([ranks.map { Int($0) < k ? 1 : 0 }], of: items, budget)[0]
    }
    let (ofX, ofY) = (xToY, yToX)
    return try ks.map { (xToY: try means(ofX, $0, itemsOfX), yToX: try means(ofY, $0, itemsOfY)) }
  }
}
