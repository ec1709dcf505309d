import Contracts
import Datasets
import Encoders
import Kernels
import Metrics

/// CLIP: a vision transformer and a text transformer with one embedding size.
///
/// Source: Radford et al. 2021, arXiv:2103.00020.
package struct CLIPStage: Stage {
  package struct Sizes: Decodable, Sendable {
    struct Vision: Decodable, Sendable { var image, patch, width, layers, heads: Int }
    struct Text: Decodable, Sendable { var vocabulary, context, width, layers, heads: Int }
    var preset: String?
    var vision: Vision?
    var text: Text?
    var embedding: Int?
    var weights: String?
    var seed: UInt64?
    var data: DataDescription
    var align: String?
  }

  package typealias Parameters = Described<Sizes>

  package static let signature = StageSignature(
    phase: .`init`, kind: "clip", version: 2,
    summary: "A vision and a text transformer, and the embeddings that they give to captioned pictures.",
    parameters: [
      .optional("preset", .choice(CLIPPreset.allCases.map(\.rawValue)), "The sizes of a known model."),
      .optional(
        "vision",
        .object([
          .required("image", .integer(1...4096), "Pixels a side."),
          .required("patch", .integer(1...1024), "Pixels a side of a patch; divides `image`."),
          .required("width", .integer(1...16_384), "Numbers of a row."),
          .required("layers", .integer(1...1000), "Transformer blocks."),
          .required("heads", .integer(1...1024), "Attention heads; divide `width`."),
        ]), "The sizes of the vision tower."),
      .optional(
        "text",
        .object([
          .required("vocabulary", .integer(1...10_000_000), "Tokens that there are."),
          .required("context", .integer(1...8192), "Tokens of a text at most."),
          .required("width", .integer(1...16_384), "Numbers of a row."),
          .required("layers", .integer(1...1000), "Transformer blocks."),
          .required("heads", .integer(1...1024), "Attention heads; divide `width`."),
        ]), "The sizes of the text tower."),
      TowerParameters.embeddingSize, TowerParameters.weights, TowerParameters.seed, TowerParameters.data,
      TowerPair.align,
    ],
    rules: [.exactlyOne([["preset"], ["vision", "text", "embedding"]])], output: .model, isRandom: true,
    draws: { drawsWeights($0) },
    misfits: { with, blamed in
      let sides = DeclaredSides(with["data"])
      let pairs = ParameterMisfit.pairs(sides, blamed)
      let all = pairs.isEmpty ? sides?.sides ?? [] : []
      let towers: [(String, TowerParameters.Architecture)] = [("vision", .vit), ("text", .text)]
      return pairs
        + towers.enumerated().flatMap { index, entry -> [ParameterMisfit] in
          var tower = TowerParameters(with[entry.0], as: entry.1)
          tower.preset = with["preset"]?.string
          return TowerInspection(path: [entry.0], given: with[entry.0] ?? .object([:]), blamed: blamed)
            .misfits(tower, for: all.indices.contains(index) ? all[index] : nil, embedding: 1)
        }
    })

  private let parameters: Parameters
  private var sizes: Sizes { parameters.values }

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let origin = Model.origin(Self.signature.kind, parameters.json, context)
    let data = try PairsOfData(sizes.data)
    try context.notices(data.remarks())
    return try network().model(of: data, origin: origin, context)
  }

  func network() throws -> DualNetwork {
    let (vision, text) = try towers()
    let parts = [
      WeightLoader.Part("visual.", vision.layout), WeightLoader.Part("", text.layout),
      WeightLoader.Part("", ParameterLayout([CLIPPreset.logitScale])),
    ]
    let source = TowerWeights(sizes.weights, seed: sizes.seed)
    return DualNetwork(x: vision, y: text, prefixes: ("visual.", ""), align: sizes.align) { side, context in
      try source.load(parts, keeping: side == .x ? 0 : 1, WeightNaming.clip, context)
    }
  }

  private func towers() throws -> (VisionTransformer, TextTransformer) {
    var (vision, text) = (TowerParameters(.vit), TowerParameters(.text))
    vision.preset = sizes.preset
    text.preset = sizes.preset
    if let given = sizes.vision {
      (vision.image, vision.patch) = (given.image, given.patch)
      (vision.width, vision.layers, vision.heads) = (given.width, given.layers, given.heads)
    }
    if let given = sizes.text {
      (text.vocabulary, text.context) = (given.vocabulary, given.context)
      (text.width, text.layers, text.heads) = (given.width, given.layers, given.heads)
    }
    return (try vision.vision(nil, sizes.embedding), try text.text(sizes.embedding))
  }
}
