import Contracts
import Datasets
import Encoders

/// A tower that can be built, and how files name its tensors.
struct BuiltTower: Sendable {
  let tower: any TrainableTower
  let namings: [WeightNaming]
  /// What its tensors' names begin with in a file of a whole network.
  let prefix: String
  /// Tensors that a file may leave out.
  var optional: Set<String> = []

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
        depth: architecture == .resnet18 ? .eighteen : .fifty, width: width ?? 64, projection: size)
      return BuiltTower(tower: tower, namings: [.torchvision], prefix: "", optional: ["projection"])
    case .vit:
      return BuiltTower(tower: try vision(modality, size), namings: WeightNaming.vision, prefix: "visual.")
    case .text: return BuiltTower(tower: try text(size), namings: WeightNaming.text, prefix: "")
    case .sequence: return BuiltTower(tower: try sequence(modality, size), namings: [.bare], prefix: "")
    case .video: return BuiltTower(tower: try video(modality, size), namings: [.bare], prefix: "")
    }
  }

  private var known: CLIPPreset? { preset.flatMap(CLIPPreset.init) }

  func vision(_ modality: PairedData.Modality?, _ embedding: Int?) throws -> VisionTransformer {
    var sizes = (known ?? .vitB32).visionSizes
    if known == nil, let side = modality?.side { sizes.image = side }
    sizes.image = image ?? sizes.image
    sizes.patch = patch ?? sizes.patch
    sizes.width = width ?? sizes.width
    sizes.layers = layers ?? sizes.layers
    sizes.heads = heads ?? sizes.heads
    sizes.embedding = embedding ?? sizes.embedding
    try check(width: sizes.width, heads: sizes.heads)
    try check(image: sizes.image, patch: sizes.patch)
    return sizes.tower
  }

  func text(_ embedding: Int?) throws -> TextTransformer {
    var sizes = (known ?? .vitB32).textSizes
    sizes.vocabulary = vocabulary ?? sizes.vocabulary
    sizes.context = context ?? sizes.context
    sizes.width = width ?? sizes.width
    sizes.layers = layers ?? sizes.layers
    sizes.heads = heads ?? sizes.heads
    sizes.embedding = embedding ?? sizes.embedding
    try check(width: sizes.width, heads: sizes.heads)
    return sizes.tower
  }

  private func sequence(_ modality: PairedData.Modality, _ embedding: Int?) throws -> SequenceTransformer {
    var (length, tokens) = (512, 259)
    if case .tokens(let context, let vocabulary) = modality { (length, tokens) = (context, vocabulary) }
    let (width, heads) = (width ?? 256, heads ?? 8)
    try check(width: width, heads: heads)
    return SequenceTransformer(
      vocabulary: vocabulary ?? tokens, context: context ?? length, width: width, layers: layers ?? 6,
      heads: heads, embedding: embedding ?? 256,
      pooling: pooling.flatMap(SequenceTransformer.Pooling.init) ?? .classToken)
  }

  private func video(_ modality: PairedData.Modality, _ embedding: Int?) throws -> VideoTransformer {
    var count = 8
    if case .numbers(let shape) = modality, shape.count == 4 { count = shape[0] }
    let (width, heads) = (width ?? 256, heads ?? 8)
    let (image, patch) = (image ?? modality.side ?? 32, patch ?? 8)
    try check(width: width, heads: heads)
    try check(image: image, patch: patch)
    return VideoTransformer(
      frames: frames ?? count, image: image, patch: patch, width: width, layers: layers ?? 4, heads: heads,
      temporalLayers: temporalLayers ?? 2, embedding: embedding ?? 256)
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
