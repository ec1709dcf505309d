import Contracts
import Declarations

/// `sequence`: a bidirectional transformer over residues or bytes.
package struct SequenceArchitecture: TowerArchitecture {
  package init() {}

  package var name: String { "sequence" }
  package var parameters: [Parameter] {
    [
      TowerKeys.width(256), TowerKeys.layers(6), TowerKeys.heads(8), TowerKeys.vocabulary(259),
      TowerKeys.context(512),
      .defaulted(
        "pooling", .choice(SequenceTransformer.Pooling.allCases.map(\.rawValue)),
        .string(SequenceTransformer.Pooling.classToken.rawValue),
        "What the embedding of a sequence is: that of a class token, or the mean over its tokens."),
      TowerKeys.embedding(256), TowerKeys.activation, TowerKeys.normEpsilon,
    ]
  }
  package var items: InputKind { .tokens(context: 1, vocabulary: 1) }
  package var projection: String { "proj" }

  package func sizes(of items: InputKind) -> [String: Int] {
    guard case .tokens(let context, let vocabulary) = items else { return [:] }
    return ["context": context, "vocabulary": vocabulary]
  }

  package func make(_ keys: TowerKeys) throws -> any TrainableTower {
    try keys.requireHeads()
    return SequenceTransformer(
      vocabulary: try keys.integer("vocabulary"), context: try keys.integer("context"),
      width: try keys.integer("width"), layers: try keys.integer("layers"), heads: try keys.integer("heads"),
      embedding: try keys.integer("embedding"),
      pooling: try keys.choice("pooling"),
      try keys.variant())
  }

  package func operations(_ keys: TowerKeys, on items: InputKind?) throws -> Double? {
    try keys.blockOperations(rows: Double(try keys.integer("context")))
  }
}
