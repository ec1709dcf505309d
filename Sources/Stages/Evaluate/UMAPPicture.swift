import Contracts
import Declarations
import Kernels
import Metrics

/// The method `umap` of the projection stage: its parameters, and a layout of one member.
struct UMAPPicture: Sendable {
  struct Parameters: Decodable, Sendable {
    var neighbors: Int
    var minDist: Double
    var spread: Double
    var metric: UMAPParameters.Metric
    var epochs: Int?
    var negativeSamples: Int
    var start: UMAPParameters.Start
    var learningRate: Double

    private enum CodingKeys: String, CodingKey {
      case neighbors, spread, metric, epochs
      case minDist = "min_dist"
      case negativeSamples = "negative_samples"
      case start = "init"
      case learningRate = "learning_rate"
    }
  }

  private static let usual = UMAPParameters()

  static let parameters: [Parameter] = [
    .defaulted(
      "neighbors", .integer(2...1000), .number(Double(usual.neighbors)),
      "`umap`: size of a neighbourhood, including the point itself."),
    .defaulted(
      "min_dist", .number(0...100), .number(usual.minDist),
      "`umap`: minimum distance of points; at most `spread`."),
    .defaulted("spread", .number(0.01...100), .number(usual.spread), "`umap`: the scale of the projection."),
    .defaulted(
      "metric", .choice(UMAPParameters.Metric.allCases.map(\.rawValue)), .string(usual.metric.rawValue),
      "`umap`: the metric for distances between embeddings."),
    .optional(
      "epochs", .integer(1...100_000),
      "`umap`: number of epochs; by default 500 for up to 10,000 points, else 200."),
    .defaulted(
      "negative_samples", .integer(0...1000), .number(Double(usual.negativeSamples)),
      "`umap`: number of negative samples per edge."),
    .defaulted(
      "init", .choice(UMAPParameters.Start.allCases.map(\.rawValue)), .string(usual.start.rawValue),
      "`umap`: the initial positions."),
    .defaulted(
      "learning_rate", .number(1e-6...100), .number(usual.learningRate), "`umap`: initial learning rate."),
  ]

  private let settings: UMAPParameters

  init(_ given: Parameters, components: Int) {
    var settings = Self.usual
    settings.components = components
    settings.neighbors = given.neighbors
    settings.minDist = given.minDist
    settings.spread = given.spread
    settings.metric = given.metric
    settings.epochs = given.epochs
    settings.negativeSamples = given.negativeSamples
    settings.start = given.start
    settings.learningRate = given.learningRate
    self.settings = settings
  }

  /// The rows of all modalities together, x first.
  func draw(
    _ parts: [TransformedRows], _ context: StageContext, progress: @escaping @Sendable (Double) -> Void
  ) throws -> UMAPResult {
    guard let first = parts.first else { throw MetricFailure.noRows }
    let rows = try Matrix(rows: parts.reduce(0) { $0 + $1.rows }, columns: first.columns) { out in
      var first = 0
      for part in parts {
        let end = first + part.rows * part.columns
        try part.fillFloats(out[first..<end], context.budget)
        first = end
      }
    }
    let result = try UMAP(settings, progress: progress, random: context.random).run(rows, context.budget)
    context.log(Self.sentence(result))
    return result
  }

  private static func sentence(_ result: UMAPResult) -> String {
    let count = result.isSampled ? "a sample of \(Trustworthiness.sampleSize)" : "all \(result.picture.rows)"
    let recall = result.neighborRecall
    let neighbors = recall == 1 ? "exact neighbours" : "neighbours with a recall of \(recall)"
    return "umap: \(neighbors); trustworthiness \(result.trustworthiness) over \(count) points"
  }
}

extension UMAPParameters.Metric: Decodable {}
extension UMAPParameters.Start: Decodable {}
