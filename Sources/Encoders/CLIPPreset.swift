/// The sizes of a vision transformer.
package struct VisionSizes: Sendable, Equatable {
  /// Pixels a side of an image and of a patch.
  package let image: Int
  package let patch: Int
  package let width: Int
  package let layers: Int
  package let heads: Int
  package let embedding: Int

  package init(image: Int, patch: Int, width: Int, layers: Int, heads: Int, embedding: Int) {
    self.image = image
    self.patch = patch
    self.width = width
    self.layers = layers
    self.heads = heads
    self.embedding = embedding
  }

  package var tower: VisionTransformer {
    VisionTransformer(
      image: image, patch: patch, width: width, layers: layers, heads: heads, embedding: embedding)
  }
}

/// The sizes of a text transformer.
package struct TextSizes: Sendable, Equatable {
  package let vocabulary: Int
  package let context: Int
  package let width: Int
  package let layers: Int
  package let heads: Int
  package let embedding: Int

  package init(vocabulary: Int, context: Int, width: Int, layers: Int, heads: Int, embedding: Int) {
    self.vocabulary = vocabulary
    self.context = context
    self.width = width
    self.layers = layers
    self.heads = heads
    self.embedding = embedding
  }

  package var tower: TextTransformer {
    TextTransformer(
      vocabulary: vocabulary, context: context, width: width, layers: layers, heads: heads,
      embedding: embedding)
  }
}

/// The sizes of known CLIP models, and of one small enough to train here. Source: Radford et al. 2021,
/// Tables 19 and 20.
package enum CLIPPreset: String, CaseIterable, Sendable {
  case vitB32 = "ViT-B-32"
  case vitB16 = "ViT-B-16"
  /// For images of 32 × 32 and texts of bytes.
  case mini

  package var visionSizes: VisionSizes {
    switch self {
    case .vitB32: VisionSizes(image: 224, patch: 32, width: 768, layers: 12, heads: 12, embedding: 512)
    case .vitB16: VisionSizes(image: 224, patch: 16, width: 768, layers: 12, heads: 12, embedding: 512)
    case .mini: VisionSizes(image: 32, patch: 4, width: 96, layers: 4, heads: 3, embedding: 64)
    }
  }

  package var textSizes: TextSizes {
    switch self {
    case .vitB32, .vitB16:
      TextSizes(vocabulary: 49_408, context: 77, width: 512, layers: 12, heads: 8, embedding: 512)
    case .mini: TextSizes(vocabulary: 259, context: 77, width: 96, layers: 4, heads: 3, embedding: 64)
    }
  }

  package var vision: VisionTransformer { visionSizes.tower }
  package var text: TextTransformer { textSizes.tower }

  /// The learnt logarithm of 1/temperature, which starts at ln(1/0.07).
  package static let logitScale = TensorSpec("logit_scale", [], .constant(2.659260036932778))
}
