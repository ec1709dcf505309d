import Encoders
import Foundation
import Kernels
import TestSupport
import Testing

/// Normalisation in random perceptrons: against PyTorch, a naive twin, and what it makes of means and squares.
@Suite("Normalisation of random layers")
struct NormalizationTests {
  private func apply(_ normalization: Normalization, _ matrix: Matrix, jobs: Int = 2) throws -> Matrix {
    var matrix = matrix
    try withBudget(jobs: jobs) { try normalization.apply(to: &matrix, $0) }
    return matrix
  }

  @Test func againstPyTorch() throws {
    for row in try TheoryOracle.read().normalizations {
      let kind = try #require(Normalization.Kind(rawValue: row.kind))
      let matrix = Matrix(rows: row.shape[0], columns: row.shape[1], values: row.values)
      let found = try apply(Normalization(kind, .before, epsilon: row.epsilon), matrix)
      #expect(row.result.count == found.values.count)
      for (value, expected) in zip(found.values, row.result) {
        #expect(abs(Double(value) - expected) < 5e-6, "\(row.kind)")
      }
    }
  }

  private func random(_ rows: Int, _ columns: Int, _ name: String = "x") throws -> Matrix {
    try withBudget(jobs: 1) { budget in
      let matrix = try RandomStream(seed: 2, stage: "norms", name: name)
        .gaussianMatrix(rows: rows, columns: columns, scale: 3, budget: budget)
      return Matrix(rows: rows, columns: columns, values: matrix.values.map { $0 + 1 })
    }
  }

  @Test(arguments: Normalization.Kind.allCases, [(1, 7), (130, 33), (257, 18)])
  func againstANaiveTwin(_ kind: Normalization.Kind, _ shape: (Int, Int)) throws {
    let (rows, columns) = shape
    let matrix = try random(rows, columns)
    let found = try apply(Normalization(kind, .before, epsilon: 0.1), matrix)
    for row in 0..<rows {
      for column in 0..<columns {
        let group =
          kind == .batch
          ? (0..<rows).map { Double(matrix[$0, column]) } : matrix.row(row).map { Double($0) }
        let mean = kind == .rms ? 0 : group.reduce(0, +) / Double(group.count)
        let square = group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group.count)
        let expected = (Double(matrix[row, column]) - mean) / (square + 0.1).squareRoot()
        #expect(abs(Double(found[row, column]) - expected) < 1e-6 * max(1, abs(expected)))
      }
    }
  }

  @Test(arguments: Normalization.Kind.allCases) func theNumberOfThreadsChangesNothing(
    _ kind: Normalization.Kind
  ) throws {
    let matrix = try random(300, 70)
    let normalization = Normalization(kind, .before, epsilon: 1e-5)
    let one = try apply(normalization, matrix, jobs: 1)
    for jobs in [2, 4] { #expect(try apply(normalization, matrix, jobs: jobs) == one) }
  }

  /// The perceptron's layers by the definitions, from its own inputs, with the weights of its streams.
  @Test(
    arguments: Normalization.Kind.allCases.flatMap { kind in
      Normalization.Place.allCases.map { Normalization(kind, $0, epsilon: 1e-3) }
    }, [Activation.relu, .maxout, .tanh])
  func layersAgainstANaiveTwin(_ normalization: Normalization, _ activation: Activation) throws {
    let (width, count, place) = (12, 9, normalization.place)
    let network = RandomMLP(width: width, depth: 2, activation: activation, normalization: normalization)
    let stream = { (name: String) in RandomStream(seed: 1, stage: "net", name: name) }
    let layers = try withBudget(jobs: 2) { try network.layers(count: count, budget: $0, stream: stream) }
    #expect(layers.count == 3)
    let scale = Float(1 / Double(width).squareRoot())
    for layer in 1...2 {
      var maps = try (0..<activation.pieces).map { piece in
        try withBudget(jobs: 1) { budget in
          let weights = try stream("weights/\(layer)/\(piece)")
            .gaussianMatrix(rows: width, columns: width, scale: scale, budget: budget)
          let biases = try stream("biases/\(layer)/\(piece)")
            .gaussianMatrix(rows: 1, columns: width, scale: scale, budget: budget)
          return Matrix(
            rows: count, columns: width,
            values: (0..<count).flatMap { row in
              (0..<width).map { column in
                Float(
                  (0..<width).reduce(Double(biases[0, column])) {
                    $0 + Double(layers[layer - 1][row, $1]) * Double(weights[$1, column])
                  })
              }
            })
        }
      }
      if place == .before { maps = try maps.map { try apply(normalization, $0) } }
      var values = maps[0].values
      for map in maps.dropFirst() { values = zip(values, map.values).map { max($0, $1) } }
      values.withSlice { activation.apply(to: $0) }
      var expected = Matrix(rows: count, columns: width, values: values)
      if place == .after { expected = try apply(normalization, expected) }
      for (found, value) in zip(layers[layer].values, expected.values) {
        #expect(abs(found - value) < 2e-5, "layer \(layer)")
      }
    }
  }
}
