/// The types that the plan checks between stages before anything runs.
package enum ArtefactType: String, Sendable {
  /// Two modalities of equal dimension, and which rows belong together.
  case pairs = "pairs of embeddings"
  /// Two modalities of equal dimension, of which no row belongs with any other.
  case unpaired = "embeddings without pairs"
  /// One tower's embeddings.
  case single = "embeddings of one tower"
  /// Pairs on the 3D sphere, as `sphere` makes them.
  case sphere = "points on the sphere"
  /// Two towers that can be trained; their embeddings are pairs.
  case model = "a dual encoder"
  case tables = "a table"

  /// Whether a stage that takes `wanted` can read this type.
  package func satisfies(_ wanted: ArtefactType) -> Bool {
    self == wanted || ((self == .sphere || self == .model) && wanted == .pairs)
  }
}
