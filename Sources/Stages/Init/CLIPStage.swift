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
    /// The config gives all sizes or none; the plan adds what the weights say of themselves.
    struct Tower: Decodable, Sendable {
      var image, patch, vocabulary, context, width, layers, heads: Int?
      var activation: String?
      var normEpsilon: Double?

      private enum CodingKeys: String, CodingKey {
        case image, patch, vocabulary, context, width, layers, heads, activation
        case normEpsilon = "norm_epsilon"
      }
    }
    var preset: String?
    var vision: Tower?
    var text: Tower?
    var embedding: Int?
    var activation: String?
    var normEpsilon: Double?
    var preprocessing: Preprocessing?
    var weights: String?
    var prefix: String?
    var seed: UInt64?
    var data: DataDescription
    var align: String?

    private enum CodingKeys: String, CodingKey {
      case preset, vision, text, embedding, activation, preprocessing, weights, prefix, seed, data, align
      case normEpsilon = "norm_epsilon"
    }
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
          TowerParameters.activationName, TowerParameters.normEpsilon,
        ]), "The sizes of the vision tower."),
      .optional(
        "text",
        .object([
          .required("vocabulary", .integer(1...10_000_000), "Tokens that there are."),
          .required("context", .integer(1...8192), "Tokens of a text at most."),
          .required("width", .integer(1...16_384), "Numbers of a row."),
          .required("layers", .integer(1...1000), "Transformer blocks."),
          .required("heads", .integer(1...1024), "Attention heads; divide `width`."),
          TowerParameters.activationName, TowerParameters.normEpsilon,
        ]), "The sizes of the text tower."),
      TowerParameters.embeddingSize, TowerParameters.activationName, TowerParameters.normEpsilon,
      Preprocessing.parameter, TowerParameters.weights, TowerParameters.prefix, TowerParameters.seed,
      TowerParameters.data, TowerPair.align,
    ],
    rules: [
      .exactlyOneUnlessFile(
        [["preset"], ["vision", "text", "embedding"]], file: "weights", orWord: TowerParameters.random)
    ], output: .model, isRandom: true, draws: { drawsWeights($0) }, completes: TowerParameters.completedCLIP,
    misfits: { with, blamed in
      let sides = DeclaredSides(with["data"])
      let pairs = ParameterMisfit.pairs(sides, blamed)
      let all = pairs.isEmpty ? sides?.sides ?? [] : []
      // Nothing is known of sizes that weights do not say.
      guard with["preset"] != nil || with["vision"]?["width"] != nil else { return pairs }
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
    let network = try network()
    for (tower, given) in [(network.x, given(.vit)), (network.y, given(.text))] {
      try tower.tellWeights(given, sizes.data, context)
    }
    let data = try PairsOfData(sizes.data)
    try context.notices(data.remarks())
    return try network.model(of: data, sizes.data, origin: origin, context)
  }

  /// - Throws: `StageFailure.badTower` where nothing says the sizes, or they do not go together.
  func network() throws -> DualNetwork {
    guard sizes.preset != nil || sizes.vision?.width != nil && sizes.text?.width != nil else {
      throw StageFailure.sizesUnknown(weights: sizes.weights ?? TowerParameters.random)
    }
    let (vision, text) = (
      try given(.vit).builtVision(sizes.embedding), try given(.text).builtText(sizes.embedding)
    )
    let parts = [
      vision.part("visual."), text.part(""),
      WeightLoader.Part("", ParameterLayout([CLIPPreset.logitScale])),
    ]
    let source = TowerWeights(sizes.weights, seed: sizes.seed, prefix: sizes.prefix)
    return DualNetwork(
      x: vision, y: text, prefixes: ("visual.", ""), preprocessing: (sizes.preprocessing, nil),
      align: sizes.align
    ) { side, context in
      try source.load(parts, keeping: side == .x ? 0 : 1, WeightNaming.clip, context)
    }
  }

  /// The parameters of one tower. Its own activation and epsilon win over those of both.
  private func given(_ architecture: TowerParameters.Architecture) -> TowerParameters {
    var tower = TowerParameters(architecture)
    let own = architecture == .vit ? sizes.vision : sizes.text
    if architecture == .vit { tower.preprocessing = sizes.preprocessing }
    (tower.preset, tower.weights) = (sizes.preset, sizes.weights)
    (tower.image, tower.patch) = (own?.image, own?.patch)
    (tower.vocabulary, tower.context) = (own?.vocabulary, own?.context)
    (tower.width, tower.layers, tower.heads) = (own?.width, own?.layers, own?.heads)
    tower.activation = own?.activation ?? sizes.activation
    tower.normEpsilon = own?.normEpsilon ?? sizes.normEpsilon
    return tower
  }
}
