import Execution
import Foundation
import Kernels

/// Eigenvectors of a connected graph's normalised Laplacian with the least eigenvalues above zero.
///
/// Small graphs are decomposed densely. In others a block of vectors is filtered by Chebyshev polynomials
/// that grow where eigenvalues of S are near 1 and stay below 1 elsewhere, then rotated to the best
/// approximations in their span (Rayleigh and Ritz), until those settle: a layout's start needs three
/// digits. Source: Zhou, Saad, Tiago, Chelikowsky 2006, doi:10.1016/j.jcp.2006.03.017.
struct SpectralEmbedding {
  private static let denseRows = 128
  private static let rounds = 15
  private static let greatestDegree = 24.0

  /// `(rows, components)`, columns of unit length.
  static func vectors(
    of graph: FuzzyGraph, components: Int, random: RandomStream, _ budget: ThreadBudget
  ) throws -> RealMatrix {
    let adjacency = NormalizedAdjacency(graph)
    if graph.count <= denseRows {
      let eigen = try LAPACK.symmetricEigen(adjacency.dense)
      return RealMatrix(
        rows: graph.count, columns: components,
        values: (0..<graph.count).flatMap { row in
          (1...components).map { $0 < graph.count ? eigen.vectors[$0, row] : 0 }
        })
    }
    var block = RitzBlock(start(adjacency, components, random), [])
    for round in 0..<rounds {
      let before = block.values
      block = try rotated(filtered(block, adjacency, round, budget), adjacency, budget)
      if settled(before, block.values, components) { break }
    }
    return block.columns(1...components)
  }

  /// √degree, then noise: a few vectors more than are wanted, in whole lanes of eight.
  private static func start(
    _ adjacency: NormalizedAdjacency, _ components: Int, _ random: RandomStream
  ) -> RealMatrix {
    let width = (components + 4 + 7) / 8 * 8
    var noise = [Float](repeating: 0, count: adjacency.count * width)
    noise.withSlice { random.gaussians(into: $0) }
    var block = RealMatrix(rows: adjacency.count, columns: width, values: noise.map(Double.init))
    for row in 0..<adjacency.count { block[row, 0] = adjacency.roots[row] }
    return block
  }

  /// T_m((2S − (c − 1))/(c + 1))·X, where c is the least eigenvalue in the block, and m so great that
  /// what belongs to 1 grows about 10⁴-fold.
  private static func filtered(
    _ block: RitzBlock, _ adjacency: NormalizedAdjacency, _ round: Int, _ budget: ThreadBudget
  ) throws -> RealMatrix {
    let cut = round == 0 ? 0 : min(0.999, max(-0.5, block.values.last ?? 0))
    let (half, centre) = ((cut + 1) / 2, (cut - 1) / 2)
    let degree = Int(min(greatestDegree, acosh(1e4) / acosh((1 - centre) / half)).rounded(.up))
    var older = block.vectors
    var newer = try adjacency.applied(to: older, 1 / half, -centre / half, 0, older, budget)
    for _ in 1..<max(2, degree) {
      let next = try adjacency.applied(to: newer, 2 / half, -2 * centre / half, -1, older, budget)
      (older, newer) = (newer, next)
    }
    return newer
  }

  /// The best approximations to eigenvectors in the span of the columns.
  private static func rotated(
    _ x: RealMatrix, _ adjacency: NormalizedAdjacency, _ budget: ThreadBudget
  ) throws -> RitzBlock {
    let width = x.columns
    let basis = try orthonormalizer(x.gram(x, budget))
    let image = try adjacency.applied(to: x, 1, 0, 0, x, budget)
    let small = basis.multiplied(by: try x.gram(image, budget), transposed: true).multiplied(by: basis)
    let eigen = try LAPACK.symmetricEigen(small)
    var rotation = RealMatrix(zeros: width, width)
    for row in 0..<width { for column in 0..<width { rotation[row, column] = eigen.vectors[column, row] } }
    return RitzBlock(try x.rotated(by: basis.multiplied(by: rotation), budget), eigen.values)
  }

  /// B with BᵀGB = I, up to directions that G does not have, whose columns are zero.
  private static func orthonormalizer(_ gram: RealMatrix) throws -> RealMatrix {
    let width = gram.columns
    let scales = (0..<width).map { gram[$0, $0] > 0 ? 1 / gram[$0, $0].squareRoot() : 0 }
    var scaled = gram
    for row in 0..<width { for c in 0..<width { scaled[row, c] *= scales[row] * scales[c] } }
    let eigen = try LAPACK.symmetricEigen(scaled)
    let least = (eigen.values.first ?? 0) * 1e-13
    var basis = RealMatrix(zeros: width, width)
    for column in 0..<width where eigen.values[column] > least {
      let scale = 1 / eigen.values[column].squareRoot()
      for row in 0..<width { basis[row, column] = scales[row] * eigen.vectors[column, row] * scale }
    }
    return basis
  }

  private static func settled(_ before: [Double], _ now: [Double], _ components: Int) -> Bool {
    guard before.count == now.count else { return false }
    return (1...components).allSatisfy { abs(now[$0] - before[$0]) <= 1e-3 * (1 - now[$0]) + 1e-10 }
  }
}

/// Orthonormal columns and the eigenvalues they approximate, descending.
private struct RitzBlock {
  let vectors: RealMatrix
  let values: [Double]

  init(_ vectors: RealMatrix, _ values: [Double]) {
    self.vectors = vectors
    self.values = values
  }

  func columns(_ range: ClosedRange<Int>) -> RealMatrix {
    RealMatrix(
      rows: vectors.rows, columns: range.count,
      values: (0..<vectors.rows).flatMap { row in range.map { vectors[row, $0] } })
  }
}

extension RealMatrix {
  private static let blockRows = 8192

  /// XᵀY, added in blocks of rows.
  fileprivate func gram(_ other: RealMatrix, _ budget: ThreadBudget) throws -> RealMatrix {
    let parts = try budget.map(blocks: blockCount(rows, size: Self.blockRows)) { block in
      slice(block).multiplied(by: other.slice(block), transposed: true)
    }
    var sum = RealMatrix(zeros: columns, other.columns)
    for part in parts { for index in part.values.indices { sum.values[index] += part.values[index] } }
    return sum
  }

  /// X·R in blocks of rows.
  fileprivate func rotated(by rotation: RealMatrix, _ budget: ThreadBudget) throws -> RealMatrix {
    let parts = try budget.map(blocks: blockCount(rows, size: Self.blockRows)) { block in
      slice(block).multiplied(by: rotation).values
    }
    return RealMatrix(rows: rows, columns: rotation.columns, values: parts.flatMap { $0 })
  }

  private func slice(_ block: Int) -> RealMatrix {
    let range = blockRange(block, size: Self.blockRows, count: rows)
    return RealMatrix(
      rows: range.count, columns: columns,
      values: Array(values[range.lowerBound * columns..<range.upperBound * columns]))
  }
}
