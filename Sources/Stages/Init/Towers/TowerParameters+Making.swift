import Contracts
import Datasets
import Encoders
import Kernels

/// A tower that can be built, and how files name its tensors.
struct BuiltTower: Sendable {
  let tower: any TrainableTower
  let namings: [WeightNaming]
  /// What its tensors' names begin with in a file of a whole network.
  let prefix: String
  /// Tensors that a file may leave out.
  var optional: Set<String> = []
  /// Its architecture's name, and every size and variant that it has, by the keys of a config.
  let architecture: String
  let values: [String: JSONValue]

  func part(_ prefix: String) -> WeightLoader.Part {
    WeightLoader.Part(prefix, tower.layout, optional: optional)
  }
}

extension TowerParameters {
  /// - Parameters:
  ///   - modality: of the data, whose sizes stand for those that the config leaves out.
  ///   - embedding: of the dual encoder it belongs to; nil for a tower alone.
  /// - Throws: `StageFailure.badTower` where sizes do not go together; `TowerFailure.wrongShape` where the
  ///   data are of another kind.
  func build(for modality: PairedData.Modality, embedding shared: Int? = nil) throws -> BuiltTower {
    let built = try make(modality, embedding: shared)
    if let failure = built.tower.input.misfit(modality) { throw failure }
    return built
  }

  /// The tower, whether the data fit it or not.
  func make(_ modality: PairedData.Modality, embedding shared: Int?) throws -> BuiltTower {
    let size = shared ?? embedding
    switch architecture {
    case .resnet18, .resnet50:
      let tower = ResNet(
        depth: architecture == .resnet18 ? .eighteen : .fifty, width: width ?? 64, projection: size,
        normEpsilon: normEpsilon ?? BatchNorm.usualEpsilon)
      var values: [String: JSONValue] = [
        "width": .number(Double(tower.width)), "norm_epsilon": .number(tower.normEpsilon),
      ]
      values["embedding"] = size.map { .number(Double($0)) }
      return built(tower, [.torchvision], optional: ["projection"], values)
    case .vit:
      let sizes = try vision(modality, size)
      return built(sizes.tower, WeightNaming.vision, prefix: "visual.", sizes.values)
    case .text: return try builtText(size)
    case .sequence: return try sequence(modality, size)
    case .video: return try video(modality, size)
    }
  }

  /// The tower of a CLIP that these sizes describe.
  func builtVision(_ embedding: Int?) throws -> BuiltTower {
    let sizes = try vision(nil, embedding)
    return built(sizes.tower, WeightNaming.vision, prefix: "visual.", sizes.values)
  }

  func builtText(_ embedding: Int?) throws -> BuiltTower {
    let sizes = try text(embedding)
    return built(sizes.tower, WeightNaming.text, sizes.values)
  }

  private func built(
    _ tower: any TrainableTower, _ namings: [WeightNaming], prefix: String = "", optional: Set<String> = [],
    _ values: [String: JSONValue]
  ) -> BuiltTower {
    BuiltTower(
      tower: tower, namings: namings, prefix: prefix, optional: optional,
      architecture: architecture.rawValue, values: values)
  }

  var variant: TransformerVariant {
    TransformerVariant(
      activation: activation.flatMap(MLPActivation.init) ?? .quickGelu, normEpsilon: normEpsilon ?? 1e-5)
  }

  private var known: CLIPPreset? { preset.flatMap(CLIPPreset.init) }

  func vision(_ modality: PairedData.Modality?, _ embedding: Int?) throws -> VisionSizes {
    var sizes = (known ?? .vitB32).visionSizes
    if known == nil, let side = modality?.side { sizes.image = side }
    sizes.image = image ?? sizes.image
    sizes.patch = patch ?? sizes.patch
    sizes.width = width ?? sizes.width
    sizes.layers = layers ?? sizes.layers
    sizes.heads = heads ?? sizes.heads
    sizes.embedding = embedding ?? sizes.embedding
    try check(width: sizes.width, heads: sizes.heads)
    sizes.variant = variant
    try check(image: sizes.image, patch: sizes.patch)
    return sizes
  }

