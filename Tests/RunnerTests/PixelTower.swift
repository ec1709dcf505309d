import Contracts
import Declarations
import Encoders
import Execution
import Kernels

/// A bag of pixels: how many of each channel's are in each of some ranges, times a matrix.
///
/// All that there is of a new encoder: its entry, its tower, its trainer.
struct PixelArchitecture: TowerArchitecture {
  let name = "pixels"
  let parameters: [Parameter] = [
    .defaulted("bins", .integer(2...256), 8, "Ranges of a channel's values."), TowerKeys.embedding(16),
  ]
  let items = InputKind.numbers(shape: [3, 32, 32])
  let projection = "head"

  func make(_ keys: TowerKeys) throws -> any TrainableTower {
    PixelTower(bins: try keys.integer("bins"), embedding: try keys.integer("embedding"))
  }

  func operations(_ keys: TowerKeys, on items: InputKind?) throws -> Double? {
    6 * Double(try keys.integer("bins")) * Double(try keys.integer("embedding"))
  }
}

struct PixelTower: TrainableTower {
  let bins: Int
  let embedding: Int
  let layout: ParameterLayout

  init(bins: Int, embedding: Int) {
    (self.bins, self.embedding) = (bins, embedding)
    layout = ParameterLayout([TensorSpec("head", [3 * bins, embedding], .normal(std: 1))])
  }

  var input: TowerInput { .images(side: nil) }

  func prepare(_ weights: NetworkWeights, budget: ThreadBudget) throws -> any PreparedTower {
    PreparedPixelTower(tower: self, weights: weights)
  }

  func trainer(capacity: Int) throws -> any TowerTrainer { PixelTrainer(self, capacity: capacity) }

  func trainingNumbers(capacity: Int, recomputes: Bool, shape: [Int]) -> Double {
    Double(3 * bins) * Double(capacity)
  }

  /// Of an item, the share of its pixels in each range of [−2, 2].
  func features(_ batch: TowerBatch, _ item: Int) -> [Float] {
    var shares = [Float](repeating: 0, count: 3 * bins)
    let area = batch.shape[1] * batch.shape[2]
    for channel in 0..<3 {
      for place in channel * area..<(channel + 1) * area {
        let level = (batch.numbers[item, place] + 2) / 4 * Float(bins)
        shares[channel * bins + Int(min(max(level, 0), Float(bins - 1)))] += 1 / Float(area)
      }
    }
    return shares
  }

  /// Σ_k features_k · head_kj for each j.
  func embed(_ features: [Float], _ head: FloatSlice, into out: FloatSlice) {
    for column in 0..<embedding {
      out[column] = features.indices.reduce(0) { $0 + features[$1] * head[$1 * embedding + column] }
    }
  }
}

private struct PreparedPixelTower: PreparedTower {
  let tower: PixelTower
  let weights: NetworkWeights

  func encode(_ batch: TowerBatch, budget: ThreadBudget) throws -> Matrix {
    try tower.check(batch)
    return try weights.withSlice { head in
      try Matrix(rows: batch.count, columns: tower.embedding) { out in
        try budget.forEachBlock(batch.count) { item in
          tower.embed(
            tower.features(batch, item), head,
            into: out[item * tower.embedding..<(item + 1) * tower.embedding])
        }
      }
    }
  }
}

private final class PixelTrainer: TowerTrainer {
  private let tower: PixelTower
  private let capacity: Int
  private var features: [[Float]] = []

  init(_ tower: PixelTower, capacity: Int) { (self.tower, self.capacity) = (tower, capacity) }

  func forward(
    _ batch: TowerBatch, weights: FloatSlice, into embeddings: FloatSlice, budget: ThreadBudget
  ) throws {
    try tower.check(batch, capacity: capacity)
    features = (0..<batch.count).map { tower.features(batch, $0) }
    for (item, features) in features.enumerated() {
      tower.embed(features, weights, into: embeddings.from(item * tower.embedding))
    }
  }

  /// headᵀ's gradient: Σ_items features_k · gradient_j.
  func backward(
    gradient: FloatSlice, weights: FloatSlice, into gradients: FloatSlice, budget: ThreadBudget
  ) throws {
    gradients[0..<tower.layout.count].fill(0)
    for (item, features) in features.enumerated() {
      for (row, feature) in features.enumerated() {
        for column in 0..<tower.embedding {
          gradients[row * tower.embedding + column] += feature * gradient[item * tower.embedding + column]
        }
      }
    }
  }
}
