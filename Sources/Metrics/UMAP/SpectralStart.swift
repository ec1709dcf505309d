import Execution
import Foundation
import Kernels

/// Where the points of a layout start: the graph's spectral embedding.
///
/// Components without edges between them are embedded each by itself and put around the places of their
/// centroids, in half the distance to the nearest other one: a few components on the axes, more by the
/// spectral embedding of the centroids under exp(−d²/mean d²). As umap-learn does it, apart from the mean,
/// without which points at a large scale would have no affinities.
struct SpectralStart {
  /// More components than this are not placed one by one.
  static let mostComponents = 2048
  private static let denseComponents = 512

  let graph: FuzzyGraph
  let points: PointSet
  let components: Int
  let random: RandomStream

  /// `(rows, components)`; nil where the graph falls into too many components.
  func positions(_ budget: ThreadBudget) throws -> RealMatrix? {
    let parts = Components(graph)
    if parts.rows.count == 1 {
      return graph.count > components + 1
        ? try SpectralEmbedding.vectors(of: graph, components: components, random: random, budget) : nil
    }
    guard parts.rows.count <= Self.mostComponents else { return nil }
    let centres = try centres(parts)
    let reach = reach(of: centres)
    let embeddings = try budget.map(blocks: parts.rows.count) { part in
      try self.embedding(parts, part, reach: reach[part], budget)
    }
    var result = RealMatrix(zeros: graph.count, components)
    for (part, rows) in parts.rows.enumerated() {
      for (place, row) in rows.enumerated() {
        for c in 0..<components { result[Int(row), c] = centres[part, c] + embeddings[part][place, c] }
      }
    }
    return result
  }

  /// One component within [−reach, reach]: spectral, or noise where it is too small for that.
  private func embedding(
    _ parts: Components, _ part: Int, reach: Double, _ budget: ThreadBudget
  ) throws -> RealMatrix {
    let rows = parts.rows[part]
    var result: RealMatrix
    if rows.count < 2 * components || rows.count <= components + 1 {
      var noise = [Float](repeating: 0, count: rows.count * components)
      noise.withSlice { random.uniforms(into: $0, offset: Int(rows.first ?? 0) * components) }
      result = RealMatrix(
        rows: rows.count, columns: components, values: noise.map { 2 * Double($0) - 1 })
    } else {
      result = try SpectralEmbedding.vectors(
        of: graph.induced(rows, places: parts.places), components: components, random: random, budget)
    }
    let greatest = result.values.reduce(0) { max($0, abs($1)) }
    let scale = greatest > 0 ? reach / greatest : 0
    for index in result.values.indices { result.values[index] *= scale }
    return result
  }

  /// Half the distance from each place to the nearest other one.
  private func reach(of centres: RealMatrix) -> [Double] {
    (0..<centres.rows).map { a in
      let distances = (0..<centres.rows).map { b in
        (0..<components).reduce(0) { $0 + pow(centres[a, $1] - centres[b, $1], 2) }
      }
      return (distances.filter { $0 > 0 }.min() ?? 1).squareRoot() / 2
    }
  }

  /// The places of the components.
  private func centres(_ parts: Components) throws -> RealMatrix {
    let count = parts.rows.count
    if count <= 2 * components { return axes(count) }
    let centroids = centroids(parts)
    var affinity = squaredDistances(centroids)
    let mean = affinity.values.reduce(0, +) / Double(count * (count - 1))
    guard count <= Self.denseComponents, mean > 0 else {
      return try projection(of: centroids, method: .pca, components: components).scores
    }
    for index in affinity.values.indices { affinity.values[index] = exp(-affinity.values[index] / mean) }
    return try spectral(affinity)
  }

  /// ±1 on each axis.
  private func axes(_ count: Int) -> RealMatrix {
    var places = RealMatrix(zeros: count, components)
    let half = (count + 1) / 2
    for part in 0..<count { places[part, part % half] = part < half ? 1 : -1 }
    return places
  }

  private func centroids(_ parts: Components) -> RealMatrix {
    let d = points.dimension
    var means = RealMatrix(zeros: parts.rows.count, d)
    points.rows.withSlice { base in
      for (part, rows) in parts.rows.enumerated() {
        for row in rows { for c in 0..<d { means[part, c] += Double(base[Int(row) * d + c]) } }
        for c in 0..<d { means[part, c] /= Double(rows.count) }
      }
    }
    return means
  }

  private func squaredDistances(_ rows: RealMatrix) -> RealMatrix {
    var result = RealMatrix(zeros: rows.rows, rows.rows)
    for a in 0..<rows.rows {
      for b in 0..<a {
        let square = zip(rows.row(a), rows.row(b)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        result[a, b] = square
        result[b, a] = square
      }
    }
    return result
  }

  /// Eigenvectors of the normalised Laplacian of dense affinities, divided by √degree.
  private func spectral(_ affinity: RealMatrix) throws -> RealMatrix {
    let count = affinity.rows
    let roots = (0..<count).map { affinity.row($0).reduce(0, +).squareRoot() }
    var normalized = affinity
    for a in 0..<count { for b in 0..<count { normalized[a, b] /= roots[a] * roots[b] } }
    let eigen = try LAPACK.symmetricEigen(normalized)
    var places = RealMatrix(zeros: count, components)
    for part in 0..<count {
      for c in 0..<components { places[part, c] = eigen.vectors[c + 1, part] / roots[part] }
    }
    return places
  }
}
