import Encoders
import Execution
import Foundation
import Kernels
import Testing

func exponential(_ x: Double) -> Double { Foundation.exp(x) }
func complementaryErrorFunction(_ x: Double) -> Double { Foundation.erfc(x) }

/// Weights of a tower from its own rules, with norms and biases moved off 1 and 0, so that all of them show.
func drawn(_ tower: any Tower, seed: UInt64 = 1) throws -> NetworkWeights {
  var weights = try NetworkWeights(drawing: tower.layout, budget: ThreadBudget(jobs: 1)) {
    RandomStream(seed: seed, stage: "test", name: $0)
  }
  for (tensor, offset) in zip(tower.layout.tensors, tower.layout.offsets) {
    guard case .constant = tensor.initial else { continue }
    for index in 0..<tensor.count { weights.values[offset + index] += 0.1 * Float(index % 7) - 0.3 }
  }
  return weights
}

func noise(_ count: Int, _ name: String = "noise") -> [Float] {
  var values = [Float](repeating: 0, count: count)
  values.withSlice { RandomStream(seed: 5, stage: "test", name: name).gaussians(into: $0) }
  return values
}

func pictures(_ count: Int, _ shape: [Int]) -> TowerBatch {
  let size = shape.reduce(1, *)
  return TowerBatch(numbers: Matrix(rows: count, columns: size, values: noise(count * size)), shape: shape)
}

/// Texts of every length up to the context: a start, words, an end, which has the greatest id, and rubbish.
func texts(_ count: Int, context: Int, vocabulary: Int) -> [Int32] {
  let draws = RandomStream(seed: 9, stage: "test", name: "tokens").integers(
    below: vocabulary - 3, count: count * context)
  return (0..<count).flatMap { item in
    (0..<context).map { position in
      let end = 1 + item % max(1, context - 1)
      if position == 0 { return Int32(vocabulary - 2) }
      return position == end ? Int32(vocabulary - 1) : Int32(1 + draws[item * context + position])
    }
  }
}

func encode(_ tower: any Tower, _ weights: NetworkWeights, _ batch: TowerBatch, jobs: Int = 2) throws
  -> Matrix
{
  let budget = ThreadBudget(jobs: jobs)
  return try tower.prepare(weights, budget: budget).encode(batch, budget: budget)
}

/// The greatest difference, relative to the greatest number expected.
func difference(_ found: some Sequence<Float>, _ expected: some Sequence<Double>) -> Double {
  let scale = expected.reduce(1e-30) { max($0, abs($1)) }
  return zip(found, expected).reduce(0) {
    // `max` would let a NaN pass.
    let next = abs(Double($1.0) - $1.1) / scale
    return next.isNaN ? .infinity : max($0, next)
  }
}
