import Execution
import Foundation
import Kernels

/// The fuzzy simplicial set of points: a symmetric weighted graph, by rows.
///
/// A point's edges to its neighbours have the weights
///
///     w_ij = exp(−max(0, d_ij − ρ_i)/σ_i),   ρ_i the least distance above zero,   Σ_j w_ij = log₂ k
///
/// and both directions are joined as fuzzy sets: w_ij + w_ji − w_ij·w_ji.
/// Source: McInnes, Healy, Melville 2018, arXiv:1802.03426, Sec. 3.1 and Algorithms 2 and 3.
package struct FuzzyGraph: Sendable, Equatable {
  /// Row i's edges are `starts[i] ..< starts[i + 1]`, tails ascending.
  package var starts: [Int]
  package var tails: [Int32]
  package var weights: [Float]

  package var count: Int { starts.count - 1 }
  package func edges(_ row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// The union of both directions of the edges to these neighbours.
  package init(_ neighbors: Neighbors, _ budget: ThreadBudget) throws {
    let weights = try SmoothDistances(neighbors).weights(budget)
    self = Self.union(neighbors, weights)
  }

  private init(starts: [Int], tails: [Int32], weights: [Float]) {
    self.starts = starts
    self.tails = tails
    self.weights = weights
  }

  private struct Edge {
    let tail: Int32
    let weight: Float
  }

  private static func union(_ neighbors: Neighbors, _ weights: [Float]) -> FuzzyGraph {
    let incoming = transposed(neighbors, weights)
    var graph = FuzzyGraph(starts: [0], tails: [], weights: [])
    graph.tails.reserveCapacity(2 * weights.count)
    graph.weights.reserveCapacity(2 * weights.count)
    for row in 0..<neighbors.count {
      let own = (row * neighbors.width..<(row + 1) * neighbors.width)
        .map { Edge(tail: neighbors.indices[$0], weight: weights[$0]) }
        .filter { $0.tail >= 0 && $0.weight > 0 }.sorted { $0.tail < $1.tail }
      graph.append(own, incoming.edges[incoming.starts[row]..<incoming.starts[row + 1]])
    }
    return graph
  }

  /// Edges by where they end; the sources of each ascend.
  private static func transposed(
    _ neighbors: Neighbors, _ weights: [Float]
  ) -> (starts: [Int], edges: [Edge]) {
    var starts = [Int](repeating: 0, count: neighbors.count + 1)
    for (place, tail) in neighbors.indices.enumerated() where tail >= 0 && weights[place] > 0 {
      starts[Int(tail) + 1] += 1
    }
    for row in 0..<neighbors.count { starts[row + 1] += starts[row] }
    var next = starts
    var edges = [Edge](repeating: Edge(tail: 0, weight: 0), count: starts[neighbors.count])
    for (place, tail) in neighbors.indices.enumerated() where tail >= 0 && weights[place] > 0 {
      edges[next[Int(tail)]] = Edge(tail: Int32(place / neighbors.width), weight: weights[place])
      next[Int(tail)] += 1
    }
    return (starts, edges)
  }

  /// Merges two ascending lists into the next row.
  private mutating func append(_ own: [Edge], _ incoming: ArraySlice<Edge>) {
    var (a, b) = (own.startIndex, incoming.startIndex)
    while a < own.endIndex || b < incoming.endIndex {
      let first = a < own.endIndex ? own[a].tail : .max
      let second = b < incoming.endIndex ? incoming[b].tail : .max
      let u = first <= second ? own[a].weight : 0
      let v = second <= first ? incoming[b].weight : 0
      tails.append(min(first, second))
      weights.append(u + v - u * v)
      if first <= second { a += 1 }
      if second <= first { b += 1 }
    }
    starts.append(tails.count)
  }

  /// Without the edges so weak that no epoch would draw them: w < max w / epochs.
  package func pruned(epochs: Int) -> FuzzyGraph {
    let least = (weights.max() ?? 0) / Float(epochs)
    var graph = FuzzyGraph(starts: [0], tails: [], weights: [])
    for row in 0..<count {
      for edge in edges(row) where weights[edge] >= least {
        graph.tails.append(tails[edge])
        graph.weights.append(weights[edge])
      }
      graph.starts.append(graph.tails.count)
    }
    return graph
  }

  /// The part of the graph between these rows, which become 0, 1…; other edges are left out.
  func induced(_ rows: [Int32], places: [Int32]) -> FuzzyGraph {
    var graph = FuzzyGraph(starts: [0], tails: [], weights: [])
    for row in rows {
      for edge in edges(Int(row)) {
        graph.tails.append(places[Int(tails[edge])])
        graph.weights.append(weights[edge])
      }
      graph.starts.append(graph.tails.count)
    }
    return graph
  }
}

/// How far each point's neighbourhood reaches: ρ and σ.
package struct SmoothDistances: Sendable {
  private let neighbors: Neighbors
  private let mean: Double
  private static let blockSize = 1024

  package init(_ neighbors: Neighbors) {
    self.neighbors = neighbors
    let points = Double(neighbors.count * (neighbors.width + 1))
    mean = neighbors.distances.reduce(0.0) { $0 + Double($1) } / max(1, points)
  }

  /// The weights of all edges, `(count, width)`.
  package func weights(_ budget: ThreadBudget) throws -> [Float] {
    let parts = try budget.map(blocks: blockCount(neighbors.count, size: Self.blockSize)) { block in
      blockRange(block, size: Self.blockSize, count: neighbors.count).flatMap(row)
    }
    return parts.flatMap { $0 }
  }

  /// A point counts among its own k neighbours, at distance zero and without a weight.
  private func row(_ index: Int) -> [Float] {
    let width = neighbors.width
    let distances = neighbors.distances[index * width..<(index + 1) * width].map(Double.init)
    let rho = distances.first { $0 > 0 } ?? 0
    let excess = distances.map { max(0, $0 - rho) }
    let sigma = max(
      sigma(excess, target: log2(Double(width + 1))),
      1e-3 * (rho > 0 ? distances.reduce(0, +) / Double(width + 1) : mean))
    return (0..<width).map { place in
      excess[place] > 0 && sigma > 0 ? Float(exp(-excess[place] / sigma)) : 1
    }
  }

  /// σ with Σ exp(−excess/σ) = target, by bisection.
  private func sigma(_ excess: [Double], target: Double) -> Double {
    var (low, high, middle) = (0.0, Double.infinity, 1.0)
    for _ in 0..<64 {
      let sum = Self.sum(excess, middle)
      if abs(sum - target) < 1e-5 { break }
      if sum > target { high = middle } else { low = middle }
      middle = high == .infinity ? middle * 2 : (low + high) / 2
    }
    return middle
  }

  private static func sum(_ excess: [Double], _ sigma: Double) -> Double {
    withScratch(of: Double.self, count: excess.count) { powers in
      excess.withReadSlice { exponentials($0, around: 0, -1 / sigma, into: powers) }
    }
  }
}
