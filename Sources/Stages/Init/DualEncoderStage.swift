import Contracts
import Datasets
import Declarations
import Encoders
import Kernels
import Metrics

/// Two towers of any architecture, and the embeddings that they give to pairs.
struct DualEncoderStage: ModelMaker {
  struct Values: Decodable, Sendable {
    var x: JSONValue
    var y: JSONValue
    var embedding: Int
    var seed: UInt64?
    var data: DataDescription
    var align: String?
  }

  static let prefixes = (x: "x.", y: "y.")

  static func signature(_ towers: TowerCatalog) -> StageSignature {
    // Both towers have the embedding size of the stage.
    let tower = ParameterType.ruled(
      towers.parameters.filter { $0.name != embedding.name },
      towers.keyRules.compactMap { $0.without(embedding.name) })
    return StageSignature(
      phase: .`init`, kind: "dual-encoder", version: 2,
      summary: "Two towers of any architecture and their embeddings of pairs.",
      parameters: [
        .required("x", tower, "The tower of x."), .required("y", tower, "The tower of y."), embedding,
        TowerParameters.seed, TowerParameters.data, TowerPair.align,
      ],
      output: .model, isRandom: true, draws: { drawsWeights($0, towers, towers: ["x", "y"]) },
      completes: { parameters in
        guard case .object(var values) = parameters else { return parameters }
        for side in ["x", "y"] {
          values[side] = try values[side].map {
            try TowerParameters.completed($0, hasEmbedding: false, in: towers)
          }
        }
        return .object(values)
      },
      misfits: { with, blamed in misfits(with, blamed, in: towers) },
      work: NetworkWork { with in
        let sides = DeclaredSides(with["data"])?.sides ?? []
        return sum(
          ["x", "y"].enumerated().map { index, key in
            with[key].flatMap { try? TowerParameters($0, in: towers) }?
              .operations(on: sides.indices.contains(index) ? sides[index].inputKind : nil)
          })
      })
  }

  private static let embedding = Parameter.defaulted(
    "embedding", .integer(1...65_536), .number(512), "Dimension of the embeddings of both towers.")

  private static func misfits(
    _ with: JSONValue, _ blamed: String?, in towers: TowerCatalog
  ) -> [ParameterMisfit] {
    let sides = DeclaredSides(with["data"])
    let pairs = ParameterMisfit.pairs(sides, blamed)
    let all = pairs.isEmpty ? sides?.sides ?? [] : []
    return pairs
      + ["x", "y"].enumerated().flatMap { index, key -> [ParameterMisfit] in
        guard let given = with[key], let tower = try? TowerParameters(given, in: towers) else { return [] }
        return TowerInspection(path: [key], given: given, blamed: blamed)
          .misfits(tower, for: all.indices.contains(index) ? all[index] : nil, embedding: 1)
          + ParameterMisfit.preprocessing(given, with["data"], [key], blamed)
      }
  }

  static func architectures(
    _ with: JSONValue, in towers: TowerCatalog
  ) throws -> (x: any TowerArchitecture, y: any TowerArchitecture) {
    (
      try TowerParameters(with["x"] ?? .null, in: towers).architecture,
      try TowerParameters(with["y"] ?? .null, in: towers).architecture
    )
  }

  private let parameters: ParametersWithSource<Values>
  private let towers: TowerCatalog
  private var values: Values { parameters.values }
  var data: DataDescription { values.data }

  init(parameters: ParametersWithSource<Values>, towers: TowerCatalog) {
    self.parameters = parameters
    self.towers = towers
  }

  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let pairs = try PairsOfData(data)
    try context.notices(pairs.remarks())
    let origin = Model.origin(Self.signature(towers).kind, parameters.json, context)
    let network = try network(for: pairs)
    for (tower, given) in [(network.x, values.x), (network.y, values.y)] {
      try tower.tellWeights(try TowerParameters(given, in: towers), data, context)
    }
    return try network.model(of: pairs, data, origin: origin, context)
  }

  func network(for data: PairsOfData) throws -> DualNetwork {
    let size = values.embedding
    let given = (x: try TowerParameters(values.x, in: towers), y: try TowerParameters(values.y, in: towers))
    let x = try given.x.build(for: data.x.inputKind, embedding: size)
    let y = try given.y.build(for: data.y.inputKind, embedding: size)
    return DualNetwork(
      x: x, y: y, prefixes: Self.prefixes, preprocessing: (given.x.preprocessing, given.y.preprocessing),
      align: values.align
    ) { [values] side, context in
      let (given, built) = side == .x ? (given.x, x) : (given.y, y)
      let source = TowerWeights(given.weights, seed: values.seed, prefix: given.prefix)
      // Two towers of one architecture draw different weights; a CLIP's are those of `clip`.
      let isShared = x.architecture.prefix == y.architecture.prefix
      let prefix = source.isRandom && isShared ? "\(side.rawValue)." : built.architecture.prefix
      return try source.load([built.part(prefix)], built.architecture.namings, context)[0]
    }
  }
}

extension ParameterRule {
  /// The rule where there is no such key; nil where nothing is left of it.
  fileprivate func without(_ key: String) -> ParameterRule? {
    guard case .onlyWhere(let condition, let keys) = self else { return self }
    let left = keys.filter { $0 != key }
    return left.isEmpty ? nil : .onlyWhere(condition, left)
  }
}

/// Nil where one of them is.
func sum(_ parts: [Double?]) -> Double? {
  let known = parts.compactMap { $0 }
  return known.count == parts.count ? known.reduce(0, +) : nil
}
