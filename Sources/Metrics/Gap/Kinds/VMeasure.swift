import Execution
import Foundation
import Kernels

/// Whether two clusters of the union are the sides: the V-measure, the harmonic mean of homogeneity and completeness, of k-means with two
/// clusters against the side of each row. 1 where they are, 0 where clusters say nothing of the side.
///
/// k-means++ from ten seeded starts, the tightest clusters. Source: Rosenberg and Hirschberg 2007, aclanthology.org/D07-1043; Arthur and
/// Vassilvitskii 2007; used in arXiv:2601.18525.
struct VMeasure: GapMetric {
  static let starts = 10

  let card = GapMetricCard(
    "v-measure", "V-measure of two clusters against the sides",
    formula: "2hc/(h + c), h = 1 − H(S|K)/H(S), c = 1 − H(K|S)/H(K)",
    source: "Rosenberg and Hirschberg 2007, aclanthology.org/D07-1043; arXiv:2601.18525", range: 0...1,
    reading: "the main difference among rows is their side", sides: [.both],
    withoutInterval: "clusters of a bootstrap sample are others")

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let (sample, options) = (study.sample, study.options)
    let union = Matrix(
      rows: 2 * sample.count, columns: sample.x.columns, values: sample.x.values + sample.y.values)
    let runs = try study.budget.map(blocks: Self.starts) { start in
      TwoMeans(union, options.stream("clusters/\(start)"))
    }
    guard let best = runs.min(by: { $0.inertia < $1.inertia }) else { return [] }
    let first = best.isFirst
    guard first.contains(true), first.contains(false) else {
      return [.undefined(.both, "all rows are equal, so there are no two clusters")]
    }
    let inX = first.prefix(sample.count).count { $0 }
    let inY = first.suffix(sample.count).count { $0 }
    return [GapMeasure(.both, vMeasure(inX, inY, rows: sample.count), notes: sample.notes)]
  }
}

/// Of two classes of as many rows, of which the first cluster has so many each; the second has the others.
package func vMeasure(_ inX: Int, _ inY: Int, rows: Int) -> Double {
  let (n, total) = (Double(rows), Double(2 * rows))
  func entropy(_ parts: [Double]) -> Double {
    let whole = parts.sum
    return parts.reduce(0) { $1 > 0 ? $0 - $1 / whole * log($1 / whole) : $0 }
  }
  let (a, b) = (Double(inX), Double(inY))
  let clusters = [a + b, total - a - b]
  let ofSide = (clusters[0] * entropy([a, b]) + clusters[1] * entropy([n - a, n - b])) / total
  let ofCluster = (entropy([a, n - a]) + entropy([b, n - b])) / 2
  let homogeneity = 1 - ofSide / log(2)
  let completeness = entropy(clusters) > 0 ? 1 - ofCluster / entropy(clusters) : 1
  let sum = homogeneity + completeness
  return sum > 0 ? max(0, 2 * homogeneity * completeness / sum) : 0
}

/// Lloyd's algorithm for two clusters of unit rows, from one start of k-means++.
private struct TwoMeans: Sendable {
  private(set) var isFirst: [Bool]
  private(set) var inertia = 0.0

  init(_ rows: Matrix, _ stream: RandomStream) {
    isFirst = []
    let start = stream.integers(below: rows.rows, count: 1)[0]
    var first = rows.row(start).map { Double($0) }
    var second = rows.row(Self.far(from: first, rows, stream)).map { Double($0) }
    for _ in 0..<300 {
      let (nearer, inertia) = Self.assign(rows, first, second)
      self.inertia = inertia
      if nearer == isFirst { return }
      isFirst = nearer
      first = Self.mean(rows, nearer, true) ?? first
      second = Self.mean(rows, nearer, false) ?? second
    }
  }

  /// A row drawn with the chance of its squared distance.
  private static func far(from centre: [Double], _ rows: Matrix, _ stream: RandomStream) -> Int {
    let squares = products(rows, centre).map { max(0, 2 - 2 * $0) }
    let share = Double(stream.integers(below: 1 << 30, count: 1, offset: 1)[0]) / Double(1 << 30)
    var left = share * squares.sum
    for (row, square) in squares.enumerated() {
      left -= square
      if left < 0 { return row }
    }
    return rows.rows - 1
  }

  /// ‖x − a‖² less than ‖x − b‖², and Σ of the lesser.
  private static func assign(_ rows: Matrix, _ a: [Double], _ b: [Double]) -> ([Bool], Double) {
    let (aa, bb) = (dot(a, a), dot(b, b))
    var inertia = 0.0
    let nearer = zip(products(rows, a), products(rows, b)).map { xa, xb in
      let (toA, toB) = (1 - 2 * xa + aa, 1 - 2 * xb + bb)
      inertia += max(0, min(toA, toB))
      return toA <= toB
    }
    return (nearer, inertia)
  }

  private static func products(_ rows: Matrix, _ vector: [Double]) -> [Double] {
    let narrow = vector.map { Float($0) }
    return [Float](count: rows.rows) { out in
      rows.withSlice { rows in
        narrow.withReadSlice { vector in
          let d = vector.count
          BLAS.multiply(
            ProductShape(rows: out.count, columns: 1, inner: d), Operand(rows, stride: d),
            Operand(vector, stride: 1), into: out, stride: 1)
        }
      }
    }.map { Double($0) }
  }

  private static func mean(_ rows: Matrix, _ isFirst: [Bool], _ wanted: Bool) -> [Double]? {
    let chosen = isFirst.indices.filter { isFirst[$0] == wanted }
    if chosen.isEmpty { return nil }
    var sum = [Double](repeating: 0, count: rows.columns)
    sum.withSlice { sum in
      rows.withSlice { rows in
        for row in chosen {
          let values = rows.from(row * sum.count)
          for column in sum.indices { sum[column] += Double(values[column]) }
        }
      }
    }
    return sum.map { $0 / Double(chosen.count) }
  }
}
