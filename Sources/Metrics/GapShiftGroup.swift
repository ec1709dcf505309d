import Contracts
import Execution
import Kernels

/// Members of a family that differ only in how far they are shifted along one gap.
///
/// A shifted similarity follows from products that no shift changes. With x' = r·(x − a·g) and
/// y' = q·(y + b·g), where r and q are the inverse norms (or 1):
///
///     x'·y' = (x·y + b·(x·g) − a·(y·g) − a·b)·r·q
///     ‖x − a·g‖² = ‖x‖² − 2a·(x·g) + a²
///
/// So one product x·y serves every member, and each costs a few additions a pair.
package struct GapShiftGroup: Sendable {
  /// `(n, d)`, after the transforms that the members share; y may have another number of rows.
  package let x: RealMatrix
  package let y: RealMatrix
  /// Which rows belong together.
  package let partners: Partners
  package let members: [Shift]
  /// The base's gap before any transform.
  package let original: [Double]
  private let direction: [Double]
  private let projectionsX: [Double]
  private let projectionsY: [Double]
  private let squaresX: [Double]
  private let squaresY: [Double]
  private let pairProducts: [Double]

  /// A member by its place in the family, and how far it is moved along the gap.
  package struct Shift: Sendable {
    package let index: Int
    package let amountX: Double
    package let amountY: Double
    package let renormalize: Bool
  }

  /// The factors of one member's similarities: s_ij = (x_i·y_j + offsetX_i + offsetY_j)·scaleX_i·scaleY_j.
  package struct Factors: Sendable {
    package var offsetX: [Double]
    package var offsetY: [Double]
    package var scaleX: [Double]
    package var scaleY: [Double]
    /// The similarity of each pair: s_ii where row i belongs with row i.
    package var pairs: [Double]
    /// No |s_ij| is greater.
    package var bound: Double
    /// ‖x' − y'‖² of each pair.
    package var squaredDistances: [Double]
  }

  private init(
    x: RealMatrix, y: RealMatrix, partners: Partners, members: [Shift], original: [Double],
    direction: [Double]
  ) {
    self.x = x
    self.y = y
    self.partners = partners
    self.members = members
    self.original = original
    self.direction = direction
    projectionsX = x.rowProducts(with: direction)
    projectionsY = y.rowProducts(with: direction)
    squaresX = x.rowProducts(with: x)
    squaresY = y.rowProducts(with: y)
    pairProducts = x.rowProducts(with: y, of: partners.rowOfX)
  }
}

extension GapShiftGroup {
  /// Splits a family of pairs into groups, each in the family's order.
  package static func groups(of family: EmbeddingFamily, _ budget: ThreadBudget) throws -> [GapShiftGroup] {
    var keys: [(key: Key, shifts: [Shift])] = []
    for (index, member) in family.members.enumerated() {
      let (key, shift) = Key.split(member, index: index)
      if let last = keys.indices.last, keys[last].key == key {
        keys[last].shifts.append(shift)
      } else {
        keys.append((key, [shift]))
      }
    }
    return try keys.map { try group(family, $0.key, $0.shifts, budget) }
  }

  /// What the members of a group share.
  private struct Key: Equatable {
    let member: EmbeddingFamily.Member
    let direction: [Double]?

    /// Takes a last shift along a gap off the transforms.
    static func split(_ member: EmbeddingFamily.Member, index: Int) -> (Key, Shift) {
      var shared = EmbeddingFamily.Member(base: member.base, transforms: member.transforms)
      guard let last = member.transforms.last?.asTranslation else {
        let still = Shift(index: index, amountX: 0, amountY: 0, renormalize: false)
        return (Key(member: shared, direction: nil), still)
      }
      shared.transforms.removeLast()
      let shift = Shift(
        index: index, amountX: last.amountX, amountY: last.amountY, renormalize: last.renormalizes)
      return (Key(member: shared, direction: last.direction), shift)
    }
  }

