import Contracts
import Execution
import Kernels

/// Statistics of cos(u_i, u_j) over all ordered pairs of one modality's embeddings.
///
/// Without the diagonal there are n(n−1) pairs, with it n². Source: Liang et al. 2022, Sec. 2.1,
/// Fig. 2(a) (without) and Fig. 2(b) (with).
public struct CosineStatistics: Sendable, Equatable {
  /// n, the number of embeddings.
  public let count: Int
  public let mean: Double
  /// With the number of pairs − 1 in the denominator.
  public let standardDeviation: Double
  public let minimum: Double
  /// Quartiles, by linear interpolation between the two nearest ranks.
  public let percentile25: Double
  public let median: Double
  public let percentile75: Double
  public let maximum: Double
  /// Equal bins over [minimum, maximum], the last one closed; empty if no bins were requested.
  public let histogram: Histogram

  public struct Histogram: Sendable, Equatable {
    /// One more edge than there are bins.
    public let edges: [Double]
    /// Ordered pairs in each bin.
    public let pairs: [Int]
  }
}

/// All statistics of one matrix of embeddings; each row is divided by its norm first.
/// - Parameters:
///   - embeddings: `(n, d)`, n ≥ 2.
///   - diagonal: also counts the pair of each embedding with itself (a similarity of 1).
///   - bins: the number of bins of the histogram.
/// - Throws: an error that names the row if a row is not finite or has norm zero.
public func cosineSimilarity(
  _ embeddings: Matrix, diagonal: Bool = false, bins: Int = 0
) throws -> CosineStatistics {
  let budget = ThreadBudget(jobs: 1)
  budget.acquire()
  return try cosineSimilarity(TransformedRows(embeddings, .x), diagonal: diagonal, bins: bins, budget)
}

/// The mean of cos(u_i, u_j) over all ordered pairs, in O(n·d):
///
///     Σ_ij û_i·û_j = ‖Σ_i û_i‖²
///
/// so the mean is ‖Σû‖²/n² with the diagonal and (‖Σû‖² − n)/(n(n−1)) without.
public func meanCosineSimilarity(_ embeddings: Matrix, diagonal: Bool = false) throws -> Double {
  let budget = ThreadBudget(jobs: 1)
  budget.acquire()
  return try meanCosineSimilarity(TransformedRows(embeddings, .x), diagonal: diagonal, budget)
}

package func meanCosineSimilarity(
  _ rows: TransformedRows, diagonal: Bool, _ budget: ThreadBudget
) throws -> Double {
  guard rows.rows >= 2 else { throw MetricFailure.tooFewRows(rows.side, found: rows.rows) }
  let sum = try rows.unitSum(budget)
  let n = Double(rows.rows)
  return diagonal ? dot(sum, sum) / (n * n) : (dot(sum, sum) - n) / (n * (n - 1))
}

/// `cosineSimilarity` of rows as they are moved, on the threads of a budget.
///
/// The upper triangle is multiplied in float32 tiles and looked at twice: first for moments, extremes and a
/// coarse histogram, then for the bins, whose edges are known only then, and for what the quartiles' coarse
/// bins hold. Up to 16 million pairs (5,657 embeddings) are kept between the looks, more are multiplied
/// twice, with the same result. Every pair is counted in the bin that its float32 product lies in, and
/// quartiles are products too, or equal to one within 8e-9. Moments are float64 around the mean, in fixed
/// order; everything else is counting.
package func cosineSimilarity(
  _ rows: TransformedRows, diagonal: Bool, bins: Int, keepingAtMost kept: Int = SimilarityTiles.keptPairs,
  _ budget: ThreadBudget
) throws -> CosineStatistics {
  guard rows.rows >= 2 else { throw MetricFailure.tooFewRows(rows.side, found: rows.rows) }
  let centre = try meanCosineSimilarity(rows, diagonal: false, budget)
  let tiles = try SimilarityTiles(rows.unitFloats(budget), keepingAtMost: kept)
  let first = try tiles.firstPass(around: Float(centre), budget)
  let ranks = QuantileRanks(pairs: tiles.pairCount, diagonal: diagonal ? rows.rows : 0)
  let low = first.minimum
  let high = diagonal ? max(1, first.maximum) : first.maximum
  let wanted = ranks.coarseBins(first.coarse)
  let histogramBins = HistogramBins(low: low, high: high, count: max(1, bins))
  let second = try tiles.secondPass(bins: histogramBins, wanted: wanted, budget)
  let moments = first.moments(around: Double(Float(centre)), diagonal: diagonal ? rows.rows : 0)
  let histogram = histogramBins.histogram(second.bins, diagonal: diagonal ? rows.rows : 0)
  let quartiles = ranks.quartiles(first.coarse, second.fine)
  return CosineStatistics(
    count: rows.rows, mean: moments.mean, standardDeviation: moments.standardDeviation,
    minimum: Double(low), percentile25: quartiles[0], median: quartiles[1], percentile75: quartiles[2],
    maximum: Double(high), histogram: bins > 0 ? histogram : CosineStatistics.Histogram(edges: [], pairs: [])
  )
}

extension CosineStatistics {
  /// The mean alone; everything else is NaN.
  package init(count: Int, onlyMean mean: Double) {
    self.init(
      count: count, mean: mean, standardDeviation: .nan, minimum: .nan, percentile25: .nan, median: .nan,
      percentile75: .nan, maximum: .nan, histogram: Histogram(edges: [], pairs: []))
  }
}
