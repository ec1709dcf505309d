import Encoders
import Execution
import Kernels
import Testing

@Suite("Transformers' weights before any training are CLIP's")
struct TransformerInitTests {
  private let text = TextTransformer(
    vocabulary: 300, context: 77, width: 128, layers: 3, heads: 2, embedding: 64)
  private let vision = VisionTransformer(image: 32, patch: 8, width: 128, layers: 3, heads: 2, embedding: 64)

  private func draw(_ tower: any Tower) throws -> NetworkWeights {
    try NetworkWeights(drawing: tower.layout, budget: ThreadBudget(jobs: 2)) {
      RandomStream(seed: 11, stage: "clip", name: $0)
    }
  }

  @Test("text: normal, and the smaller the deeper")
  func textTower() throws {
    let (weights, w, deep) = (try draw(text), 128.0, 6.0)
    let expected: [(String, Double)] = [
      ("token_embedding.weight", 0.02), ("positional_embedding", 0.01),
      ("text_projection", 1 / w.squareRoot()),
      ("transformer.resblocks.1.attn.in_proj_weight", 1 / w.squareRoot()),
      ("transformer.resblocks.2.attn.out_proj.weight", 1 / (w * deep).squareRoot()),
      ("transformer.resblocks.0.mlp.c_proj.weight", 1 / (w * deep).squareRoot()),
      ("transformer.resblocks.2.mlp.c_fc.weight", 1 / (2 * w).squareRoot()),
    ]
    for (name, std) in expected { expectNormal(weights, name, std) }
    checkRest(weights)
  }

  @Test("vision: PyTorch's defaults, and width^−½ outside the blocks")
  func visionTower() throws {
    let (weights, w) = (try draw(vision), 128.0)
    for name in ["class_embedding", "positional_embedding", "proj"] {
      expectNormal(weights, name, 1 / w.squareRoot())
    }
    let expected: [(String, Double)] = [
      ("conv1.weight", 1 / 192.0.squareRoot()),
      ("transformer.resblocks.0.attn.in_proj_weight", (6 / (w + 3 * w)).squareRoot()),
      ("transformer.resblocks.1.attn.out_proj.weight", 1 / w.squareRoot()),
      ("transformer.resblocks.2.mlp.c_fc.weight", 1 / w.squareRoot()),
      ("transformer.resblocks.2.mlp.c_proj.weight", 1 / (4 * w).squareRoot()),
    ]
    for (name, bound) in expected { expectUniform(weights, name, bound) }
    checkRest(weights)
  }

  /// What both towers have in common.
  private func checkRest(_ weights: NetworkWeights) {
    for layer in 0..<3 {
      let block = "transformer.resblocks.\(layer)"
      for name in ["attn.in_proj_bias", "attn.out_proj.bias", "ln_1.bias", "ln_2.bias"] {
        #expect(weights["\(block).\(name)"].allSatisfy { $0 == 0 })
      }
      for name in ["ln_1.weight", "ln_2.weight"] {
        #expect(weights["\(block).\(name)"].allSatisfy { $0 == 1 })
      }
      expectUniform(weights, "\(block).mlp.c_fc.bias", 1 / 128.0.squareRoot())
      expectUniform(weights, "\(block).mlp.c_proj.bias", 1 / 512.0.squareRoot())
    }
  }

  private func moments(_ values: ArraySlice<Float>) -> (std: Double, kurtosis: Double, greatest: Double) {
    let squares = values.map { Double($0) * Double($0) }
    let variance = squares.reduce(0, +) / Double(squares.count)
    let fourth = squares.reduce(0) { $0 + $1 * $1 } / Double(squares.count)
    return (variance.squareRoot(), fourth / (variance * variance), (squares.max() ?? 0).squareRoot())
  }

  private func expectNormal(_ weights: NetworkWeights, _ name: String, _ std: Double) {
    let (found, kurtosis, _) = moments(weights[name])
    let tolerance = 4 / Double(2 * weights[name].count).squareRoot()
    #expect(abs(found / std - 1) < tolerance, "\(name)")
    if weights[name].count > 2000 { #expect(abs(kurtosis - 3) < 0.5, "\(name)") }
  }

  private func expectUniform(_ weights: NetworkWeights, _ name: String, _ bound: Double) {
    let (std, kurtosis, greatest) = moments(weights[name])
    #expect(greatest <= bound * 1.000_001 && greatest > bound * 0.9, "\(name)")
    #expect(abs(std / (bound / 3.0.squareRoot()) - 1) < 4 * 0.45 / Double(weights[name].count).squareRoot())
    #expect(abs(kurtosis - 1.8) < 0.4, "\(name)")
  }

  @Test("the full-size CLIP has 151,277,313 parameters with its logit scale")
  func parameterCount() {
    let preset = CLIPPreset.vitB32
    #expect(
      preset.vision.layout.parameterCount + preset.text.layout.parameterCount + 1 == 151_277_313)
  }
}
