import Declarations

/// Everything a config may name: what the validator checks against and the schema prints.
package struct Grammar: Sendable {
  package let stages: [StageSignature]
  package let figures: [FigureSignature]
  package let checks: [CheckSignature]
  /// The kinds of the `data` section.
  package let data: [DataSignature]

  package init(
    stages: [StageSignature], figures: [FigureSignature], checks: [CheckSignature],
    data: [DataSignature] = []
  ) {
    self.stages = stages
    self.figures = figures
    self.checks = checks
    self.data = data
  }

  package func signature(_ phase: StagePhase, _ kind: String) -> StageSignature? {
    stages.first { $0.phase == phase && $0.kind == kind }
  }

  /// What each kind of data may say.
  package var dataKinds: [String: [Parameter]] {
    Dictionary(data.map { ($0.kind, $0.parameters) }, uniquingKeysWith: { first, _ in first })
  }

  /// The command that gets a folder which a kind of data reads by default.
  func obtain(_ folder: String) -> String? {
    data.first { kind in
      kind.parameters.contains { parameter in
        guard case .folder = parameter.type else { return false }
        return parameter.defaultValue?.string?.isExactly(folder) ?? false
      }
    }?.obtain
  }

  package static let topLevelKeys = [
    "$schema", "extends", "name", "title", "seed", "matrix", "replicates", "data", "stages",
    "figures", "claims",
  ]
  /// The axis whose values are the runs' seeds.
  package static let seedAxis = "seed"
  package static let mostRuns = 1_000_000
  /// One for each combination of the axes' values; `Int.max` where nobody could count them.
  package static func runs(of axes: [Axis]) -> Int {
    axes.reduce(1) { count, axis in
      let (product, overflow) = count.multipliedReportingOverflow(by: axis.values.count)
      return overflow ? Int.max : product
    }
  }

  /// Stages and what they read, over all runs: a plan of as many takes some gigabytes.
  package static let mostTasks = 2_000_000
  package static let largestSeed = 9_007_199_254_740_991

  /// Coordinates that stages may bring to a table.
  var coordinates: [TableColumn] { stages.flatMap(\.coordinates) + [.from] }
}
