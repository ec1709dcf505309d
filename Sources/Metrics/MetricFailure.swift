import Contracts

/// The first or the second modality of a pair.
public enum Modality: String, Sendable, CaseIterable {
  case x, y
}

/// Why a metric cannot be computed on what it was given.
package enum MetricFailure: Failure, Equatable {
  case tooFewRows(Modality, found: Int)
  case noDimensions(Modality)
  case notFinite(Modality, row: Int, column: Int, value: Float)
  case zeroNorm(Modality, row: Int)
  case notAPair
  case unequalShapes(xRows: Int, xColumns: Int, yRows: Int, yColumns: Int)
  case notOnSphere(dimension: Int)
  case noGap
  case directionLength(found: Int, expected: Int)
  case noRows
  case tooLargeToMeasure
  case minDistBeyondSpread(minDist: Double, spread: Double)

  package var kind: FailureKind { .invalidInput }

  package var sentence: String {
    switch self {
    case .tooFewRows(let modality, let found):
      "modality \(modality) has \(found) embedding\(found == 1 ? "" : "s"); at least 2 are needed"
    case .noDimensions(let modality):
      "the embeddings of modality \(modality) have no dimensions"
    case .notFinite(let modality, let row, let column, let value):
      "row \(row) of modality \(modality) holds \(value) in column \(column); embeddings must be finite"
    case .zeroNorm(let modality, let row):
      "row \(row) of modality \(modality) has norm zero, so it has no direction; remove that sample"
    case .notAPair:
      "embeddings of two modalities are needed, but these come from one tower"
    case .unequalShapes(let xRows, let xColumns, let yRows, let yColumns):
      "x is (\(xRows), \(xColumns)) but y is (\(yRows), \(yColumns)); pairs need equal shapes"
    case .notOnSphere(let dimension):
      "a rotation needs points on the 3D sphere, but these have \(dimension) dimensions"
    case .noGap:
      "the centroids of the modalities coincide, so the gap has no direction to move along"
    case .directionLength(let found, let expected):
      "the direction has \(found) dimensions, but the embeddings have \(expected)"
    case .noRows:
      "there are no embeddings to measure"
    case .tooLargeToMeasure:
      "the embeddings hold values too large for distances between them; scale them down"
    case .minDistBeyondSpread(let minDist, let spread):
      "`min_dist` is \(minDist), but it must be at most `spread`, which is \(spread)"
    }
  }
}
