import Contracts
import Execution
import Kernels

extension EmbeddingFamily {
  /// The rows of one modality of a member, transformed.
  /// - Throws: `MetricFailure.notAPair` where `y` is asked of a single tower.
  package func rows(_ side: Side, of member: Member) throws -> TransformedRows {
    let base = bases[member.base]
    switch side {
    case .x: return try TransformedRows(base.x, .x, transforms: member.transforms)
    case .y:
      guard let y = base.y else { throw MetricFailure.notAPair }
      return try TransformedRows(y, .y, transforms: member.transforms)
    }
  }

  /// The modalities that a member has.
  package func sides(of member: Member) -> [Side] {
    bases[member.base].y == nil ? [.x] : [.x, .y]
  }

  /// The member's embeddings, transformed, as float32 matrices.
  package func materialized(_ member: Member, _ budget: ThreadBudget) throws -> Embeddings {
    if member.transforms.isEmpty { return bases[member.base] }
    let x = try rows(.x, of: member).real(budget).rounded
    let y = try bases[member.base].y.map { _ in try rows(.y, of: member).real(budget).rounded }
    return Embeddings(
      x: x, y: y, isNormalized: member.hasUnitRows,
      pairing: bases[member.base].pairing, annotations: bases[member.base].annotations)
  }
}

extension EmbeddingFamily.Member {
  /// Whether its rows have unit norm: those of the base are divided by theirs, and the last transform decides that
  /// does not keep norms.
  package var hasUnitRows: Bool {
    for transform in transforms.reversed() {
      switch transform.normEffect {
      case .makesUnit: return true
      case .losesUnit: return false
      case .keepsUnit: continue
      }
    }
    return true
  }
}

extension Embeddings {
  /// Which rows belong together.
  /// - Throws: `MetricFailure.misfit` where the pairing does not fit the numbers of rows.
  package func partners() throws -> Partners {
    guard let y else { throw MetricFailure.notAPair }
    do {
      return try Partners(pairing, xRows: x.rows, yRows: y.rows)
    } catch {
      throw MetricFailure.misfit(error, xRows: x.rows, yRows: y.rows)
    }
  }
}

/// Checks what every metric relies on: two rows or more, one dimension or more, numbers of rows that fit
/// the pairing, and finite rows that have a direction.
package func validate(_ embeddings: Embeddings, _ budget: ThreadBudget) throws {
  try validate(embeddings.x, .x, budget)
  guard let y = embeddings.y else { return }
  let x = embeddings.x
  let mustBeEqual = embeddings.pairing == .identity
  guard x.rows == y.rows || !mustBeEqual, x.columns == y.columns else {
    throw MetricFailure.unequalShapes(
      xRows: x.rows, xColumns: x.columns, yRows: y.rows, yColumns: y.columns)
  }
  _ = try embeddings.partners()
  try validate(y, .y, budget)
}

private func validate(_ matrix: Matrix, _ side: Side, _ budget: ThreadBudget) throws {
  guard matrix.rows >= 2 else { throw MetricFailure.tooFewRows(side, found: matrix.rows) }
  guard matrix.columns >= 1 else { throw MetricFailure.noDimensions(side) }
  _ = try TransformedRows(matrix, side).unitSum(budget)
}
