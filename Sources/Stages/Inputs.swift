import Contracts
import Metrics

/// A value, or a list of them.
struct OneOrMany<Value: Decodable & Sendable>: Decodable, Sendable {
  let values: [Value]

  init(_ values: [Value]) { self.values = values }

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if let many = try? single.decode([Value].self) {
      values = many
    } else {
      values = [try single.decode(Value.self)]
    }
  }
}

extension StageInputs {
  /// The families that `from` names, in its order.
  func families(for stage: String) throws -> [(id: String, family: EmbeddingFamily)] {
    guard !upstream.isEmpty else { throw StageFailure.noInput(stage: stage) }
    return try upstream.map { id, artefact in
      guard let family = artefact.embeddings else {
        throw StageFailure.wrongInput(stage: stage, id: id, wanted: "embeddings")
      }
      return (id, family)
    }
  }

  /// The one family that a shift moves.
  package func family(for stage: String) throws -> EmbeddingFamily {
    guard let first = try families(for: stage).first else { throw StageFailure.noInput(stage: stage) }
    return first.family
  }
}