  func text(_ embedding: Int?) throws -> TextSizes {
    var sizes = (known ?? .vitB32).textSizes
    sizes.vocabulary = vocabulary ?? sizes.vocabulary
    sizes.context = context ?? sizes.context
    sizes.width = width ?? sizes.width
    sizes.layers = layers ?? sizes.layers
    sizes.heads = heads ?? sizes.heads
    sizes.embedding = embedding ?? sizes.embedding
    sizes.variant = variant
    try check(width: sizes.width, heads: sizes.heads)
    return sizes
  }

  private func sequence(_ modality: PairedData.Modality, _ embedding: Int?) throws -> BuiltTower {
    var (length, tokens) = (512, 259)
    if case .tokens(let context, let vocabulary) = modality { (length, tokens) = (context, vocabulary) }
    let (width, heads) = (width ?? 256, heads ?? 8)
    try check(width: width, heads: heads)
    let sizes = [
      "vocabulary": vocabulary ?? tokens, "context": context ?? length, "width": width, "layers": layers ?? 6,
      "heads": heads, "embedding": embedding ?? 256,
    ]
    let pooling = pooling.flatMap(SequenceTransformer.Pooling.init) ?? .classToken
    let tower = SequenceTransformer(
      vocabulary: vocabulary ?? tokens, context: context ?? length, width: width, layers: layers ?? 6,
      heads: heads, embedding: embedding ?? 256, pooling: pooling, variant)
    let values = variant.values(with: sizes).merging(["pooling": .string(pooling.rawValue)]) { $1 }
    return built(tower, [.bare], values)
  }

  private func video(_ modality: PairedData.Modality, _ embedding: Int?) throws -> BuiltTower {
    var count = 8
    if case .numbers(let shape) = modality, shape.count == 4 { count = shape[0] }
    let (width, heads) = (width ?? 256, heads ?? 8)
    let (image, patch) = (image ?? modality.side ?? 32, patch ?? 8)
    try check(width: width, heads: heads)
    try check(image: image, patch: patch)
    let sizes = [
      "frames": frames ?? count, "image": image, "patch": patch, "width": width, "layers": layers ?? 4,
      "heads": heads, "temporal_layers": temporalLayers ?? 2, "embedding": embedding ?? 256,
    ]
    let tower = VideoTransformer(
      frames: frames ?? count, image: image, patch: patch, width: width, layers: layers ?? 4, heads: heads,
      temporalLayers: temporalLayers ?? 2, embedding: embedding ?? 256, variant)
    return built(tower, [.bare], variant.values(with: sizes))
  }

  private func check(width: Int, heads: Int) throws {
    try check(SizeMisfit(whole: "width", width, part: "heads", heads, advice: "choose heads that divide it"))
  }

  private func check(image: Int, patch: Int) throws {
    try check(SizeMisfit(whole: "image", image, part: "patch", patch, advice: "choose sizes that divide"))
  }

  private func check(_ misfit: SizeMisfit?) throws {
    if let misfit { throw StageFailure.badTower(architecture.rawValue, misfit) }
  }
}

extension TransformerVariant {
  /// By the keys of a config, with sizes.
  func values(with sizes: [String: Int]) -> [String: JSONValue] {
    sizes.mapValues { .number(Double($0)) }.merging([
      "activation": .string(activation.rawValue), "norm_epsilon": .number(normEpsilon),
    ]) { $1 }
  }
}

extension VisionSizes {
  var values: [String: JSONValue] {
    variant.values(with: [
      "image": image, "patch": patch, "width": width, "layers": layers, "heads": heads,
      "embedding": embedding,
    ])
  }
}

extension TextSizes {
  var values: [String: JSONValue] {
    variant.values(with: [
      "vocabulary": vocabulary, "context": context, "width": width, "layers": layers, "heads": heads,
      "embedding": embedding,
    ])
  }
}

extension TowerParameters.Architecture {
  /// Whether such a tower can take the items, as far as their kind tells.
  func takes(_ modality: PairedData.Modality) -> Bool {
    switch (self, modality) {
    case (.text, .tokens), (.sequence, .tokens): true
    case (.resnet18, .numbers(let shape)), (.resnet50, .numbers(let shape)), (.vit, .numbers(let shape)):
      shape.count == 3
    case (.video, .numbers(let shape)): shape.count == 4
    default: false
    }
  }
}

extension PairedData.Modality {
  /// Pixels a side of square pictures.
  fileprivate var side: Int? {
    guard case .numbers(let shape) = self, shape.count >= 3, shape[shape.count - 1] == shape[shape.count - 2]
    else { return nil }
    return shape[shape.count - 1]
  }
}
