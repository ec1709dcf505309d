import Contracts
import Datasets
import Declarations
import Encoders

/// A stage of towers: what it may be told depends on the architectures that there are.
protocol TowerStage: Sendable {
  associatedtype Values: Decodable & Sendable
  static func signature(_ towers: TowerCatalog) -> StageSignature
  init(parameters: ParametersWithSource<Values>, towers: TowerCatalog)

  /// As that of `Stage`.
  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact
}

extension StageVariant {
  init<S: TowerStage>(_ type: S.Type, _ towers: TowerCatalog, modelFiles: ModelFiles? = nil) {
    self.init(S.signature(towers), modelFiles: modelFiles) {
      (parameters: ParametersWithSource<S.Values>, inputs, context) in
      try S(parameters: parameters, towers: towers).run(inputs, context)
    }
  }
}

/// An `init` kind that makes a model of two towers. What is declared here is all that a training and an export, of
/// models that may have been stored by an earlier build, know of it.
protocol ModelMaker: TowerStage {
  /// What the tensors of each side begin with in a file of the whole network: `visual.`, and nothing.
  static var prefixes: (x: String, y: String) { get }
  /// The architectures of the towers that parameters of this kind describe.
  ///
  /// - Throws: `StageFailure.unknownArchitecture`.
  static func architectures(
    _ with: JSONValue, in towers: TowerCatalog
  ) throws -> (x: any TowerArchitecture, y: any TowerArchitecture)
  /// What the network is made for.
  var data: DataDescription { get }
  /// The network, made again.
  func network(for data: PairsOfData) throws -> DualNetwork
}

/// A `ModelMaker` with its type erased.
struct NetworkMaker: Sendable {
  let variant: StageVariant
  /// The network that parameters describe, and the data that it was made for.
  let rebuild:
    @Sendable (_ with: JSONValue, _ shared: SharedObjects) throws -> (network: DualNetwork, data: PairsOfData)

  var kind: String { variant.signature.kind }

  init<S: ModelMaker>(_ type: S.Type, _ towers: TowerCatalog) {
    variant = StageVariant(type, towers, modelFiles: ModelExport.modelFiles(type, towers))
    rebuild = { [signature = variant.signature] with, shared in
      let stage = S(parameters: try signature.decode(with), towers: towers)
      let data = try PairsOfData(keeping: stage.data, in: shared)
      let network = try stage.network(for: data)
      return (network, network.prepared(data, from: stage.data))
    }
  }
}
