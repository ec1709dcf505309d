import Contracts
import Datasets
import Encoders

/// About how many floating-point operations stages of networks take, for estimates of time.
///
/// A product of an item's T rows of width w with a w × w matrix counts 2·T·w². A transformer block is 24·T·w² of
/// products with weights and 4·T²·w of attention; a ResNet is as published (3.6 and 8.2 GFLOP at 224 pixels a side
/// and a width of 64: He et al. 2016, Table 1) times its pixels and the square of its width.
package enum StageWork {
  /// Of an `init` stage; nil where the number of items or their sizes are not known without reading files.
  package static func operations(_ kind: String, _ with: JSONValue) -> Double? {
    if kind == MLPStage.signature.kind {
      guard let width = with["width"]?.number, let depth = with["depth"]?.number,
        let count = with["inputs"]?["count"]?.number
      else { return nil }
      return 2 * count * width * width * depth
    }
    guard let item = perItem(kind, with), let count = with["data"]?["count"]?.number else { return nil }
    return item * count
  }

  /// Of a training of the network that an `init` stage of this kind made: forwards and twice as much backwards a
  /// pair and step, and the embeddings at its end.
  package static func ofTraining(_ training: JSONValue, maker kind: String, _ with: JSONValue) -> Double? {
    guard let item = perItem(kind, with),
      let batch = training["batch"]?.number,
      let count = training["data"]?["count"]?.number ?? with["data"]?["count"]?.number
    else { return nil }
    let steps =
      training["steps"]?.number ?? training["epochs"]?.number.map { $0 * (count / batch).rounded(.down) }
    return steps.map { item * (3 * $0 * batch + count) }
  }

  private static func perItem(_ kind: String, _ with: JSONValue) -> Double? {
    let sides = DeclaredSides(with["data"])?.sides ?? []
    switch kind {
    case EncoderStage.signature.kind:
      guard let tower = TowerParameters(with) else { return nil }
      return tower.operations(sides.first { tower.architecture.takes($0.modality) }?.modality)
    case DualEncoderStage.signature.kind:
      return sum(
        ["x", "y"].enumerated().map { index, key in
          with[key].flatMap { TowerParameters($0) }?
            .operations(sides.indices.contains(index) ? sides[index].modality : nil)
        })
    case CLIPStage.signature.kind:
      var (vision, text) = (
        TowerParameters(with["vision"], as: .vit), TowerParameters(with["text"], as: .text)
      )
      vision.preset = with["preset"]?.string
      text.preset = vision.preset
      return sum([vision.operations(nil), text.operations(nil)])
    default: return nil
    }
  }

  private static func sum(_ parts: [Double?]) -> Double? {
    let known = parts.compactMap { $0 }
    return known.count == parts.count ? known.reduce(0, +) : nil
  }
}

extension TowerParameters {
  /// Of one item; nil where its size is not known.
  fileprivate func operations(_ modality: PairedData.Modality?) -> Double? {
    let known = preset.flatMap(CLIPPreset.init) ?? .vitB32
    switch architecture {
    case .resnet18, .resnet50:
      guard case .numbers(let shape)? = modality, shape.count == 3 else { return nil }
      let pixels = Double(shape[1]) * Double(shape[2]) / (224 * 224)
      let scale = Double(width ?? 64) / 64
      return (architecture == .resnet18 ? 3.6e9 : 8.2e9) * pixels * scale * scale
    case .vit:
      let usual = known.visionSizes
      let side = image ?? (preset == nil ? pictureSide(modality) : nil) ?? usual.image
      return patches(side: side, patch ?? usual.patch, width ?? usual.width, layers ?? usual.layers)
    case .text:
      let usual = known.textSizes
      return blocks(rows: Double(context ?? usual.context), width ?? usual.width, layers ?? usual.layers)
    case .sequence:
      var length = context
      if length == nil, case .tokens(let own, _)? = modality { length = own }
      return blocks(rows: Double(length ?? 512), width ?? 256, layers ?? 6)
    case .video:
      guard case .numbers(let shape)? = modality, shape.count == 4 else { return nil }
      let frames = frames ?? shape[0]
      return Double(frames) * patches(side: image ?? shape[3], patch ?? 8, width ?? 256, layers ?? 4)
        + blocks(rows: Double(frames), width ?? 256, temporalLayers ?? 2)
    }
  }

  private func pictureSide(_ modality: PairedData.Modality?) -> Int? {
    guard case .numbers(let shape)? = modality else { return nil }
    return shape.last
  }

  private func patches(side: Int, _ patch: Int, _ width: Int, _ layers: Int) -> Double {
    // As doubles: a manifest may state any sizes.
    let (across, patch) = (Double(max(1, side / max(1, patch))), Double(patch))
    let embedding = 2 * across * across * 3 * patch * patch * Double(width)
    return embedding + blocks(rows: across * across + 1, width, layers)
  }

  private func blocks(rows: Double, _ width: Int, _ layers: Int) -> Double {
    let width = Double(width)
    return Double(layers) * (24 * rows * width * width + 4 * rows * rows * width)
  }
}
