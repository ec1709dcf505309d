import Contracts
import Datasets
import Encoders
import Kernels
import Metrics

/// One tower, and the embeddings that it gives to one side of a data set.
package struct EncoderStage: Stage {
  package struct Parameters: Decodable, Sendable {
    let tower: TowerParameters
    let seed: UInt64?
    let data: DataDescription

    private enum Keys: CodingKey { case seed, data }

    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Keys.self)
      seed = try values.decodeIfPresent(UInt64.self, forKey: .seed)
      data = try values.decode(DataDescription.self, forKey: .data)
      tower = try TowerParameters(from: decoder)
    }
  }

  package static let signature = StageSignature(
    phase: .`init`, kind: "encoder", version: 2,
    summary: "One tower and the embeddings that it gives the data.",
    parameters: TowerParameters.parameters + [TowerParameters.seed, TowerParameters.data],
    rules: TowerParameters.keyRules, output: .single, isRandom: true, draws: { drawsWeights($0) },
    completes: { try TowerParameters.completed($0, hasEmbedding: true) },
    misfits: { with, blamed in
      guard let tower = TowerParameters(with) else { return [] }
      let sides = DeclaredSides(with["data"])?.sides ?? []
      let side = sides.first { tower.architecture.takes($0.modality) } ?? sides.first
      return TowerInspection(path: [], given: with, blamed: blamed)
        .misfits(tower, for: side, embedding: nil)
    })

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let data = try parameters.data.open()
    try context.notices(data.remarks())
    let (side, built) = try choose(data)
    try built.tellWeights(parameters.tower, parameters.data, context)
    context.fact("tower", built.sentence)
    try built.tell(side, count: data.count, parameters.data, parameters.tower.preprocessing, context)
    let weights = try TowerWeights(
      parameters.tower.weights, seed: parameters.seed, prefix: parameters.tower.prefix
    ).load(
      [built.part(built.prefix)], built.namings, context)
    let prepared = side.prepared(for: parameters.tower.preprocessing, from: parameters.data)
    let features = try Encoding(side: prepared, count: data.count).run(
      built.tower, weights[0], context.budget, progress: context.progress)
    return .embeddings(EmbeddingFamily(try checked(Embeddings(x: features, isNormalized: false), context)))
  }

  /// The side of the data that the architecture takes; x where either would do.
  private func choose(_ data: PairedData) throws -> (PairedData.Side, BuiltTower) {
    let sides = [data.x, data.y].compactMap { $0 }
    let side = sides.first { parameters.tower.architecture.takes($0.modality) } ?? data.x
    return (side, try parameters.tower.build(for: side.modality))
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
