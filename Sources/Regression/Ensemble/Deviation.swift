/// How far numbers are apart, on a scale that is relative for large numbers and absolute for small ones.
package enum Deviation {
  /// |r − r₀|/(1 + |r₀|). Equal numbers, two NaNs and equal infinities are not apart; all else that is not finite is
  /// infinitely far.
  package static func between(_ r: Double, _ r0: Double) -> Double {
    if r == r0 || (r.isNaN && r0.isNaN) { return 0 }
    guard r.isFinite, r0.isFinite else { return .infinity }
    return abs(r - r0) / (1 + abs(r0))
  }

  /// The same of 1 − c: of cosines near 1, what is left is what was measured.
  package static func ofCosines(_ c: Double, _ c0: Double) -> Double { between(1 - c, 1 - c0) }

  static func of(_ kind: NumberKind, _ r: Double, _ r0: Double) -> Double {
    kind == .cosine ? ofCosines(r, r0) : between(r, r0)
  }
}

/// What a printed number was rounded to last.
package enum Precision: String, Sendable {
  case single, double

  /// u: half the distance from 1 to the next number.
  package var unitRoundoff: Double { self == .single ? 0x1p-24 : 0x1p-53 }

  /// Single where all values are float32 numbers, which a float64 result is by chance only where it has few digits.
  package static func shown(by values: [Double]) -> Precision {
    values.allSatisfy { $0.isNaN || Double(Float($0)) == $0 } ? .single : .double
  }

  /// The least tolerance: five times one unit in the last place, 2u·|r|, which is at most 2u·(1 + |r|). An ensemble in
  /// which a number never moved says that its moves are smaller than the last place shows, and no more: another rounding may
  /// move it across one border between two printed numbers. The factor is that of the ensemble's own moves.
  package var floor: Double { EnsembleTolerance.factor * 2 * unitRoundoff }
}
