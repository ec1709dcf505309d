/// The axes of an experiment, which are the first columns of each of its tables.
package struct RunAxes: Sendable, Equatable {
  package let names: [String]
  /// The axis over which numbers are averaged.
  package let replicates: String?
  package init(_ names: [String] = [], replicates: String? = nil) {
    self.names = names
    self.replicates = replicates
  }
}

/// What random numbers a result depends on.
package enum Chance: Int, Sendable, Codable, Comparable {
  /// It is the same whatever the seed.
  case none
  /// Their seed is written in the config, beside what draws them: another seed of the experiment changes nothing.
  case fixed
  /// The experiment's seed changes it.
  case seeded

  package static func < (one: Chance, other: Chance) -> Bool { one.rawValue < other.rawValue }
}

/// Which axes reach what the rows of a table were computed from: whether the values of an axis are independent
/// replicates of a row is decided by its source, not by what stands beside it in the table.
package struct RowSources: Sendable, Equatable {
  /// The table of an evaluation that has its quantities for samples of the items, and the column that numbers these.
  package static let resamplesTable = "resamples"
  package static let resampleColumn = "resample"

  /// By the rows' column `from`, where a table has rows of several stages.
  package let byStage: [String: Set<String>]
  /// Of all other rows.
  package let common: Set<String>
  /// Runs whose rows are no further replicates though the axis reaches them; nil where there are none.
  package let repeats: RepeatedRuns?
  /// Of rows of those stages of `byStage` that have any in them.
  private let chanceByStage: [String: Chance]
  private let chance: Chance

  package init(
    common: Set<String>, byStage: [String: Set<String>] = [:], repeats: RepeatedRuns? = nil,
    chance: Chance = .none, chanceByStage: [String: Chance] = [:]
  ) {
    self.common = common
    self.byStage = byStage
    self.repeats = repeats
    self.chance = chance
    self.chanceByStage = chanceByStage
  }

  /// The same with other values of the axes.
  package func mapping(_ values: (JSONValue) -> JSONValue) -> RowSources {
    RowSources(
      common: common, byStage: byStage, repeats: repeats?.mapping(values), chance: chance,
      chanceByStage: chanceByStage)
  }

  /// What random numbers are in what a row was computed from.
  ///
  /// - Parameter stage: what the row has in `from`; nil where there is no such column.
  package func chance(stage: String?) -> Chance {
    guard let stage, byStage[stage] != nil else { return chance }
    return chanceByStage[stage] ?? .none
  }

  /// - Parameter stage: what the row has in `from`; nil where there is no such column.
  package func axes(reaching stage: String?) -> Set<String> { stage.flatMap { byStage[$0] } ?? common }
}

/// Runs that differ from an earlier one in the replicate, and whose results come from the same source all the same: the
/// same items of the same files, perhaps in another order, or another choice of them.
package struct RepeatedRuns: Sendable, Equatable {
  /// How runs are numbered: the last axis turns fastest.
  package struct Places: Sendable, Equatable {
    package let axes: [String]
    /// Of each axis.
    package let values: [[JSONValue]]
    package let replicates: String

    package init(axes: [String], values: [[JSONValue]], replicates: String) {
      self.axes = axes
      self.values = values
      self.replicates = replicates
    }

    package func run(at places: [Int]) -> Int {
      zip(values, places).reduce(0) { $0 * $1.0.count + $1.1 }
    }

    /// The first of the runs that differ from this one in the replicate alone.
    package func group(of run: Int) -> Int { runs(like: run).first { _ in true } ?? run }

    /// The runs that differ from this one in the replicate alone, and itself, in their order.
    package func runs(like run: Int) -> StrideTo<Int> {
      guard let axis = axes.firstIndex(of: replicates) else { return stride(from: run, to: run + 1, by: 1) }
      let step = values[(axis + 1)...].reduce(1) { $0 * $1.count }
      let first = run - run / step % values[axis].count * step
      return stride(from: first, to: first + step * values[axis].count, by: step)
    }
  }

  package let places: Places
  private let byStage: [String: [Int: Int]]
  private let common: [Int: Int]

  /// - Parameters:
  ///   - common: of each such run the first that it repeats, by their numbers.
  ///   - byStage: for rows of one of several stages, by what these have in `from`.
  package init(places: Places, common: [Int: Int], byStage: [String: [Int: Int]] = [:]) {
    self.places = places
    self.common = common
    self.byStage = byStage
  }

  /// The first run that each repeats.
  ///
  /// - Parameter stage: what the row has in `from`; nil where there is no such column.
  package func runs(of stage: String?) -> [Int: Int] { stage.flatMap { byStage[$0] } ?? common }

  /// The same with other values of the axes.
  package func mapping(_ values: (JSONValue) -> JSONValue) -> RepeatedRuns {
    RepeatedRuns(
      places: Places(
        axes: places.axes, values: places.values.map { $0.map(values) }, replicates: places.replicates),
      common: common, byStage: byStage)
  }
}
