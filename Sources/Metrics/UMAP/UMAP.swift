import Contracts
import Execution
import Foundation
import Kernels

/// The parameters of UMAP; the defaults are those of umap-learn.
public struct UMAPParameters: Sendable, Equatable {
  public enum Metric: String, Sendable, CaseIterable {
    case euclidean
    /// 1 − cos; rows are divided by their norms.
    case cosine
  }

  /// The initial positions of the points.
  public enum Start: String, Sendable, CaseIterable {
    case spectral, pca
  }

  public var components = 2
  /// k, including the point itself.
  public var neighbors = 15
  /// The minimum distance of points in the projection.
  public var minDist = 0.1
  /// The scale of the projection.
  public var spread = 1.0
  public var metric = Metric.euclidean
  /// If nil, 500 for up to 10,000 points, otherwise 200.
  public var epochs: Int?
  public var negativeSamples = 5
  public var start = Start.spectral
  public var learningRate = 1.0

  public init() {}
}

/// A projection by UMAP, and how well it preserves neighbourhoods.
public struct UMAPResult: Sendable, Equatable {
  /// `(n, components)`.
  public let picture: Matrix
  /// T(15), over all points if there are at most 20,000, otherwise over a sample of 512.
  public let trustworthiness: Double
  /// The recall of the nearest-neighbour search: 1 for up to 20,000 points, otherwise measured on a sample.
  public let neighborRecall: Double
  /// Whether trustworthiness was computed on a sample.
  public let isSampled: Bool
}

/// Uniform manifold approximation and projection: a projection to a few dimensions that preserves
/// neighbourhoods. Source: McInnes, Healy, Melville 2018, arXiv:1802.03426.
///
/// The same rows, parameters and seed give the same bits at any number of threads.
/// - Parameters:
///   - rows: `(n, d)`, n ≥ 2.
///   - threads: the maximum number of threads.
/// - Throws: `MetricFailure` that says what cannot be projected.
public func umap(
  _ rows: Matrix, _ parameters: UMAPParameters = UMAPParameters(), seed: UInt64 = 0, threads: Int = 1
) throws -> UMAPResult {
  let budget = ThreadBudget(jobs: threads)
  budget.acquire()
  return try UMAP(parameters) { RandomStream(seed: seed, stage: "umap", name: $0) }.run(rows, budget)
}

/// The steps from rows to a projection.
package struct UMAP: Sendable {
  private let parameters: UMAPParameters
  private let random: @Sendable (String) -> RandomStream
  private let progress: @Sendable (Double) -> Void

  /// - Parameter random: gives the stream of each name.
  package init(
    _ parameters: UMAPParameters, progress: @escaping @Sendable (Double) -> Void = { _ in },
    random: @escaping @Sendable (String) -> RandomStream
  ) {
    self.parameters = parameters
    self.progress = progress
    self.random = random
  }

  package func run(_ rows: Matrix, _ budget: ThreadBudget) throws -> UMAPResult {
    try check(rows)
    let points = try prepared(rows)
    guard points.greatestSquare < 1e30 else { throw MetricFailure.tooLargeToMeasure }
    var neighbors = try Neighbors.search(
      points, width: max(1, parameters.neighbors - 1), random: random("umap-cells"), budget)
    if parameters.metric == .cosine { neighbors.distances = neighbors.distances.map { $0 * $0 / 2 } }
    progress(0.3)
    let epochs = parameters.epochs ?? Self.epochs(points.count)
    let graph = try FuzzyGraph(neighbors, budget)
      .pruned(epochs: epochs > 10 ? epochs : Self.epochs(points.count))
    var positions = spreadOut(try start(graph, points, budget))
    progress(0.4)
    try layout(graph, epochs).run(&positions, budget) { progress(0.4 + 0.5 * $0) }
    let picture = Matrix(rows: points.count, columns: parameters.components, values: positions)
    let trust = Trustworthiness(picture: picture, data: points, neighbors: 15)
    return UMAPResult(
      picture: picture, trustworthiness: try trust.value(budget), neighborRecall: neighbors.recall,
      isSampled: trust.isSampled)
  }

  private func check(_ rows: Matrix) throws {
    guard rows.rows >= 2 else { throw MetricFailure.tooFewRows(.x, found: rows.rows) }
    guard rows.columns >= 1 else { throw MetricFailure.noDimensions(.x) }
    guard parameters.minDist <= parameters.spread else {
      throw MetricFailure.minDistBeyondSpread(minDist: parameters.minDist, spread: parameters.spread)
    }
    guard let bad = rows.values.firstIndex(where: { !$0.isFinite }) else { return }
    throw MetricFailure.notFinite(
      .x, row: bad / rows.columns, column: bad % rows.columns, value: rows.values[bad])
  }

  private static func epochs(_ count: Int) -> Int { count <= 10_000 ? 500 : 200 }

  /// The points in the space where their distances are Euclidean, or grow with them.
  private func prepared(_ rows: Matrix) throws -> PointSet {
    guard parameters.metric == .cosine else { return PointSet(centring: rows) }
    var unit = rows
    for row in 0..<rows.rows {
      let norm = rows.row(row).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard norm > 0 else { throw MetricFailure.zeroNorm(.x, row: row) }
      for column in 0..<rows.columns { unit[row, column] = Float(Double(rows[row, column]) / norm) }
    }
    return PointSet(centring: unit)
  }

  private func layout(_ graph: FuzzyGraph, _ epochs: Int) -> UMAPOptimizer {
    UMAPOptimizer(
      graph,
      UMAPOptimizer.Settings(
        curve: LayoutCurve(minDist: parameters.minDist, spread: parameters.spread), epochs: epochs,
        negativeSamples: parameters.negativeSamples, learningRate: parameters.learningRate,
        components: parameters.components),
      random: random("umap-layout"), phases: random("umap-phases"))
  }

  private func start(_ graph: FuzzyGraph, _ points: PointSet, _ budget: ThreadBudget) throws -> RealMatrix {
    let spectral = SpectralStart(
      graph: graph, points: points, components: parameters.components, random: random("umap-spectrum"))
    if parameters.start == .spectral, let positions = try spectral.positions(budget) { return positions }
    let rows = RealMatrix(
      rows: points.count, columns: points.dimension, values: points.rows.values.map(Double.init))
    return try projection(of: rows, method: .pca, components: parameters.components).scores
  }

  /// The greatest coordinate becomes 10, a little noise parts equal points, then each axis spans [0, 10].
  private func spreadOut(_ start: RealMatrix) -> [Float] {
    let (count, width) = (start.rows, start.columns)
    let greatest = start.values.reduce(0) { max($0, abs($1)) }
    let scale = greatest > 0 ? 10 / greatest : 0
    var positions = [Float](repeating: 0, count: count * width)
    positions.withSlice { random("umap-noise").gaussians(into: $0, scale: 1e-4) }
    for index in positions.indices { positions[index] += Float(start.values[index] * scale) }
    for c in 0..<width {
      let axis = stride(from: c, to: positions.count, by: width)
      let low = axis.reduce(Float.infinity) { min($0, positions[$1]) }
      let span = axis.reduce(-Float.infinity) { max($0, positions[$1]) } - low
      for index in axis { positions[index] = span > 0 ? 10 * (positions[index] - low) / span : 0 }
    }
    return positions
  }
}
