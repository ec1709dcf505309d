import Contracts
import Declarations
import Encoders
import Execution
import Kernels
import Metrics

/// The layers of a random multilayer perceptron, one base each.
package struct MLPStage: Stage {
  package struct Parameters: Decodable, Sendable {
    struct Inputs: Decodable, Sendable {
      var count: Int
      /// Nil where they are drawn from the stage's own seed.
      var seed: UInt64?
    }
    var width: Int
    var depth: Int
    var activation: Activation
    var weightStd: Double?
    var biasStd: Double?
    var inputs: Inputs
    var normalization: NormalizationParameter?

    enum CodingKeys: String, CodingKey {
      case width, depth, activation, inputs, normalization
      case weightStd = "weight_std"
      case biasStd = "bias_std"
    }
  }

  package static let signature = StageSignature(
    phase: .`init`, kind: "mlp", version: 2,
    summary: "A multilayer perceptron with random weights; embeddings of the inputs and of every layer.",
    parameters: [
      .defaulted("width", .integer(1...65_536), .number(512), "Dimension of the inputs and of each layer."),
      .defaulted(
        "depth", .integer(1...10_000), .number(25), "Number of layers after the inputs, which are layer 0."),
      .required("activation", .choice(Activation.allCases.map(\.rawValue)), "The layers' nonlinearity."),
      .optional(
        "weight_std", .number(0...1e6), "Standard deviation of the weights; by default width^-1/2."),
      .optional("bias_std", .number(0...1e6), "Standard deviation of the biases; by default width^-1/2."),
      .defaulted(
        "inputs",
        .tagged([
          "gaussian": [
            .defaulted(
              "count", .integer(2...10_000_000), .number(1024), "Number of inputs, drawn from N(0, 1)^width."),
            .optional("dimensions", .integer(1...65_536), "Dimension of an input; must equal `width`."),
            .optional(
              "seed", .integer(0...9_007_199_254_740_991),
              "The seed of the inputs; equal seeds give equal inputs in all stages. By default inputs depend on "
                + "the experiment's seed and the stage's id, as weights do."),
          ]
        ]), .object(["kind": .string("gaussian")]), "The inputs of the network."),
      NormalizationParameter.declaration,
    ],
    output: .single, isRandom: true, normalForm: NormalizationParameter.normalForm,
    coordinates: [TableColumn("layer", .coordinate, .integer, "Number of layers")],
    misfits: { with, _ in
      let (width, dimensions) = (with["width"]?.integer, with["inputs"]?["dimensions"]?.integer)
      guard let width, let dimensions, width != dimensions else { return [] }
      return [
        ParameterMisfit(
          path: ["inputs", "dimensions"], found: "\(dimensions)",
          expected: "\(width), the `width` of the network, because its inputs have that width")
      ]
    },
    work: NetworkWork {
      $0["inputs"]?["count"]?.number
    } perItem: { with in
      guard let width = with["width"]?.number, let depth = with["depth"]?.number else { return nil }
      return 2 * width * width * depth
    })

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let count = parameters.inputs.count
    try checkSize(count)
    let network = RandomMLP(
      width: parameters.width, depth: parameters.depth, activation: parameters.activation,
      weightStd: parameters.weightStd, biasStd: parameters.biasStd,
      normalization: parameters.normalization?.value)
    let layers = try network.layers(
      count: count, budget: context.budget, stream: { stream($0, context) },
      progress: context.progress)
    try check(layers, context.budget)
    let bases = layers.map { Embeddings(x: $0, isNormalized: false) }
    let members = bases.indices.map { layer in
      EmbeddingFamily.Member(coordinates: [Coordinate("layer", .integer(layer))], base: layer)
    }
    return .embeddings(EmbeddingFamily(bases: bases, members: members))
  }

  private func stream(_ name: String, _ context: StageContext) -> RandomStream {
    guard name == RandomMLP.inputStream, let seed = parameters.inputs.seed else {
      return context.random(name)
    }
    return RandomStream(seed: seed, stage: "gaussian", name: name)
  }

  /// All layers are held at once.
  private func checkSize(_ count: Int) throws {
    let (width, depth) = (parameters.width, parameters.depth)
    let values = Double(depth + 1) * Double(count) * Double(width) + 2 * Double(width) * Double(width)
    try ProcessMemory.require(4 * values, for: "the layers", advice: "lower `width`, `depth` or `count`")
  }

  private func check(_ layers: [Matrix], _ budget: ThreadBudget) throws {
    for (layer, matrix) in layers.enumerated() {
      do {
        try validate(Embeddings(x: matrix, isNormalized: false), budget)
      } catch let failure as MetricFailure {
        throw StageFailure.badLayer(layer, failure)
      }
    }
  }
}
