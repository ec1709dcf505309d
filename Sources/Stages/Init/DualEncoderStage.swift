import Contracts
import Datasets
import Encoders
import Kernels
import Metrics

/// Two towers of any architecture, and the embeddings that they give to pairs.
package struct DualEncoderStage: Stage {
  package struct Parameters: Decodable, Sendable {
    var x: TowerParameters
    var y: TowerParameters
    var embedding: Int?
    var seed: UInt64?
    var data: DataDescription
    var align: String?
  }

  /// Both towers have the embedding size of the stage.
  private static let tower = ParameterType.ruled(
    TowerParameters.parameters.filter { $0.name != TowerParameters.embeddingSize.name },
    TowerParameters.keyRules)

  package static let signature = StageSignature(
    phase: .`init`, kind: "dual-encoder",
    summary: "Two towers of any architecture and the embeddings that they give to pairs.",
    parameters: [
      .required("x", tower, "The tower of x."), .required("y", tower, "The tower of y."),
      .defaulted("embedding", .integer(1...65_536), .number(512), "Numbers of an embedding, of both towers."),
      TowerParameters.seed, TowerParameters.data, TowerPair.align,
    ],
    output: .pairs, isRandom: true, draws: { drawsWeights($0, towers: ["x", "y"]) })

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let data = try PairsOfData(parameters.data)
    let size = parameters.embedding ?? 512
    let x = try parameters.x.build(for: data.x.modality, embedding: size)
    let y = try parameters.y.build(for: data.y.modality, embedding: size)
    let pair = TowerPair(x: x.tower, y: y.tower, align: parameters.align)
    return try pair.embed(data, context) { side in
      let (given, built) = side == .x ? (parameters.x, x) : (parameters.y, y)
      // Two towers of one architecture draw different weights; a CLIP's are those of `clip`.
      let isRandom = given.weights ?? TowerParameters.random == TowerParameters.random
      let prefix = isRandom && x.prefix == y.prefix ? "\(side.rawValue)." : built.prefix
      return try TowerWeights(given.weights, seed: parameters.seed).load(
        [built.part(prefix)], built.namings, context)[0]
    }
  }
}
