import Execution
import Foundation
import Kernels

/// Normals around centres that are normals, too; row i belongs to cluster i mod k. Rows have unit norm.
package struct Blobs {
  package let rows: Matrix
  package let clusters: Int

  package init(count: Int, dimension: Int, clusters: Int, deviation: Float) {
    var centres = [Float](repeating: 0, count: clusters * dimension)
    centres.withSlice { RandomStream(seed: 1, stage: "blobs", name: "centres").gaussians(into: $0) }
    var values = [Float](repeating: 0, count: count * dimension)
    values.withSlice {
      RandomStream(seed: 1, stage: "blobs", name: "rows").gaussians(into: $0, scale: deviation)
    }
    for row in 0..<count {
      let line = row * dimension..<(row + 1) * dimension
      for (c, index) in line.enumerated() { values[index] += centres[row % clusters * dimension + c] }
      let norm = line.reduce(Float(0)) { $0 + values[$1] * values[$1] }.squareRoot()
      for index in line { values[index] /= norm }
    }
    rows = Matrix(rows: count, columns: dimension, values: values)
    self.clusters = clusters
  }

  /// The mean of (b − a)/max(a, b): a is the mean distance to a point's own cluster, b that to the nearest
  /// other one.
  package func silhouette(_ picture: Matrix) -> Double {
    let scores = stride(from: 0, to: picture.rows, by: 7).map { row in
      var sums = [Double](repeating: 0, count: clusters)
      for other in 0..<picture.rows {
        let distance = hypot(picture[row, 0] - picture[other, 0], picture[row, 1] - picture[other, 1])
        sums[other % clusters] += Double(distance)
      }
      let size = Double(picture.rows / clusters)
      let own = sums[row % clusters] / (size - 1)
      let others = sums.enumerated().filter { $0.offset != row % clusters }
      let nearest = others.map { $0.element / size }.min() ?? 0
      return (nearest - own) / max(nearest, own)
    }
    return scores.reduce(0, +) / Double(scores.count)
  }
}
