import Contracts
import Datasets
import Declarations
import Encoders
import Execution
import Files
import Foundation
import Kernels
import Metrics

/// A model's two towers with the weights it has, and the data it was made for.
struct TrainedNetwork {
  static let alignmentName = "procrustes"
  static let scaleName = "logit_scale"

  let network: DualNetwork
  let data: PairsOfData
  var x: any TrainableTower { network.x.tower }
  var y: any TrainableTower { network.y.tower }
  let xWeights: NetworkWeights
  let yWeights: NetworkWeights
  /// The map of the Procrustes amendment, if the model has one.
  let alignment: Matrix?

  /// - Throws: what building a network throws.
  init(_ model: Model, _ makers: [NetworkMaker], _ context: StageContext) throws {
    let kind = model.origin["kind"]?.string ?? ""
    guard let maker = makers.first(where: { $0.kind == kind }) else {
      throw StageFailure.foreignOrigin(kind: kind, known: makers.map(\.kind))
    }
    (network, data) = try maker.rebuild(model.origin["with"] ?? .null, context.shared)
    let origin = StageContext(
      stageID: model.origin["stage"]?.string ?? "",
      seed: UInt64(exactly: model.origin["seed"]?.integer ?? 0) ?? 0, budget: context.budget)
    let tensors = Dictionary(model.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let network = network
    func weights(_ side: Side) throws -> NetworkWeights {
      let layout = network.tower(side).layout
      return try NetworkWeights(layout, prefix: network.prefix(side), tensors)
        ?? network.weights(side, origin)
    }
    xWeights = try weights(.x)
    yWeights = try weights(.y)
    let size = network.x.tower.embedding
    alignment = try tensors[Self.alignmentName].map {
      guard $0.values.count == size * size else {
        throw StageFailure.foreignModel(
          tensor: Self.alignmentName, found: $0.values.count, expected: size * size)
      }
      return Matrix(rows: size, columns: size, values: $0.values)
    }
  }

  /// The embeddings of some pairs under these weights, y rotated by the alignment.
  func embed(
    _ x: NetworkWeights, _ y: NetworkWeights, _ pairs: PairSlice, _ budget: ThreadBudget
  ) throws -> Embeddings {
    let first = try Encoding(side: pairs.data.x, range: pairs.range).run(self.x, x, budget) { _ in }
    let second = try Encoding(side: pairs.data.y, range: pairs.range).run(self.y, y, budget) { _ in }
    let rotated = try alignment.map { try second.rotated(by: $0, budget) } ?? second
    return Embeddings(
      x: first, y: rotated, isNormalized: false,
      annotations: pairs.data.annotations.picking(Array(pairs.range)))
  }

  /// The model after training.
  func trained(
    _ trainer: DualTrainer, _ pairs: PairSlice, log: Table, origin: JSONValue, _ context: StageContext
  ) throws -> Model {
    let (x, y) = (trainer.xWeights, trainer.yWeights)
    let embeddings = try checked(try embed(x, y, pairs, context.budget), context)
    var tensors = x.named(network.prefixes.x) + y.named(network.prefixes.y)
    tensors.append(
      Model.Tensor(name: Self.scaleName, shape: [], values: [Float(Foundation.log(trainer.scale))]))
    if let alignment {
      tensors.append(
        Model.Tensor(
          name: Self.alignmentName, shape: [alignment.rows, alignment.columns], values: alignment.values))
    }
    return Model(
      origin: origin, tensors: tensors, family: EmbeddingFamily(embeddings), tables: [NamedTable("log", log)])
  }
}

extension NetworkWeights {
  /// Nil where not all of the layout's tensors are there.
  fileprivate init?(
    _ layout: ParameterLayout, prefix: String, _ tensors: [String: Model.Tensor]
  ) {
    var values = [Float](repeating: 0, count: layout.count)
    for (tensor, offset) in zip(layout.tensors, layout.offsets) {
      guard let found = tensors[prefix + tensor.name], found.values.count == tensor.count else { return nil }
      values.replaceSubrange(offset..<offset + tensor.count, with: found.values)
    }
    self.init(layout: layout, values: values)
  }

  fileprivate func named(_ prefix: String) -> [Model.Tensor] {
    zip(layout.tensors, layout.offsets).map { tensor, offset in
      Model.Tensor(
        name: prefix + tensor.name, shape: tensor.shape, values: Array(values[offset..<offset + tensor.count])
      )
    }
  }
}
