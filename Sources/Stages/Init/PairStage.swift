import Contracts
import Declarations
import Metrics

/// The embeddings of two towers as pairs: row i of one with row i of the other.
///
/// Both must have the same members (layers), numbers of rows and dimensions. With two networks of one architecture that
/// read the same data, the gap of the pairs is due to their random weights alone: Liang et al. 2022, Sec. 2.3.
package struct PairStage: Stage {
  package struct Parameters: Decodable, Sendable {}

  package static let signature = StageSignature(
    phase: .`init`, kind: "pair",
    summary: "The embeddings of two towers as pairs: row i of one with row i of the other.",
    parameters: [
      .required("x", .stageReference(orWord: []), "The stage with the first tower."),
      .required("y", .stageReference(orWord: []), "The stage with the second tower."),
    ],
    references: [.single], coordinatesOf: "x", output: .pairs)

  package init(parameters: Parameters) {}

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let (x, y) = (try Self.tower("x", inputs), try Self.tower("y", inputs))
    guard x.members.map(\.coordinates) == y.members.map(\.coordinates) else {
      throw StageFailure.towersDiffer(x.members.count, y.members.count)
    }
    let bases = try zip(x.members, y.members).map { first, second in
      let (a, b) = (try x.materialized(first, context.budget), try y.materialized(second, context.budget))
      guard a.x.rows == b.x.rows, a.x.columns == b.x.columns else {
        throw MetricFailure.unequalShapes(
          xRows: a.x.rows, xColumns: a.x.columns, yRows: b.x.rows, yColumns: b.x.columns)
      }
      return Embeddings(
        x: a.x, y: b.x, isNormalized: a.isNormalized && b.isNormalized,
        annotations: a.annotations.filled(from: b.annotations))
    }
    let members = x.members.indices.map {
      EmbeddingFamily.Member(coordinates: x.members[$0].coordinates, base: $0)
    }
    return .embeddings(EmbeddingFamily(bases: bases, members: members))
  }

  private static func tower(_ name: String, _ inputs: StageInputs) throws -> EmbeddingFamily {
    guard let family = inputs.references[name]?.embeddings else {
      throw StageFailure.wrongInput(stage: "init/pair", id: name, wanted: "embeddings of one tower")
    }
    return family
  }
}
