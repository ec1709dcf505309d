import Datasets
import Encoders
import Execution
import Files
import Foundation
import Kernels
import Testing

/// A tower and pictures for it.
struct ResNetCase: Sendable, CustomTestStringConvertible {
  let tower: ResNet
  let count: Int
  let height: Int
  let width: Int

  init(_ depth: ResNet.Depth, _ channels: Int, _ projection: Int?, _ count: Int, _ height: Int, _ width: Int)
  {
    tower = ResNet(depth: depth, width: channels, projection: projection)
    (self.count, self.height, self.width) = (count, height, width)
  }

  var batch: TowerBatch { pictures(count, [3, height, width]) }
  var change: [Float] { noise(count * tower.embedding, "change") }
  var testDescription: String {
    "ResNet-\(tower.depth.rawValue) of width \(tower.width), \(count) pictures of \(height) × \(width)"
  }
}

/// Batch norms by the batch's own statistics, and all that follows from it.
///
/// A norm over three or four numbers a channel turns rounding errors into much larger ones; through the 16
/// of the last layers of a ResNet-50 that leaves nothing to compare, so its pictures end as more pixels.
@Suite("Training of ResNets")
struct ResNetTrainingTests {
  // MARK: - Against the formulas in Double

  @Test(
    "every weight's gradient, every feature, every statistic",
    arguments: [
      ResNetCase(.eighteen, 3, nil, 4, 9, 11), ResNetCase(.eighteen, 2, 5, 3, 34, 21),
      ResNetCase(.eighteen, 17, nil, 3, 18, 33), ResNetCase(.fifty, 2, 3, 5, 65, 34),
      ResNetCase(.fifty, 4, nil, 3, 33, 34),
    ])
  func twin(_ example: ResNetCase) throws {
    let (tower, batch, change) = (example.tower, example.batch, example.change)
    var weights = try drawn(tower)
    let twin = ResNetTwin(tower.layout, weights.values.map(Double.init))
    let expected = twin.features(tower, batch)
    let slopes = twin.gradients(expected, change)
    let trainer = try tower.trainer(capacity: example.count + 1)
    let (features, gradients) = try trainer.step(batch, weights, change, ownBudget(2))
    #expect(difference(features, expected.values) < 1e-4)
    for (tensor, offset) in zip(tower.layout.tensors, tower.layout.offsets) {
      let range = offset..<offset + tensor.count
      let found = difference(gradients[range], slopes[range])
      #expect(found < 1e-3, "\(tensor.name)")
    }
    let before = weights
    weights.values.withSlice { trainer.updateStatistics(of: $0) }
    for tensor in tower.layout.tensors {
      let new = zip(before[tensor.name], twin.statistics[tensor.name] ?? []).map {
        0.9 * Double($0) + 0.1 * $1
      }
      #expect(tensor.role == .weight || difference(weights[tensor.name], new) < 1e-4, "\(tensor.name)")
      #expect(tensor.role == .statistic || weights[tensor.name] == before[tensor.name])
    }
  }

  @Test(
    "gradients are central differences",
    arguments: [ResNetCase(.eighteen, 2, 3, 4, 9, 11), ResNetCase(.fifty, 2, nil, 4, 33, 5)])
  func differences(_ example: ResNetCase) throws {
    let (tower, batch, change) = (example.tower, example.batch, example.change)
    let weights = try drawn(tower)
    let found = try gradients(tower, weights, batch, change)
    let values = weights.values.map(Double.init)
    func loss(_ place: Int, _ step: Double) -> Double {
      var moved = values
      moved[place] += step
      let features = ResNetTwin(tower.layout, moved).features(tower, batch)
      return zip(features.values, change).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    for (tensor, offset) in zip(tower.layout.tensors, tower.layout.offsets) where tensor.role == .weight {
      let scale = found[offset..<offset + tensor.count].reduce(1e-30) { max($0, abs($1)) }
      let place = offset + tensor.count / 2
      let slope = (loss(place, 1e-8) - loss(place, -1e-8)) / 2e-8
      #expect(abs(slope - Double(found[place])) < 1e-2 * Double(scale), "\(tensor.name)")
    }
  }

  // MARK: - Against PyTorch

  /// Tests/oracles/resnet_training.py makes it.
  private static let reference = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("oracles/resnet_training.safetensors").path

  @Test("losses, weights, running statistics and evaluation of three steps are PyTorch's")
  func reference() throws {
    let file = try SafetensorsFile(Self.reference)
    let (x, y) = (
      ResNet(depth: .eighteen, width: 2, projection: 6), LinearTower(inputs: 5, embedding: 6)
    )
    func weights(_ tower: any Tower, _ time: String) throws -> NetworkWeights {
      var values = try NetworkWeights(drawing: tower.layout, budget: ThreadBudget(jobs: 1)) {
        RandomStream(seed: 1, stage: "test", name: $0)
      }
      for (tensor, offset) in zip(tower.layout.tensors, tower.layout.offsets) where tensor.name != "mean" {
        let loaded = try file.load("\(time).\(tensor.name)")
        #expect(loaded.shape == tensor.shape)
        values.values.replaceSubrange(offset..<offset + tensor.count, with: loaded.values)
      }
      return values
    }
    let trainer = try DualTrainer(
      x: x, weights(x, "before"), y: y, weights(y, "before"), capacity: 4,
      options: TrainingOptions(
        optimiser: Optimiser(.adamw, learningRate: 1e-2, epsilon: 1e-3, weightDecay: 0.2, clipNorm: 1),
        logitScale: .fixed(5)))
    let (images, vectors) = (try file.load("images"), try file.load("vectors"))
    let batch = TowerBatch(
      numbers: Matrix(rows: 4, columns: 3 * 33 * 40, values: images.values), shape: [3, 33, 40])
    let (losses, norms) = (try file.load("losses").values, try file.load("norms").values)
    for step in 0..<3 {
      let report = try trainer.step(
        x: batch, y: TowerBatch(numbers: Matrix(rows: 4, columns: 5, values: vectors.values), shape: [5]),
        budget: ownBudget(2))
      #expect(abs(report.loss / Double(losses[step]) - 1) < 1e-4)
      #expect(abs(report.gradientNorm / Double(norms[step]) - 1) < 1e-3)
    }
    for (tower, found) in [(x as any Tower, trainer.xWeights), (y, trainer.yWeights)] {
      let expected = try weights(tower, "after")
      for tensor in tower.layout.tensors where tensor.name != "mean" {
        let found = difference(found[tensor.name], expected[tensor.name].map(Double.init))
        #expect(found < 2e-4, "\(tensor.name)")
      }
    }
    let evaluated = try file.load("evaluated").values.map(Double.init)
    #expect(difference(try encode(x, trainer.xWeights, batch).values, evaluated) < 2e-4)
  }
}
