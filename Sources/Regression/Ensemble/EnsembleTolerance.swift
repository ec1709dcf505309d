import Declarations
import Foundation

/// Tolerances of deterministic numbers across environments, from runs that differ in nothing but how they round.
package enum EnsembleTolerance {
  /// Of the largest move of the ensemble.
  package static let factor = 5.0
  /// Legal roundings in the ensemble, without those of other kernels.
  package static let roundings = 30

  /// The reference with `tolerance = 5·max_k |r_k − r₀|/(1 + |r₀|)`, at least `Precision.floor`.
  ///
  /// - Parameters:
  ///   - reference: the numbers r₀, of the identity.
  ///   - ensemble: those of the other runs.
  ///   - trained: stages behind a training, whose numbers have rules of their own and stay as they are; the ensemble need
  ///     not have them.
  ///   - precision: of a number's last rounding, from all its values; the default tells by the values.
  /// - Throws: `RegressionFailure.absentFromEnsemble`, `.repeated`, `.tooFew`.
  package static func calibrated(
    _ reference: [ReferenceNumber], by ensemble: [[ReferenceNumber]], without trained: Set<ExactString> = [],
    precision: (ReferenceNumber, [Double]) -> Precision = { Precision.shown(by: $1) }
  ) throws -> [ReferenceNumber] {
    guard !ensemble.isEmpty else {
      throw RegressionFailure.tooFew(what: "runs of the ensemble", found: 0, needed: 1)
    }
    let members = try ensemble.map { try $0.byKey() }
    let isCompared = { (number: ReferenceNumber) in !(number.stage.map(trained.contains) ?? false) }
    let moves = try countMoves(reference.filter(isCompared), members)
    let own = try reference.map { number in
      guard isCompared(number) else { return number }
      return try number.kind == .count
        ? counted(number, move: moves[number.column] ?? 0, runs: ensemble.count)
        : calibrated(number, by: members, precision)
    }
    let byKey = try own.byKey()
    return own.map { number in
      guard number.kind == .place, isCompared(number),
        let extreme = number.key.ofExtreme.flatMap({ byKey[$0] })
      else {
        return number
      }
      return placed(number, tolerance: extreme.tolerance, source: extreme.toleranceSource)
    }
  }

  private static func calibrated(
    _ number: ReferenceNumber, by members: [[NumberKey: ReferenceNumber]],
    _ precision: (ReferenceNumber, [Double]) -> Precision
  ) throws -> ReferenceNumber {
    guard number.kind == .real || number.kind == .cosine, let r0 = number.value.number else { return number }
    let values = try values(of: number, in: members)
    let largest = values.map { Deviation.of(number.kind, $0, r0) }.max() ?? 0
    guard largest.isFinite else {
      throw RegressionFailure.notFinite(what: "\(number.key) in the ensemble")
    }
    let precision = precision(number, [r0] + values)
    var calibrated = number
    let isMoved = factor * largest > precision.floor
    calibrated.tolerance = roundedUp(max(factor * largest, precision.floor))
    calibrated.toleranceSource = isMoved ? "ensemble-\(values.count)" : "floor-\(precision)"
    return calibrated
  }

  private static func values(
    of number: ReferenceNumber, in members: [[NumberKey: ReferenceNumber]]
  ) throws -> [Double] {
    try members.enumerated().map { index, member in
      guard let value = member[number.key]?.value.number else {
        throw RegressionFailure.absentFromEnsemble(
          experiment: number.experiment, id: number.id, member: index + 1)
      }
      return value
    }
  }

  // MARK: - Counts and places

  /// The largest change of any count of a column. One count alone says too little: an item near the border between two
  /// bins crosses it in few roundings, perhaps in none of the ensemble, but the bins of a column have such items alike.
  private static func countMoves(
    _ reference: [ReferenceNumber], _ members: [[NumberKey: ReferenceNumber]]
  ) throws -> [NumberKey: Double] {
    try reference.filter { $0.kind == .count }.reduce(into: [:]) { moves, number in
      guard let count = number.value.number else { return }
      let largest = try values(of: number, in: members).map { abs($0 - count) }.max() ?? 0
      moves[number.column] = max(moves[number.column] ?? 0, largest)
    }
  }

  private static func counted(_ number: ReferenceNumber, move: Double, runs: Int) -> ReferenceNumber {
    var counted = number
    counted.change = factor * move
    counted.toleranceSource = "column-\(runs)"
    return counted
  }

  /// A place may be any other one where the second best value is within twice the tolerance, as the best may become
  /// worse and the second better by it; else none.
  private static func placed(_ number: ReferenceNumber, tolerance: Double?, source: String?)
    -> ReferenceNumber
  {
    var placed = number
    (placed.tolerance, placed.toleranceSource) = (tolerance, source)
    placed.change = tolerance.map { (number.margin ?? .infinity) < 2 * $0 ? .infinity : 0 }
    return placed
  }

  /// To two digits, so that files and their differences can be read.
  private static func roundedUp(_ value: Double) -> Double {
    guard let nearest = Double(String(format: "%.1e", value)) else { return value }
    return nearest >= value ? nearest : Double(String(format: "%.1e", value * 1.05)) ?? value
  }
}

extension ReferenceNumber {
  /// Whose table it is of; nil of a claim or a digest, which are not calibrated.
  fileprivate var stage: ExactString? {
    guard kind != .claim, kind != .digest else { return nil }
    return ExactString(TableName(id.split(separator: "/").first.map(String.init) ?? id).stage)
  }

  /// Numbers that count the same of other rows: those of one quantity, and how many values there are.
  fileprivate var column: NumberKey {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    let isNumber = parts.count > 2 && ["n", "count", "numbers"].contains(parts.last)
    return NumberKey(
      experiment: experiment, id: (parts.prefix(2) + (isNumber ? parts.suffix(1) : [])).joined(separator: "/")
    )
  }
}
