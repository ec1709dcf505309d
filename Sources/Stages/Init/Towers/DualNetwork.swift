import Contracts
import Datasets
import Encoders
import Kernels
import Metrics

/// Two towers as an `init` stage describes them, with what it takes to give them their weights again.
struct DualNetwork: Sendable {
  let x: any TrainableTower
  let y: any TrainableTower
  /// What the tensors of each side begin with in a file of the whole network: `visual.`, and nothing.
  let prefixes: (x: String, y: String)
  let align: String?
  let weights: @Sendable (Modality, StageContext) throws -> NetworkWeights

  func prefix(_ side: Modality) -> String { side == .x ? prefixes.x : prefixes.y }

  func tower(_ side: Modality) -> any Tower { side == .x ? x : y }

  /// The model and the embeddings that it gives the data.
  func model(of data: PairsOfData, origin: JSONValue, _ context: StageContext) throws -> Artefact {
    let pair = TowerPair(x: x, y: y, align: align)
    let (family, alignment) = try pair.embed(data, context) { try weights($0, context) }
    let tensors = alignment.map {
      Model.Tensor(name: TrainedNetwork.alignmentName, shape: [$0.rows, $0.columns], values: $0.values)
    }
    return .model(Model(origin: origin, tensors: tensors.map { [$0] } ?? [], family: family))
  }
}

extension Model {
  /// What a later stage needs to make the same network again.
  static func origin(_ kind: String, _ parameters: JSONValue, _ context: StageContext) -> JSONValue {
    .object([
      "kind": .string(kind), "with": parameters, "seed": .number(Double(context.seed)),
      "stage": .string(context.stageID),
    ])
  }
}
