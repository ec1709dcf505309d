/// The sizes of known CLIP models, and of one small enough to train here. Source: Radford et al. 2021,
/// Tables 19 and 20.
package enum CLIPPreset: String, CaseIterable, Sendable {
  case vitB32 = "ViT-B-32"
  case vitB16 = "ViT-B-16"
  /// For pictures of 32 × 32 and texts of bytes.
  case mini

  package var vision: VisionTransformer {
    switch self {
    case .vitB32: VisionTransformer(image: 224, patch: 32, width: 768, layers: 12, heads: 12, embedding: 512)
    case .vitB16: VisionTransformer(image: 224, patch: 16, width: 768, layers: 12, heads: 12, embedding: 512)
    case .mini: VisionTransformer(image: 32, patch: 4, width: 96, layers: 4, heads: 3, embedding: 64)
    }
  }

  package var text: TextTransformer {
    switch self {
    case .vitB32, .vitB16:
      TextTransformer(vocabulary: 49_408, context: 77, width: 512, layers: 12, heads: 8, embedding: 512)
    case .mini: TextTransformer(vocabulary: 259, context: 77, width: 96, layers: 4, heads: 3, embedding: 64)
    }
  }
}
