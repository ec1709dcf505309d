import Contracts

/// Everything a config may name: what the validator checks against and the schema prints.
package struct Grammar: Sendable {
  package let stages: [StageSignature]
  package let figures: [FigureSignature]
  package let checks: [CheckSignature]
  /// The kinds of the `data` section.
  package let data: [String: [Parameter]]

  package init(
    stages: [StageSignature], figures: [FigureSignature], checks: [CheckSignature],
    data: [String: [Parameter]] = Grammar.standardData
  ) {
    self.stages = stages
    self.figures = figures
    self.checks = checks
    self.data = data
  }

  package static let standardData: [String: [Parameter]] = [
    "gaussian": [
      .defaulted("count", .integer(2...10_000_000), 1024, "how many standard normal vectors are drawn")
    ],
    // Named so that configs that describe them can be read; no stage of this version draws them.
    "shapes": [
      .defaulted("count", .integer(2...10_000_000), 2000, "how many captioned pictures are drawn"),
      .optional("seed", .integer(0...9_007_199_254_740_991), "of the pictures"),
      .optional("size", .integer(1...4096), "pixels on a side"),
      .optional("normalize", .choice(["clip", "imagenet", "none"]), "of the pixels"),
    ],
  ]

  package func signature(_ phase: StagePhase, _ kind: String) -> StageSignature? {
    stages.first { $0.phase == phase && $0.kind == kind }
  }

  package static let topLevelKeys = [
    "$schema", "extends", "name", "title", "seed", "matrix", "replicates", "data", "stages",
    "figures", "claims",
  ]
  package static let mostRuns = 1_000_000
  package static let largestSeed = 9_007_199_254_740_991
  /// Coordinates that shifts, layers and lists of upstream stages bring to a table.
  package static let coordinates = ["delta", "lambda", "degrees", "layer", "from"]
}