  private static func group(
    _ family: EmbeddingFamily, _ key: Key, _ shifts: [Shift], _ budget: ThreadBudget
  ) throws -> GapShiftGroup {
    let member = key.member
    let x = try family.rows(.x, of: member).real(budget)
    let y = try family.rows(.y, of: member).real(budget)
    let mustBeEqual = family.bases[member.base].pairing == .identity
    guard x.rows == y.rows || !mustBeEqual, x.columns == y.columns else {
      throw MetricFailure.unequalShapes(
        xRows: x.rows, xColumns: x.columns, yRows: y.rows, yColumns: y.columns)
    }
    let direction = key.direction ?? [Double](repeating: 0, count: x.columns)
    guard direction.count == x.columns else {
      throw MetricFailure.directionLength(found: direction.count, expected: x.columns)
    }
    let original = try family.originalGap(of: member, budget).vector
    return GapShiftGroup(
      x: x, y: y, partners: try family.bases[member.base].partners(), members: shifts, original: original,
      direction: direction)
  }

  /// Groups of one-to-one pairs, row i with row i, in which each item is at most once: this one where it is
  /// such a group already.
  /// - Throws: `MetricFailure.unpaired`.
  package func rounds() throws -> [GapShiftGroup] {
    guard partners.isPaired else { throw MetricFailure.unpaired }
    let rounds = partners.rounds
    if rounds.count == 1, partners.rowOfX == Array(0..<x.rows) { return [self] }
    return try rounds.map { pairs in
      GapShiftGroup(
        x: x.picking(pairs.map { partners.rowOfX[$0] }), y: y.picking(pairs),
        partners: try Partners(.identity, xRows: pairs.count, yRows: pairs.count), members: members,
        original: original, direction: direction)
    }
  }
}

extension GapShiftGroup {
  /// The factors of one member's similarities.
  /// - Throws: `MetricFailure.zeroNorm` where a row is shifted onto the origin.
  package func factors(_ shift: Shift) throws -> Factors {
    let a = shift.amountX
    let b = shift.amountY
    let squareX = try squares(.x, squaresX, projectionsX, by: -a)
    let squareY = try squares(.y, squaresY, projectionsY, by: b)
    var factors = Factors(
      offsetX: projectionsX.map { b * $0 }, offsetY: projectionsY.map { -a * $0 - a * b },
      scaleX: scales(squareX, shift), scaleY: scales(squareY, shift), pairs: [], bound: 1,
      squaredDistances: [])
    for (j, i) in partners.rowOfX.enumerated() {
      let shifted = pairProducts[j] + (factors.offsetY[j] + factors.offsetX[i])
      factors.pairs.append(shifted * (factors.scaleY[j] * factors.scaleX[i]))
    }
    let lengthX: [Double] = zip(squareX, factors.scaleX).map { $0 * $1 * $1 }
    let lengthY: [Double] = zip(squareY, factors.scaleY).map { $0 * $1 * $1 }
    let longest: Double = (lengthX.max() ?? 1) * (lengthY.max() ?? 1)
    factors.bound = longest.squareRoot() * (1 + 1e-9)
    for (j, i) in partners.rowOfX.enumerated() {
      factors.squaredDistances.append(max(0, lengthX[i] + lengthY[j] - 2 * factors.pairs[j]))
    }
    return factors
  }

  private func scales(_ squares: [Double], _ shift: Shift) -> [Double] {
    shift.renormalize ? squares.map { 1 / $0.squareRoot() } : [Double](repeating: 1, count: squares.count)
  }

  /// ‖row + t·g‖² of every row; where the short form cancels, from the shifted row itself.
  private func squares(
    _ side: Side, _ squares: [Double], _ projections: [Double], by t: Double
  ) throws -> [Double] {
    try squares.indices.map { row in
      let short = squares[row] + 2 * t * projections[row] + t * t
      if short > 1e-6 * (squares[row] + t * t) { return short }
      let exact = squareOfShifted(side, row, by: t)
      guard exact > 1e-28 else { throw MetricFailure.zeroNorm(side, row: row) }
      return exact
    }
  }

  private func squareOfShifted(_ side: Side, _ row: Int, by t: Double) -> Double {
    let values = (side == .x ? x : y).row(row)
    return zip(values, direction).reduce(0) { sum, pair in
      let value = pair.0 + t * pair.1
      return sum + value * value
    }
  }

