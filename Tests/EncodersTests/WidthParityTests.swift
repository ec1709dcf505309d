import Datasets
import Encoders
import Files
import Foundation
import Kernels
import Testing

/// CLIP's towers at their full widths, beside torch.nn's modules; Tests/oracles/clip_width.py makes the
/// reference.
@Suite("Full width against PyTorch")
struct WidthParityTests {
  private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("oracles/clip_width.safetensors").path

  private let text = TextTransformer(
    vocabulary: 259, context: 12, width: 512, layers: 2, heads: 8, embedding: 32)
  private let vision = VisionTransformer(
    image: 32, patch: 16, width: 768, layers: 1, heads: 12, embedding: 32)

  /// Numbers of [−1, 1) by a hash of a name's bytes and a counter, as the script has it.
  private func uniform(_ name: String, _ count: Int) -> [Double] {
    let seed = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return (0..<count).map { index in
      var h = UInt32(truncatingIfNeeded: index) &* 2_654_435_761 &+ seed
      h ^= h >> 15
      h = h &* 2_246_822_519
      h ^= h >> 13
      return Double(h) / 0x1p31 - 1
    }
  }

  private func weights(_ tower: any Tower) -> NetworkWeights {
    var values = [Float](repeating: 0, count: tower.layout.count)
    for tensor in tower.layout.tensors {
      let drawn = uniform(tensor.name, tensor.count).map { value($0, tensor) }
      values.replaceSubrange(tower.layout.range(of: tensor.name), with: drawn)
    }
    return NetworkWeights(layout: tower.layout, values: values)
  }

  /// Norms near one, biases near zero, and maps that keep a variance of one.
  private func value(_ uniform: Double, _ tensor: TensorSpec) -> Float {
    let name = tensor.name
    let last = name.split(separator: ".").last ?? ""
    if name.contains("ln_"), last == "weight" { return Float(1 + 0.1 * uniform) }
    if last.contains("bias") { return Float(0.1 * uniform) }
    if name.hasSuffix("proj") || name.hasSuffix("projection") {
      return Float(uniform * (3 / Double(tensor.shape[0])).squareRoot())
    }
    if name.contains("embedding") { return Float(0.5 * uniform) }
    return Float(uniform * (3 / Double(tensor.shape.dropFirst().reduce(1, *))).squareRoot())
  }

  private func batch(_ side: String, _ file: SafetensorsFile) throws -> TowerBatch {
    if side == "text" {
      return TowerBatch(tokens: try file.load("tokens").values.map { Int32($0) }, context: 12)
    }
    let pixels = uniform("images", 5 * 3 * 32 * 32).map { Float($0) }
    return TowerBatch(numbers: Matrix(rows: 5, columns: 3 * 32 * 32, values: pixels), shape: [3, 32, 32])
  }

  @Test("embeddings of captions that repeat and that do not, and of pictures", arguments: ["text", "vision"])
  func embeddings(side: String) throws {
    let file = try SafetensorsFile(Self.path)
    let tower: any TrainableTower = side == "text" ? text : vision
    let (weights, batch) = (weights(tower), try batch(side, file))
    let expected = try file.load("\(side).embeddings").values.map(Double.init)
    let found = try encode(tower, weights, batch)
    #expect(found.values.count == expected.count)
    #expect(difference(found.values, expected) < 2e-5)
    let change = uniform("change", expected.count).map { Float($0) }
    let trainer = try tower.trainer(capacity: batch.count)
    let step = try trainer.step(batch, weights, change, ownBudget(2))
    #expect(difference(step.embeddings, expected) < 2e-5)
    for tensor in tower.layout.tensors {
      let slope = Double(try file.load("\(side).slope.\(tensor.name)").values[0])
      let gradient = step.gradients[tower.layout.range(of: tensor.name)].map(Double.init)
      let along = zip(gradient, uniform("along \(tensor.name)", tensor.count)).reduce(0) { $0 + $1.0 * $1.1 }
      let size = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(along - slope) < 1e-4 * max(abs(slope), size), "\(tensor.name)")
    }
  }
}
