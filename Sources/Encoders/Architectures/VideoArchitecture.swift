import Contracts
import Declarations

/// `video`: a vision transformer on each frame, and a transformer over the frames.
package struct VideoArchitecture: TowerArchitecture {
  package init() {}

  package var name: String { "video" }
  package var parameters: [Parameter] {
    [
      TowerKeys.width(256), TowerKeys.image(32), TowerKeys.patch(8), TowerKeys.layers(4), TowerKeys.heads(8),
      .defaulted("frames", .integer(1...1024), 8, "Frames per video."),
      .defaulted("temporal_layers", .integer(1...100), 2, "Number of transformer blocks over the frames."),
      TowerKeys.embedding(256), TowerKeys.activation, TowerKeys.normEpsilon,
    ]
  }
  package var items: InputKind { .numbers(shape: [8, 3, 32, 32]) }
  package var projection: String { "proj" }

  package func sizes(of items: InputKind) -> [String: Int] {
    var sizes: [String: Int] = [:]
    sizes["image"] = items.side
    if case .numbers(let shape) = items, shape.count == 4 { sizes["frames"] = shape[0] }
    return sizes
  }

  package func make(_ keys: TowerKeys) throws -> any TrainableTower {
    try keys.requireHeads()
    try keys.requirePatches()
    return VideoTransformer(
      frames: try keys.integer("frames"), image: try keys.integer("image"), patch: try keys.integer("patch"),
      width: try keys.integer("width"), layers: try keys.integer("layers"), heads: try keys.integer("heads"),
      temporalLayers: try keys.integer("temporal_layers"), embedding: try keys.integer("embedding"),
      try keys.variant())
  }

  package func operations(_ keys: TowerKeys, on items: InputKind?) throws -> Double? {
    guard case .numbers(let shape)? = items, shape.count == 4 else { return nil }
    let frames = Double(try keys.integer("frames"))
    return frames * (try keys.patchOperations())
      + (try keys.blockOperations(rows: frames, layers: "temporal_layers"))
  }
}