  /// The similarity of x_i and y_j in one order of operations: identical rows give identical bits, so
  /// ties are ties.
  package func exactSimilarity(_ i: Int, _ j: Int, _ factors: Factors) -> Double {
    x.withSlice { xs in
      y.withSlice { ys in
        let product = dot(x.line(i, of: xs), y.line(j, of: ys))
        let shifted = product + (factors.offsetY[j] + factors.offsetX[i])
        return shifted * (factors.scaleY[j] * factors.scaleX[i])
      }
    }
  }

  /// The gap of every member, by two products of the members' scales with the rows:
  /// Σ x'_i = Σ r_i x_i − a·(Σ r_i)·g.
  package func gaps(_ factors: [Factors], _ budget: ThreadBudget) throws -> [Gap] {
    let sumsX = try x.weightedSums(factors.map(\.scaleX), budget)
    let sumsY = try y.weightedSums(factors.map(\.scaleY), budget)
    let (n, share) = (Double(x.rows), Double(x.rows) / Double(y.rows))
    return members.indices.map { m in
      let moved: Double = members[m].amountX * factors[m].scaleX.reduce(0, +)
      let weight: Double = moved + members[m].amountY * (factors[m].scaleY.reduce(0, +) * share)
      var vector = [Double](repeating: 0, count: x.columns)
      for k in vector.indices {
        vector[k] = (sumsX[m, k] - sumsY[m, k] * share - weight * direction[k]) / n
      }
      return Gap(vector: vector)
    }
  }
}

extension RealMatrix {
  /// The dot product of every row with `vector`.
  package func rowProducts(with vector: [Double]) -> [Double] {
    withSlice { values in
      vector.withReadSlice { vector in (0..<rows).map { dot(line($0, of: values), vector) } }
    }
  }

  /// A row in the matrix's own numbers.
  @inline(__always)
  fileprivate func line(_ row: Int, of values: DoubleSlice) -> DoubleSlice {
    values[row * columns..<(row + 1) * columns]
  }

  /// The dot product of every row with the same row of `other`.
  package func rowProducts(with other: RealMatrix) -> [Double] {
    rowProducts(with: other, of: Array(0..<rows))
  }

  /// The dot products of row `own[j]` with row j of `other`, for all j of `own`.
  package func rowProducts(with other: RealMatrix, of own: [Int]) -> [Double] {
    precondition(columns == other.columns && own.count <= other.rows, "rows to multiply must be there")
    return withSlice { mine in
      other.withSlice { theirs in
        own.enumerated().map { j, i in dot(line(i, of: mine), line(j, of: theirs)) }
      }
    }
  }

  /// The dot product of one row with one of `other`, in one order of operations.
  func rowProduct(_ row: Int, with other: RealMatrix, _ otherRow: Int) -> Double {
    withSlice { mine in
      other.withSlice { theirs in dot(line(row, of: mine), other.line(otherRow, of: theirs)) }
    }
  }

  /// These rows, in this order.
  package func picking(_ chosen: [Int]) -> RealMatrix {
    RealMatrix(rows: chosen.count, columns: columns, values: chosen.flatMap(row))
  }

  /// Σ_i w_i·row_i for each list of weights: `(weights.count, columns)`, blocks summed in order.
  package func weightedSums(_ weights: [[Double]], _ budget: ThreadBudget) throws -> RealMatrix {
    let size = 1024
    let parts = try budget.map(blocks: blockCount(rows, size: size)) { block in
      let range = blockRange(block, size: size, count: rows)
      let part = RealMatrix(
        rows: weights.count, columns: range.count, values: weights.flatMap { $0[range] })
      let slice = RealMatrix(
        rows: range.count, columns: columns,
        values: Array(values[range.lowerBound * columns..<range.upperBound * columns]))
      return part.multiplied(by: slice).values
    }
    return RealMatrix(
      rows: weights.count, columns: columns, values: addInOrder(parts, count: weights.count * columns))
  }
}
