import Contracts
import Declarations
import Encoders
import Execution
import Kernels
import Metrics

/// How much of the variance of a layer's outputs is due to the random weights: Theorems 2 and 4 by nested Monte Carlo.
///
/// Networks of ReLU layers, weights and biases N(0, 1/width), read inputs U that are uniform on the unit sphere, each network its own.
/// For an output h_k of layer l, `ratio` is Var[E[h_k | weights]]/Var[h_k], by an analysis of variance over networks, all
/// outputs of the layer pooled (`VarianceShare`); its interval is that of the jackknife over networks. `beta` is
/// 1 − tr Var[h of layer l − 1 | weights], the mean over networks, which the theorem says is a lower bound; for l = 1 the
/// layer before is the input. `exact` is the ratio in the limit of infinite width at that β (`ArcCosineKernel.weightShare`).
/// Source: Liang et al. 2022, Sec. 3 and App. D.
package struct VarianceRatioEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var width: Int
    var layers: Int
    var networks: Int
    var inputs: Int
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "variance-ratio",
    summary:
      "How much of the variance of a random network's outputs is due to its weights rather than to the data "
      + "(Theorems 2 and 4); it reads no embeddings.",
    parameters: [
      .defaulted("width", .integer(1...65_536), 512, "Dimension of the inputs and of each layer."),
      .defaulted("layers", .integer(1...1000), 5, "Number of layers."),
      .defaulted("networks", .integer(3...1_000_000), 100, "Number of networks."),
      .defaulted("inputs", .integer(2...1_000_000), 64, "Number of inputs of each network."),
    ],
    output: .tables, isRandom: true,
    columns: [
      TableColumn("layer", .key, .integer, "Number of layers"),
      TableColumn("ratio", .quantity, .real, "Share of the variance that is due to the weights"),
      TableColumn("ci95_low", .quantity, .real, "Lower end of its 95% interval"),
      TableColumn("ci95_high", .quantity, .real, "Upper end of its 95% interval"),
      TableColumn("beta", .quantity, .real, "β, the theorem's lower bound"),
      TableColumn("exact", .quantity, .real, "Share at infinite width"),
      TableColumn("above_beta", .quantity, .real, "Share less β"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let networks = try context.budget.map(blocks: parameters.networks) { try moments(of: $0, context) }
    var rows = TableBuilder()
    for layer in 1...parameters.layers {
      let share = VarianceShare(networks.map { $0[layer] }, inputs: parameters.inputs)
      let within = networks.reduce(0) { $0 + $1[layer - 1].variance } / Double(networks.count)
      let interval = share.interval
      rows.append([
        ("layer", .integer(layer)), ("ratio", .real(share.ratio)), ("ci95_low", .real(interval.low)),
        ("ci95_high", .real(interval.high)), ("beta", .real(1 - within)),
        ("exact", .real(ArcCosineKernel.weightShare(beta: 1 - within))),
        ("above_beta", .real(share.ratio - (1 - within))),
      ])
    }
    return .tables([NamedTable("", rows.table())])
  }

  /// Of each layer of one network, from the inputs on.
  private func moments(of network: Int, _ context: StageContext) throws -> [NetworkMoments] {
    let (width, count) = (parameters.width, parameters.inputs)
    let stream = { (name: String) in context.random("\(network)/\(name)") }
    var inputs = try stream("inputs").gaussianMatrix(rows: count, columns: width, budget: context.budget)
    inputs.withMutableSlice { values in
      for row in 0..<count { Self.normalize(values[row * width..<(row + 1) * width]) }
    }
    return try RandomMLP(width: width, depth: parameters.layers, activation: .relu)
      .layers(of: inputs, budget: context.budget, stream: stream).map { NetworkMoments($0) }
  }

  private static func normalize(_ row: FloatSlice) {
    let square = row.indices.reduce(0.0) { $0 + Double(row[$1]) * Double(row[$1]) }
    for index in row.indices { row[index] = Float(Double(row[index]) / square.squareRoot()) }
  }
}
