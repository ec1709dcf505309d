import Contracts
import Datasets
import Encoders
import Kernels
import Metrics

/// Two towers of any architecture, and the embeddings that they give to pairs.
package struct DualEncoderStage: Stage {
  package struct Towers: Decodable, Sendable {
    var x: TowerParameters
    var y: TowerParameters
    var embedding: Int
    var seed: UInt64?
    var data: DataDescription
    var align: String?
  }

  package typealias Parameters = Described<Towers>

  /// Both towers have the embedding size of the stage.
  private static let tower = ParameterType.ruled(
    TowerParameters.parameters.filter { $0.name != TowerParameters.embeddingSize.name },
    TowerParameters.keyRules)

  package static let signature = StageSignature(
    phase: .`init`, kind: "dual-encoder", version: 2,
    summary: "Two towers of any architecture and the embeddings that they give to pairs.",
    parameters: [
      .required("x", tower, "The tower of x."), .required("y", tower, "The tower of y."),
      .defaulted("embedding", .integer(1...65_536), .number(512), "Numbers of an embedding, of both towers."),
      TowerParameters.seed, TowerParameters.data, TowerPair.align,
    ],
    output: .model, isRandom: true, draws: { drawsWeights($0, towers: ["x", "y"]) },
    completes: { parameters in
      guard case .object(var values) = parameters else { return parameters }
      for side in ["x", "y"] {
        values[side] = try values[side].map { try TowerParameters.completed($0, hasEmbedding: false) }
      }
      return .object(values)
    },
    misfits: { with, blamed in
      let sides = DeclaredSides(with["data"])
      let pairs = ParameterMisfit.pairs(sides, blamed)
      let all = pairs.isEmpty ? sides?.sides ?? [] : []
      return pairs
        + ["x", "y"].enumerated().flatMap { index, key -> [ParameterMisfit] in
          guard let given = with[key], let tower = TowerParameters(given) else { return [] }
          return TowerInspection(path: [key], given: given, blamed: blamed)
            .misfits(tower, for: all.indices.contains(index) ? all[index] : nil, embedding: 1)
        }
    })

  private let parameters: Parameters
  private var towers: Towers { parameters.values }

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let data = try PairsOfData(towers.data)
    try context.notices(data.remarks())
    let origin = Model.origin(Self.signature.kind, parameters.json, context)
    let network = try network(for: data)
    for (tower, given) in [(network.x, towers.x), (network.y, towers.y)] {
      try tower.tellWeights(given, towers.data, context)
    }
    return try network.model(of: data, towers.data, origin: origin, context)
  }

  func network(for data: PairsOfData) throws -> DualNetwork {
    let size = towers.embedding
    let x = try towers.x.build(for: data.x.modality, embedding: size)
    let y = try towers.y.build(for: data.y.modality, embedding: size)
    return DualNetwork(
      x: x, y: y, prefixes: ("x.", "y."), preprocessing: (towers.x.preprocessing, towers.y.preprocessing),
      align: towers.align
    ) { [towers] side, context in
      let (given, built) = side == .x ? (towers.x, x) : (towers.y, y)
      let source = TowerWeights(given.weights, seed: towers.seed, prefix: given.prefix)
      // Two towers of one architecture draw different weights; a CLIP's are those of `clip`.
      let prefix = source.isRandom && x.prefix == y.prefix ? "\(side.rawValue)." : built.prefix
      return try source.load([built.part(prefix)], built.namings, context)[0]
    }
  }
}
