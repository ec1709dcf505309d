import Declarations

/// The result of a stage: embeddings, a model with the embeddings of its data, or tables.
package enum Artefact: Sendable, Equatable {
  case embeddings(EmbeddingFamily)
  case model(Model)
  /// The main table first, under the empty name; others by suffix: `histogram` becomes
  /// `<stage>.histogram.csv`.
  case tables([NamedTable])
}

extension Artefact {
  /// Embeddings, a model's own among them.
  package var embeddings: EmbeddingFamily? {
    switch self {
    case .embeddings(let family): family
    case .model(let model): model.family
    case .tables: nil
    }
  }

  package var namedTables: [NamedTable] {
    switch self {
    case .embeddings: []
    case .model(let model): model.tables
    case .tables(let tables): tables
    }
  }
}

package struct NamedTable: Sendable, Equatable {
  package let suffix: String
  package let table: Table
  package init(_ suffix: String = "", _ table: Table) {
    self.suffix = suffix
    self.table = table
  }
}
