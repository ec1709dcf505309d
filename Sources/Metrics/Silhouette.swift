import Contracts
import Execution
import Kernels

/// How well points lie with their own cluster and apart from the nearest other one.
///
///     s = mean over i of (b_i − a_i)/max(a_i, b_i)
///
/// a_i is the mean Euclidean distance from i to the other points of its cluster, b_i the least mean
/// distance to the points of another cluster; 0 for a point alone in its cluster. 1: tight and far apart;
/// below 0: nearer to another cluster. Source: Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7.
/// - Parameters:
///   - points: `(n, d)`.
///   - clusters: the cluster of each point, from 0.
/// - Returns: the mean over all points, that of each cluster's (NaN of an empty one), and the least of these; all NaN
///   where there are fewer than two clusters.
/// - Throws: `MetricFailure` where the counts differ, `Cancelled`.
package func silhouette(
  of points: Matrix, clusters: [Int], budget: ThreadBudget
) throws -> (mean: Double, byCluster: [Double], least: Double) {
  guard clusters.count == points.rows else {
    throw MetricFailure.unequalShapes(
      xRows: points.rows, xColumns: points.columns, yRows: clusters.count, yColumns: 1)
  }
  var sizes = [Int](repeating: 0, count: (clusters.max() ?? -1) + 1)
  for cluster in clusters { sizes[cluster] += 1 }
  guard sizes.count(where: { $0 > 0 }) > 1 else {
    return (.nan, sizes.map { _ in .nan }, .nan)
  }
  let sample = Silhouette(points: points, clusters: clusters, sizes: sizes)
  let parts = try budget.map(blocks: blockCount(sample.rows.count, size: 64)) { block in
    blockRange(block, size: 64, count: sample.rows.count).map { sample.value($0) }
  }
  let values = parts.flatMap { $0 }
  var sums = [(sum: Double, count: Int)](repeating: (0, 0), count: sizes.count)
  for (place, value) in values.enumerated() {
    let cluster = clusters[sample.rows[place]]
    sums[cluster] = (sums[cluster].sum + value, sums[cluster].count + 1)
  }
  let means = sums.map { $0.count > 0 ? $0.sum / Double($0.count) : .nan }
  let least = means.filter { !$0.isNaN }.min() ?? .nan
  return (values.reduce(0, +) / Double(values.count), means, least)
}

/// Silhouettes of all points or, as for `Trustworthiness`, of evenly spaced ones against all.
private struct Silhouette: Sendable {
  let points: Matrix
  let clusters: [Int]
  let sizes: [Int]
  let rows: [Int]

  init(points: Matrix, clusters: [Int], sizes: [Int]) {
    self.points = points
    self.clusters = clusters
    self.sizes = sizes
    let isWhole = points.rows <= Trustworthiness.exactLimit
    let count = isWhole ? points.rows : Trustworthiness.sampleSize
    rows = (0..<count).map { $0 * points.rows / count }
  }

  func value(_ place: Int) -> Double {
    let row = rows[place]
    let own = clusters[row]
    guard sizes[own] > 1 else { return 0 }
    let sums = distanceSums(row)
    let a = sums[own] / Double(sizes[own] - 1)
    let others = sums.indices.filter { $0 != own && sizes[$0] > 0 }
    let b = others.map { sums[$0] / Double(sizes[$0]) }.min() ?? 0
    return max(a, b) > 0 ? (b - a) / max(a, b) : 0
  }

  /// Summed distances from a point to those of each cluster.
  private func distanceSums(_ row: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: sizes.count)
    let d = points.columns
    points.withSlice { base in
      for other in 0..<points.rows {
        let square = (0..<d).reduce(0.0) { sum, c in
          let difference = Double(base[row * d + c]) - Double(base[other * d + c])
          return sum + difference * difference
        }
        sums[clusters[other]] += square.squareRoot()
      }
    }
    return sums
  }
}
