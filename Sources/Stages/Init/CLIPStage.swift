import Contracts
import Datasets
import Declarations
import Encoders
import Kernels
import Metrics

/// CLIP: a vision transformer and a text transformer with one embedding size.
///
/// Source: Radford et al. 2021, arXiv:2103.00020.
struct CLIPStage: ModelMaker {
  struct Values: Decodable, Sendable {
    var preset: String?
    /// The config gives all sizes or none; the plan adds what the weights say of themselves.
    var vision: JSONValue?
    var text: JSONValue?
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

  static let prefixes = (x: "visual.", y: "")

  /// The tower of each key, x first.
  static let towers: [(key: String, architecture: any TowerArchitecture)] = [
    ("vision", VisionArchitecture()), ("text", TextArchitecture()),
  ]

  static func architectures(
    _ with: JSONValue, in towers: TowerCatalog
  ) -> (x: any TowerArchitecture, y: any TowerArchitecture) {
    (Self.towers[0].architecture, Self.towers[1].architecture)
  }

  private static func tower(_ index: Int, _ sizes: [String], _ summary: String) -> Parameter {
    let (key, architecture) = towers[index]
    return .optional(key, .object(architecture.required(sizes) + variants), summary)
  }

  /// Keys of the stage, and of each tower.
  private static let variants = TowerCatalog(towers.map(\.architecture)).parameters.filter {
    TowerKeys.variants.contains($0.name)
  }

  static func signature(_ towers: TowerCatalog) -> StageSignature {
    StageSignature(
      phase: .`init`, kind: "clip", version: 2,
      summary: "A vision and a text transformer, and their embeddings of captioned images.",
      parameters: [
        .optional("preset", TowerKeys.presets.type, "The sizes of a known model."),
        tower(0, ["image", "patch", "width", "layers", "heads"], "The sizes of the vision tower."),
        tower(1, ["vocabulary", "context", "width", "layers", "heads"], "The sizes of the text tower."),
      ] + VisionArchitecture().optional("embedding") + variants + [
        Preprocessing.parameter, TowerParameters.weights, TowerParameters.prefix, TowerParameters.seed,
        TowerParameters.data, TowerPair.align,
      ],
      rules: [
        .exactlyOneUnlessFile(
          [["preset"], ["vision", "text", "embedding"]], file: "weights", orWord: TowerParameters.random),
        TowerParameters.fileKeys,
      ], output: .model, isRandom: true, draws: { drawsWeights($0, towers) },
      completes: TowerParameters.completedCLIP, misfits: misfits,
      work: NetworkWork { with in
        sum(Self.towers.map { key, _ in described(with, key)?.operations(on: nil) })
      })
  }

  /// A tower as far as the preset and its own keys say it.
  private static func described(_ with: JSONValue, _ key: String) -> TowerParameters? {
    guard let architecture = towers.first(where: { $0.key == key })?.architecture else { return nil }
    var own = with[key]?.object ?? [:]
    own[TowerKeys.preset] = with[TowerKeys.preset]
    return try? TowerParameters(.object(own), as: architecture)
  }

  private static func misfits(_ with: JSONValue, _ blamed: String?) -> [ParameterMisfit] {
    let sides = DeclaredSides(with["data"])
    let pairs = ParameterMisfit.pairs(sides, blamed)
    let pictures = ParameterMisfit.preprocessing(with, with["data"], [], blamed)
    let all = pairs.isEmpty ? sides?.sides ?? [] : []
    // Nothing is known of sizes that weights do not say.
    guard with["preset"] != nil || with["vision"]?["width"] != nil else { return pairs + pictures }
    return pairs + pictures
      + towers.enumerated().flatMap { index, entry -> [ParameterMisfit] in
        guard let tower = described(with, entry.key) else { return [] }
        return TowerInspection(path: [entry.key], given: with[entry.key] ?? .object([:]), blamed: blamed)
          .misfits(tower, for: all.indices.contains(index) ? all[index] : nil, embedding: 1)
      }
  }

  private let parameters: ParametersWithSource<Values>
  private let catalog: TowerCatalog
  private var values: Values { parameters.values }
  var data: DataDescription { values.data }

  init(parameters: ParametersWithSource<Values>, towers: TowerCatalog) {
    self.parameters = parameters
    catalog = towers
  }

  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let origin = Model.origin(Self.signature(catalog).kind, parameters.json, context)
    let network = try network()
    for (index, tower) in [network.x, network.y].enumerated() {
      try tower.tellWeights(try given(index), data, context)
    }
    let pairs = try PairsOfData(data)
    try context.notices(pairs.remarks())
    return try network.model(of: pairs, data, origin: origin, context)
  }

  func network(for data: PairsOfData) throws -> DualNetwork { try network() }

  /// - Throws: `StageFailure.badTower` where nothing says the sizes, or they do not go together.
  private func network() throws -> DualNetwork {
    guard values.preset != nil || values.vision?["width"] != nil && values.text?["width"] != nil else {
      throw StageFailure.sizesUnknown(weights: values.weights ?? TowerParameters.random)
    }
    let (vision, text) = (try built(0), try built(1))
    let parts = [
      vision.part(Self.prefixes.x), text.part(Self.prefixes.y),
      WeightLoader.Part("", ParameterLayout([CLIPPreset.logitScale])),
    ]
    let source = TowerWeights(values.weights, seed: values.seed, prefix: values.prefix)
    return DualNetwork(
      x: vision, y: text, prefixes: Self.prefixes, preprocessing: (values.preprocessing, nil),
      align: values.align
    ) { side, context in
      try source.load(parts, keeping: side == .x ? 0 : 1, WeightNaming.clip, context)
    }
  }

  private func built(_ index: Int) throws -> BuiltTower {
    let given = try given(index)
    return try given.make(given.architecture.items, embedding: values.embedding)
  }

  /// The parameters of one tower. Its own activation and epsilon win over those of both.
  private func given(_ index: Int) throws -> TowerParameters {
    let architecture = Self.towers[index].architecture
    var own = (index == 0 ? values.vision : values.text)?.object ?? [:]
    own[TowerKeys.preset] = values.preset.map { .string($0) }
    own["weights"] = values.weights.map { .string($0) }
    own["activation"] = own["activation"] ?? values.activation.map { .string($0) }
    own["norm_epsilon"] = own["norm_epsilon"] ?? values.normEpsilon.map { .number($0) }
    var tower = try TowerParameters(.object(own), as: architecture)
    if index == 0 { tower.preprocessing = values.preprocessing }
    return tower
  }
}
