import Declarations
import Files
import Kernels
import Statistics

/// What a canary training gives for seeds of its own: N seeds × quantities, and their principal components.
package struct CanaryReference: Sendable {
  package let seeds: [Int]
  package let quantities: [String]
  private let values: RealMatrix
  private let summaries: [Summary]
  /// Quantities that differ between seeds, as indices into `quantities`.
  private let varying: [Int]
  /// Rows of unit norm over `varying`, and the standard deviation of each one's scores.
  private let components: [(direction: [Double], deviation: Double)]
  package let rule: CanaryRule

  /// - Parameter rows: by seed, the mean of each quantity over the last tenth of the log.
  /// - Throws: `RegressionFailure` where a quantity is missing or not finite, and where seeds (30) or quantities that
  ///   vary are too few for three components.
  package init(seeds: [Int], rows: [[String: Double]]) throws {
    self.seeds = seeds
    quantities = Set(rows.flatMap(\.keys)).sorted()
    let names = quantities
    let columns = try rows.enumerated().map { index, row in
      try Self.vector(
        row, names, "the canary's reference, seed \(seeds.indices.contains(index) ? seeds[index] : index)")
    }
    let fewest = 10 * CanaryRule.componentsBeyond
    guard Set(seeds).count == rows.count, rows.count >= fewest else {
      throw RegressionFailure.tooFew(
        what: "different seeds in the canary's reference", found: min(Set(seeds).count, rows.count),
        needed: fewest)
    }
    values = RealMatrix(rows: rows.count, columns: names.count, values: columns.flatMap { $0 })
    summaries = names.indices.map { column in Summary(of: columns.map { $0[column] }) }
    let spreads = summaries
    varying = names.indices.filter { spreads[$0].standardDeviation > 0 }
    components = try Self.components(columns, spreads, varying, most: rows.count / 10)
    rule = CanaryRule(components: components.count)
  }

  /// Eigenvectors of the correlation matrix, the largest first; those of no variance up to rounding are none.
  private static func components(
    _ rows: [[Double]], _ summaries: [Summary], _ varying: [Int], most: Int
  ) throws -> [(direction: [Double], deviation: Double)] {
    let scores = rows.map { standardised($0, summaries, varying) }
    let n = varying.count
    guard n > 0 else {
      throw RegressionFailure.tooFew(
        what: "quantities of the canary that vary", found: 0, needed: CanaryRule.componentsBeyond)
    }
    let correlations = (0..<n * n).map { place -> Double in
      let products = scores.map { $0[place / n] * $0[place % n] }
      return products.reduce(0, +) / Double(rows.count - 1)
    }
    let eigen = try LAPACK.symmetricEigen(RealMatrix(rows: n, columns: n, values: correlations))
    let count = eigen.values.prefix(most).count { $0 > 1e-10 * eigen.values[0] }
    guard count >= CanaryRule.componentsBeyond else {
      throw RegressionFailure.tooFew(
        what: "independent quantities of the canary that vary", found: count,
        needed: CanaryRule.componentsBeyond)
    }
    return (0..<count).map { (Array(eigen.vectors.row($0)), eigen.values[$0].squareRoot()) }
  }

  private static func standardised(_ row: [Double], _ summaries: [Summary], _ varying: [Int]) -> [Double] {
    varying.map { (row[$0] - summaries[$0].mean) / summaries[$0].standardDeviation }
  }

  private static func vector(_ row: [String: Double], _ names: [String], _ place: String) throws -> [Double] {
    try names.map { name in
      guard let value = row[name] else { throw RegressionFailure.missingQuantity(name, in: place) }
      guard value.isFinite else { throw RegressionFailure.notFinite(what: "\(name) of \(place)") }
      return value
    }
  }

  package func summary(of quantity: String) -> Summary? {
    quantities.firstIndex(of: quantity).map { summaries[$0] }
  }
}

// MARK: - Judging a night

/// What three canary trainings of one night say.
package struct CanaryVerdict: Sendable, Equatable {
  /// Components that lie beyond in two or more runs, from 1, each with the quantities that weigh most in it.
  package let beyond: [String]
  /// Quantities that no seed of the reference changes, and that changed.
  package let moved: [String]

  package var isFailure: Bool { beyond.count >= CanaryRule.componentsBeyond || !moved.isEmpty }
}

extension CanaryReference {
  /// - Throws: `RegressionFailure` for fewer or more than three runs, and for a quantity that is missing or not
  ///   finite: neither is ever a pass.
  package func judge(_ runs: [[String: Double]]) throws -> CanaryVerdict {
    guard runs.count == CanaryRule.runs else {
      throw RegressionFailure.tooFew(
        what: "canary trainings of tonight", found: runs.count, needed: CanaryRule.runs)
    }
    let rows = try runs.enumerated().map {
      try Self.vector($1, quantities, "the canary's run \($0 + 1) of tonight")
    }
    let scores = rows.map { Self.standardised($0, summaries, varying) }
    let reach = rule.multiplier * (1 + 1 / Double(seeds.count)).squareRoot()
    let beyond = components.enumerated().compactMap { index, component -> String? in
      let count = scores.count { abs(Self.dot($0, component.direction)) > reach * component.deviation }
      return count >= CanaryRule.runsBeyond
        ? "component \(index + 1) (\(heaviest(component.direction)))" : nil
    }
    return CanaryVerdict(beyond: beyond, moved: moved(rows))
  }

  private func moved(_ rows: [[Double]]) -> [String] {
    quantities.indices.filter { column in
      !varying.contains(column)
        && rows.contains {
          Deviation.between($0[column], summaries[column].mean) > Precision.single.floor
        }
    }.map { quantities[$0] }
  }

  private func heaviest(_ direction: [Double]) -> String {
    let order = direction.indices.sorted { abs(direction[$0]) > abs(direction[$1]) }
    return order.prefix(3).map { quantities[varying[$0]] }.joined(separator: ", ")
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}

// MARK: - Rows

extension CanaryReference {
  /// `seed` and the quantities.
  package var table: Table {
    Table(
      [Table.NamedColumn("seed", .integers(seeds))]
        + quantities.indices.map { column in
          Table.NamedColumn(quantities[column], .reals((0..<seeds.count).map { values[$0, column] }))
        })
  }

  package var csv: [UInt8] { CSV.encode(table) }

  /// - Throws: `CSVFailure`, `RegressionFailure`.
  package init(csv bytes: [UInt8], path: String) throws {
    try self.init(CSV.decode(bytes, path: path), path: path)
  }

  package init(_ table: Table, path: String) throws {
    guard case .integers(let seeds)? = table["seed"] else {
      throw RegressionFailure.missingColumn("seed", in: path)
    }
    let columns = table.columns.filter { !$0.name.isExactly("seed") }
    let rows = try seeds.indices.map { row in
      try columns.reduce(into: [String: Double]()) { found, column in
        guard let value = column.values.cell(row).number else {
          throw RegressionFailure.badCell(
            table: path, row: row, column: column.name, found: column.values.cell(row).plain,
            expected: "a number")
        }
        found[column.name] = value
      }
    }
    try self.init(seeds: seeds, rows: rows)
  }
}
