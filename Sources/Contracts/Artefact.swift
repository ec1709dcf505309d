/// What a stage gives: embeddings to be looked at, or tables.
package enum Artefact: Sendable, Equatable {
  case embeddings(EmbeddingFamily)
  /// The main table first, under the empty name; others by suffix: `histogram` becomes
  /// `<stage>.histogram.csv`.
  case tables([NamedTable])
}

package struct NamedTable: Sendable, Equatable {
  package let suffix: String
  package let table: Table
  package init(_ suffix: String = "", _ table: Table) {
    self.suffix = suffix
    self.table = table
  }
}

/// The types that the plan checks between stages before anything runs.
package enum ArtefactType: String, Sendable {
  /// Two modalities of equal count and dimension.
  case pairs = "pairs of embeddings"
  /// One tower's embeddings.
  case single = "embeddings of one tower"
  /// Pairs on the 3D sphere, as `sphere` makes them.
  case sphere = "points on the sphere"
  case tables = "a table"

  /// Whether a stage that takes `wanted` can read this type.
  package func satisfies(_ wanted: ArtefactType) -> Bool {
    self == wanted || (self == .sphere && wanted == .pairs)
  }
}
