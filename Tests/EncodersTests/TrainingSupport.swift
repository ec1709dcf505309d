import Encoders
import Execution
import Kernels

/// The least tower there is: x·W, and a statistic that no training may change.
struct LinearTower: TrainableTower {
  let inputs: Int
  let embedding: Int
  var input: TowerInput { .images(side: nil) }
  var layout: ParameterLayout {
    ParameterLayout([
      TensorSpec("mean", [3], .constant(5), role: .statistic),
      TensorSpec("w", [inputs, embedding], .normal(std: 1)),
    ])
  }

  func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower {
    throw TowerFailure.impossible(reason: "not for this")
  }

  func trainer(capacity: Int) -> any TowerTrainer { LinearTrainer(tower: self) }
  func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double { 0 }
}

private final class LinearTrainer: TowerTrainer {
  private let tower: LinearTower
  private var items = Matrix(zeros: 0, 0)

  init(tower: LinearTower) { self.tower = tower }

  func forward(
    _ batch: TowerBatch, weights: FloatSlice, into embeddings: FloatSlice, budget: ThreadBudget
  ) throws {
    items = batch.numbers
    let w = weights[tower.layout.range(of: "w")]
    for row in 0..<items.rows {
      for column in 0..<tower.embedding {
        embeddings[row * tower.embedding + column] = (0..<tower.inputs).reduce(0) {
          $0 + items[row, $1] * w[$1 * tower.embedding + column]
        }
      }
    }
  }

  func backward(
    gradient: FloatSlice, weights: FloatSlice, into gradients: FloatSlice, budget: ThreadBudget
  ) throws {
    // A statistic's gradient is nobody's business: the optimiser must not look at it.
    gradients.fill(3)
    let w = gradients[tower.layout.range(of: "w")]
    for input in 0..<tower.inputs {
      for column in 0..<tower.embedding {
        w[input * tower.embedding + column] = (0..<items.rows).reduce(0) {
          $0 + items[$1, input] * gradient[$1 * tower.embedding + column]
        }
      }
    }
  }
}

func ownBudget(_ jobs: Int) -> ThreadBudget {
  let budget = ThreadBudget(jobs: jobs)
  budget.acquire()
  return budget
}

/// The gradient of Σ change·embeddings by every weight.
func gradients(
  _ tower: any TrainableTower, _ weights: NetworkWeights, _ batch: TowerBatch, _ change: [Float],
  jobs: Int = 2, recomputes: Bool = false, capacity: Int? = nil
) throws -> [Float] {
  let budget = ownBudget(jobs)
  let trainer = try tower.trainer(capacity: capacity ?? batch.count, recomputes: recomputes)
  return try trainer.step(batch, weights, change, budget).gradients
}

extension TowerTrainer {
  /// A forward and a backward pass: embeddings, and the gradient of Σ change·embeddings by every weight.
  func step(
    _ batch: TowerBatch, _ weights: NetworkWeights, _ change: [Float], _ budget: ThreadBudget
  ) throws -> (embeddings: [Float], gradients: [Float]) {
    var embeddings = [Float](repeating: .nan, count: change.count)
    var gradients = [Float](repeating: .nan, count: weights.layout.count)
    try weights.withSlice { weights in
      try embeddings.withSlice { try forward(batch, weights: weights, into: $0, budget: budget) }
      try change.withReadSlice { change in
        try gradients.withSlice {
          try backward(gradient: change, weights: weights, into: $0, budget: budget)
        }
      }
    }
    return (embeddings, gradients)
  }
}

/// The greatest difference between gradients and central differences of a loss in Double, over every weight,
/// relative to the greatest gradient of its tensor.
func worstSlope(
  _ weights: NetworkWeights, _ gradients: [Float], _ loss: (NetworkWeights) -> Double
) -> (tensor: String, difference: Double) {
  var worst = ("", 0.0)
  for (tensor, offset) in zip(weights.layout.tensors, weights.layout.offsets) {
    let slopes = (offset..<offset + tensor.count).map { place -> Double in
      var (above, below) = (weights, weights)
      above.values[place] += 0x1p-15
      below.values[place] -= 0x1p-15
      return (loss(above) - loss(below)) / Double(above.values[place] - below.values[place])
    }
    let found = difference(gradients[offset..<offset + tensor.count], slopes)
    if !(found <= worst.1) { worst = (tensor.name, found) }
  }
  return worst
}
