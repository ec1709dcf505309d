import Contracts
import Datasets
import Declarations
import Encoders
import Files
import Kernels
import Metrics

/// Two towers as an `init` stage describes them, with what it takes to give them their weights again.
struct DualNetwork: Sendable {
  let x: BuiltTower
  let y: BuiltTower
  /// What the tensors of each side begin with in a file of the whole network: `visual.`, and nothing.
  let prefixes: (x: String, y: String)
  /// How each tower wants its images, where that is known.
  let preprocessing: (x: Preprocessing?, y: Preprocessing?)
  let align: String?
  let weights: @Sendable (Side, StageContext) throws -> NetworkWeights

  func prefix(_ side: Side) -> String { side == .x ? prefixes.x : prefixes.y }

  func tower(_ side: Side) -> any Tower { side == .x ? x.tower : y.tower }

  /// A data set as the towers want it.
  func prepared(_ pairs: PairsOfData, from description: DataDescription) -> PairsOfData {
    pairs.replacing(
      x: pairs.x.prepared(for: preprocessing.x, from: description),
      y: pairs.y.prepared(for: preprocessing.y, from: description))
  }

  /// The model and the embeddings that it gives the data.
  func model(
    of data: PairsOfData, _ description: DataDescription, origin: JSONValue, _ context: StageContext
  ) throws -> Artefact {
    context.fact("tower of x", x.summary)
    context.fact("tower of y", y.summary)
    try tellData(data, description, context)
    let pair = TowerPair(x: x.tower, y: y.tower, align: align)
    let (family, alignment) = try pair.embed(prepared(data, from: description), context) {
      try weights($0, context)
    }
    let tensors = alignment.map {
      Model.Tensor(name: TrainedNetwork.alignmentName, shape: [$0.rows, $0.columns], values: $0.values)
    }
    return .model(
      Model(
        origin: describing(origin, data, description), tensors: tensors.map { [$0] } ?? [], family: family))
  }

  /// Says how the towers are fed, and what of it is doubtful.
  func tellData(_ data: PairsOfData, _ description: DataDescription, _ context: StageContext) throws {
    for (side, tower, preprocessing) in [(data.x, x, preprocessing.x), (data.y, y, preprocessing.y)] {
      try tower.tell(side, count: data.count, description, preprocessing, context)
    }
  }

  /// The origin with all that an exported model must say of itself.
  func describing(_ origin: JSONValue, _ data: PairsOfData, _ description: DataDescription) -> JSONValue {
    guard case .object(var members) = origin else { return origin }
    var network = ModelDescription()
    let isCLIP = areCLIP(x.architecture, y.architecture)
    if isCLIP { (network.vision, network.text) = (x.values, y.values) }
    let given = Preprocessing(of: description)
    network.preprocessing = (preprocessing.x ?? Preprocessing()).over(given).json
    network.tokenizer = [data.y, data.x].lazy.compactMap(\.tokenizerName).first
    var towers: [String: JSONValue] = [:]
    for (name, tower) in [("x", x), ("y", y)] where !isCLIP { towers[name] = tower.json }
    members["network"] = .object([
      "metadata": .object(network.metadata.mapValues { .string($0) }), "towers": .object(towers),
    ])
    return .object(members)
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
