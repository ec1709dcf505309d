import Contracts
import Declarations

/// `vit`: CLIP's vision transformer.
package struct VisionArchitecture: TowerArchitecture {
  package init() {}

  package var name: String { "vit" }
  package var parameters: [Parameter] {
    let usual = CLIPPreset.vitB32.visionSizes
    return [
      TowerKeys.presets, TowerKeys.width(usual.width), TowerKeys.image(usual.image),
      TowerKeys.patch(usual.patch), TowerKeys.layers(usual.layers), TowerKeys.heads(usual.heads),
      TowerKeys.embedding(usual.embedding), TowerKeys.activation, TowerKeys.normEpsilon,
    ]
  }
  package var items: InputKind { .numbers(shape: [3, 224, 224]) }
  package var projection: String { "proj" }
  package var namings: [WeightNaming] { WeightNaming.vision }
  package var prefix: String { "visual." }
  package var described: ModelDescription.Part { .vision }

  package func sizes(of items: InputKind) -> [String: Int] { items.side.map { ["image": $0] } ?? [:] }

  package func sizes(ofPreset name: String) -> [String: Int]? {
    CLIPPreset(rawValue: name)?.visionSizes.byKey
  }

  package func make(_ keys: TowerKeys) throws -> any TrainableTower {
    try keys.requireHeads()
    try keys.requirePatches()
    return VisionTransformer(
      image: try keys.integer("image"), patch: try keys.integer("patch"), width: try keys.integer("width"),
      layers: try keys.integer("layers"), heads: try keys.integer("heads"),
      embedding: try keys.integer("embedding"), try keys.variant())
  }

  package func operations(_ keys: TowerKeys, on items: InputKind?) throws -> Double? {
    try keys.patchOperations()
  }
}

/// `text`: CLIP's text transformer.
package struct TextArchitecture: TowerArchitecture {
  package init() {}

  package var name: String { "text" }
  package var parameters: [Parameter] {
    let usual = CLIPPreset.vitB32.textSizes
    return [
      TowerKeys.presets, TowerKeys.width(usual.width), TowerKeys.layers(usual.layers),
      TowerKeys.heads(usual.heads), TowerKeys.vocabulary(usual.vocabulary), TowerKeys.context(usual.context),
      TowerKeys.embedding(usual.embedding), TowerKeys.activation, TowerKeys.normEpsilon,
    ]
  }
  package var items: InputKind { .tokens(context: 1, vocabulary: 1) }
  package var projection: String { "text_projection" }
  package var namings: [WeightNaming] { WeightNaming.text }
  package var described: ModelDescription.Part { .text }

  package func sizes(ofPreset name: String) -> [String: Int]? {
    CLIPPreset(rawValue: name)?.textSizes.byKey
  }

  package func make(_ keys: TowerKeys) throws -> any TrainableTower {
    try keys.requireHeads()
    return TextTransformer(
      vocabulary: try keys.integer("vocabulary"), context: try keys.integer("context"),
      width: try keys.integer("width"), layers: try keys.integer("layers"), heads: try keys.integer("heads"),
      embedding: try keys.integer("embedding"), try keys.variant())
  }

  package func operations(_ keys: TowerKeys, on items: InputKind?) throws -> Double? {
    try keys.blockOperations(rows: Double(try keys.integer("context")))
  }
}

extension VisionSizes {
  fileprivate var byKey: [String: Int] {
    [
      "image": image, "patch": patch, "width": width, "layers": layers, "heads": heads,
      "embedding": embedding,
    ]
  }
}

extension TextSizes {
  fileprivate var byKey: [String: Int] {
    [
      "vocabulary": vocabulary, "context": context, "width": width, "layers": layers, "heads": heads,
      "embedding": embedding,
    ]
  }
}
