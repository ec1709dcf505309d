import Execution
import Kernels

/// S = D^(−½)·W·D^(−½) of a connected graph: I less its normalised Laplacian. Eigenvalues lie in [−1, 1].
struct NormalizedAdjacency: Sendable {
  private static let blockSize = 2048

  let count: Int
  private let graph: FuzzyGraph
  private let values: [Float]
  /// √degree, the direction of S's greatest eigenvalue, 1.
  let roots: [Double]

  init(_ graph: FuzzyGraph) {
    let roots = (0..<graph.count).map { row in
      graph.edges(row).reduce(0.0) { $0 + Double(graph.weights[$1]) }.squareRoot()
    }
    var values = graph.weights
    for row in 0..<graph.count {
      for edge in graph.edges(row) {
        let product = roots[row] * roots[Int(graph.tails[edge])]
        values[edge] = product > 0 ? Float(Double(graph.weights[edge]) / product) : 0
      }
    }
    self.graph = graph
    self.values = values
    self.roots = roots
    count = graph.count
  }

  var dense: RealMatrix {
    var matrix = RealMatrix(zeros: count, count)
    for row in 0..<count {
      for edge in graph.edges(row) { matrix[row, Int(graph.tails[edge])] = Double(values[edge]) }
    }
    return matrix
  }

  /// α·S·X + β·X + γ·Z, where the number of columns is a multiple of eight.
  func applied(
    to x: RealMatrix, _ alpha: Double, _ beta: Double, _ gamma: Double, _ z: RealMatrix,
    _ budget: ThreadBudget
  ) throws -> RealMatrix {
    let width = x.columns
    return try RealMatrix(rows: count, columns: width) { out in
      try budget.forEachBlock(blockCount(count, size: Self.blockSize)) { block in
        x.withSlice { x in
          z.withSlice { z in
            for row in blockRange(block, size: Self.blockSize, count: count) {
              for lane in stride(from: 0, to: width, by: 8) {
                let sum = gathered(row, x.from(lane), width)
                let place = row * width + lane
                let rest = x.lanes(place) * beta + z.lanes(place) * gamma
                out.set(sum * alpha + rest, place)
              }
            }
          }
        }
      }
    }
  }

  /// Eight columns of row `row` of S·X, where `x` is X from the first of them on: `(count, width)`, of which
  /// as many columns are left.
  @inline(__always)
  private func gathered(_ row: Int, _ x: DoubleSlice, _ width: Int) -> SIMD8<Double> {
    var sum = SIMD8<Double>(repeating: 0)
    values.withReadSlice { values in
      graph.tails.withReadSlice { tails in
        for edge in graph.edges(row) { sum += x.lanes(Int(tails[edge]) * width) * Double(values[edge]) }
      }
    }
    return sum
  }
}
