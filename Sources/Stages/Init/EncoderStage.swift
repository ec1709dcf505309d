import Contracts
import Datasets
import Declarations
import Encoders
import Kernels
import Metrics

/// One tower, and the embeddings that it gives to one side of a data set.
struct EncoderStage: TowerStage {
  struct Values: Decodable, Sendable {
    let seed: UInt64?
    let data: DataDescription
  }

  static func signature(_ towers: TowerCatalog) -> StageSignature {
    StageSignature(
      phase: .`init`, kind: "encoder", version: 2,
      summary: "One tower and its embeddings of the data.",
      parameters: towers.parameters + [TowerParameters.seed, TowerParameters.data],
      rules: towers.keyRules, output: .single, isRandom: true, draws: { drawsWeights($0, towers) },
      completes: { try TowerParameters.completed($0, hasEmbedding: true, in: towers) },
      misfits: { with, blamed in
        guard let tower = try? TowerParameters(with, in: towers) else { return [] }
        return TowerInspection(path: [], given: with, blamed: blamed)
          .misfits(tower, for: side(of: tower, with), embedding: nil)
          + ParameterMisfit.preprocessing(with, with["data"], [], blamed)
      },
      work: NetworkWork { with in
        guard let tower = try? TowerParameters(with, in: towers) else { return nil }
        let sides = DeclaredSides(with["data"])?.sides ?? []
        return tower.operations(on: sides.first { tower.architecture.takes($0.inputKind) }?.inputKind)
      })
  }

  private static func side(of tower: TowerParameters, _ with: JSONValue) -> DeclaredSides.Side? {
    let sides = DeclaredSides(with["data"])?.sides ?? []
    return sides.first { tower.architecture.takes($0.inputKind) } ?? sides.first
  }

  private let parameters: ParametersWithSource<Values>
  private let towers: TowerCatalog

  init(parameters: ParametersWithSource<Values>, towers: TowerCatalog) {
    self.parameters = parameters
    self.towers = towers
  }

  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let given = try TowerParameters(parameters.json, in: towers)
    let description = parameters.values.data
    let data = try description.open()
    try context.notices(data.remarks())
    let (side, built) = try choose(data, for: given)
    try built.tellWeights(given, description, context)
    context.fact("tower", built.summary)
    try built.tell(side, count: data.count, description, given.preprocessing, context)
    let architecture = built.architecture
    let weights = try TowerWeights(given.weights, seed: parameters.values.seed, prefix: given.prefix)
      .load([built.part(architecture.prefix)], architecture.namings, context)
    let prepared = side.prepared(for: given.preprocessing, from: description)
    let features = try Encoding(side: prepared, count: data.count).run(
      built.tower, weights[0], context.budget, progress: context.progress)
    let embeddings = Embeddings(x: features, isNormalized: false, annotations: data.annotations)
    return .embeddings(EmbeddingFamily(try checked(embeddings, context)))
  }

  /// The side of the data that the architecture takes; x where either would do.
  private func choose(_ data: PairedData, for tower: TowerParameters) throws -> (PairedData.Side, BuiltTower)
  {
    let sides = [data.x, data.y].compactMap { $0 }
    let side = sides.first { tower.architecture.takes($0.inputKind) } ?? data.x
    return (side, try tower.build(for: side.inputKind))
  }
}

/// Embeddings that later stages can use: finite, and none of them zero.
///
/// - Throws: `StageFailure.unusableEmbeddings`.
func checked(_ embeddings: Embeddings, _ context: StageContext) throws -> Embeddings {
  do {
    try validate(embeddings, context.budget)
    return embeddings
  } catch let failure as MetricFailure {
    throw StageFailure.unusableEmbeddings("the embeddings of `\(context.stageID)`", failure)
  }
}
