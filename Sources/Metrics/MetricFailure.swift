import Contracts
import Declarations

/// Why a metric cannot be computed on what it was given.
package enum MetricFailure: Failure, Equatable {
  case tooFewRows(Side, found: Int)
  case noDimensions(Side)
  case notFinite(Side, row: Int, column: Int, value: Float)
  case zeroNorm(Side, row: Int)
  case notAPair
  /// `misfit` says how the pairing and the numbers of rows differ.
  case misfit(Partners.Misfit, xRows: Int, yRows: Int)
  /// Rows that belong together are needed, and there are none.
  case unpaired
  /// Items with pairs, of which the bootstrap needs several to draw from.
  case tooFewItems(found: Int)
  case unequalShapes(xRows: Int, xColumns: Int, yRows: Int, yColumns: Int)
  case notOnSphere(dimension: Int)
  case noGap
  case directionLength(found: Int, expected: Int)
  case noRows
  case lossNotFinite(temperature: Double)
  case tooLargeToMeasure
  case minDistBeyondSpread(minDist: Double, spread: Double)
  case noSuchMetric(String)

  package var kind: FailureKind { .invalidInput }

  private static func sentence(_ misfit: Partners.Misfit, _ x: Int, _ y: Int) -> String {
    switch misfit {
    case .unequalRows:
      "x has \(x) rows and y has \(y), but row i of x is paired with row i of y, so the numbers must be equal; "
        + "set `pairing` to {\"kind\": \"grouped\", \"size\": k}, to a map, or to \"none\""
    case .groups(let size):
      "x has \(x) rows and y has \(y), which are not groups of \(size); y needs a multiple of \(size) rows, "
        + "and x needs one row per group or as many rows as y"
    case .mapLength(let found):
      "the map of `pairing` has \(found) numbers, but y has \(y) rows; the map needs one number for each row"
    case .mapRange(let row, let found):
      "the map of `pairing` gives row \(found) of x for row \(row) of y, but x has the rows 0 to \(x - 1)"
    }
  }

  package var message: String {
    switch self {
    case .tooFewRows(let side, let found):
      "modality \(side) has \(found) embedding\(found == 1 ? "" : "s"); at least 2 are needed"
    case .noDimensions(let side):
      "the embeddings of modality \(side) have no dimensions"
    case .notFinite(let side, let row, let column, let value):
      "row \(row) of modality \(side) holds \(value) in column \(column); embeddings must be finite"
    case .zeroNorm(let side, let row):
      "row \(row) of modality \(side) has norm zero, so it has no direction; remove the sample"
    case .notAPair:
      "embeddings of two modalities are needed, but these come from one tower"
    case .misfit(let misfit, let xRows, let yRows): Self.sentence(misfit, xRows, yRows)
    case .unpaired:
      "pairs are needed, but `pairing` is \"none\": no row of x has a partner in y; set `pairing` to "
        + "say which rows belong together, or remove this stage"
    case .tooFewItems(let found):
      "`bootstrap` draws items that have pairs, and `pairing` gives \(found) item\(found == 1 ? "" : "s"); "
        + "at least 2 are needed: remove `bootstrap`, or correct `pairing`"
    case .unequalShapes(let xRows, let xColumns, let yRows, let yColumns):
      "x is (\(xRows), \(xColumns)) but y is (\(yRows), \(yColumns)); "
        + (xColumns == yColumns
          ? "row i of x is paired with row i of y: give the same number of rows, or set `pairing`"
          : "both need the same number of dimensions")
    case .notOnSphere(let dimension):
      "a rotation needs points on the 3D sphere, but these have \(dimension) dimensions"
    case .noGap:
      "the centroids of the modalities coincide, so the gap has no direction"
    case .directionLength(let found, let expected):
      "the direction has \(found) dimensions, but the embeddings have \(expected)"
    case .lossNotFinite(let temperature):
      "at the temperature \(temperature) the loss is too large for float64; use a higher temperature"
    case .noRows:
      "there are no embeddings to measure"
    case .tooLargeToMeasure:
      "the embeddings have values that are too large to compute distances; scale them down"
    case .minDistBeyondSpread(let minDist, let spread):
      "`min_dist` is \(minDist), but it must be at most `spread`, which is \(spread)"
    case .noSuchMetric(let name):
      "there is no metric `\(name.prefix(60))`; there are "
        + gapMetricCatalog.map { "`\($0.card.name)`" }.joined(separator: ", ")
    }
  }
}
