import Contracts
import Datasets
import Declarations
import Encoders
import Foundation
import Kernels
import Metrics

/// Contrastive training of a dual encoder on the pairs that it was made for.
///
/// Gives the trained model, its embeddings of all pairs, and the log. Source: Radford et al. 2021,
/// arXiv:2103.00020; Liang et al. 2022, Secs. 4.2 and 4.4.
package struct ContrastiveStage: NetworkReader {
  package typealias Parameters = TrainingParameters

  package static let signature = StageSignature(
    phase: .train, kind: "contrastive", version: 3, summary: "Contrastive training of two towers.",
    parameters: TrainingParameters.parameters, rules: TrainingParameters.rules,
    excludedFromKey: ["checkpoint_every", "recompute"], input: .model, output: .model,
    isRandom: true, drawsWhere: ParameterCondition("shuffle", is: true), extraTables: ["log"],
    extraColumns: [
      "log": [
        TableColumn("step", .key, .integer, "Training step"), TableColumn("epoch", .key, .integer, "Epoch"),
        TableColumn("loss", .quantity, .real, "Contrastive loss", unit: "nats"),
        TableColumn("temperature", .quantity, .real, "Temperature τ"),
        TableColumn("gap", .quantity, .real, "Modality gap", unit: "Euclidean"),
        TableColumn("learning_rate", .quantity, .real, "Learning rate"),
      ]
    ])

  private let parameters: Parameters
  private let makers: [NetworkMaker]

  /// - Parameter makers: the `init` kinds whose models it can train.
  init(parameters: Parameters, makers: [NetworkMaker]) {
    self.parameters = parameters
    self.makers = makers
  }

  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    guard let upstream = inputs.upstream.first else {
      throw StageFailure.noInput(stage: Self.signature.name)
    }
    guard case .model(let model) = upstream.artefact else {
      throw StageFailure.wrongInput(stage: Self.signature.name, id: upstream.id, wanted: "a dual encoder")
    }
    let network = try TrainedNetwork(model, makers, context)
    let pairs = try TrainingPairs(
      parameters, network.network, start: network.data, in: context.shared)
    try context.notices(pairs.remarks())
    let origin = try tell(network, pairs, model.origin, context)
    let bytes = try TrainingRun.bytes(parameters, network, pairs)
    let waits = {
      let needed = String(format: "%.1f", bytes / TrainingRun.gibibyte)
      context.news("waiting until another training releases memory; this one needs \(needed) GiB")
    }
    return try context.budget.withMemory(bytes, waits: waits) {
      let run = try TrainingRun(parameters, network, pairs, context)
      return .model(
        try run.train { log in
          parameters.tellProgress(log, context)
          return try network.trained(run.trainer, pairs.embedded, log: log, origin: origin, context)
        })
    }
  }

  /// Says how other data than those of `init` reach the towers, and gives the origin of a model that is trained
  /// on them.
  private func tell(
    _ network: TrainedNetwork, _ pairs: TrainingPairs, _ origin: JSONValue, _ context: StageContext
  ) throws -> JSONValue {
    if case .learnt(let initial, let maximum) = parameters.temperature, initial * maximum < 1 - 1e-9 {
      context.notice(
        "the learnt temperature begins at its minimum, 1/max_scale = \(1 / maximum), and not at "
          + "`initial` \(initial), which is lower")
    }
    context.fact(
      "pairs", "\(pairs.learnt.range.count) trained on, \(pairs.heldOut.range.count) held out")
    guard let description = parameters.data else { return origin }
    try network.network.tellData(pairs.learnt.data, description, context)
    return network.network.describing(origin, pairs.learnt.data, description)
  }
}
