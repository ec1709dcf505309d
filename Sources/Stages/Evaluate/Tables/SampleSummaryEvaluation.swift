import Contracts
import Declarations
import Statistics

/// Mean and spread of a column over the rows of each group, each row one independent observation.
///
/// `sd` has n − 1 in the denominator, `population_sd` has n. The interval is mean ± t(½ + ½·level, n − 1)·sd/√n, and
/// `half_width` is what stands behind its ±. One row has no spread: NaN.
package struct SampleSummaryEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var of: String
    var by: OneOrMany<String>?
    var `where`: RowSelection?
    var level: Double
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "sample-summary",
    summary: "Count, mean, spread and t interval of a column of a table.",
    parameters: [
      .quantity, .by,
      .optional(
        "where", .selection, "Columns, and the values that rows must have in them. Without it all rows count."
      ),
      .level,
    ],
    input: .tables, output: .tables,
    columns: [
      .listed(by: "by"),
      TableColumn("n", .quantity, .integer, "Rows"),
      TableColumn("mean", .quantity, .real, "Mean"),
      TableColumn("sd", .quantity, .real, "Standard deviation (n − 1)"),
      TableColumn("population_sd", .quantity, .real, "Standard deviation (n)"),
      TableColumn("half_width", .quantity, .real, "Half-width of the interval"),
      .low, .high,
      TableColumn("min", .quantity, .real, "Least value"),
      TableColumn("max", .quantity, .real, "Greatest value"),
      TableColumn("total", .quantity, .real, "Sum"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let input = try InputTable(inputs, for: Self.signature.name)
    let names = parameters.by?.values ?? []
    var result = try GroupTable(by: names, Self.signature)
    for (key, rows) in try input.groups(try input.rows(parameters.where), by: names) {
      result.append(key, row(try input.numbers(parameters.of, rows)))
    }
    return result.artefact
  }

  private func row(_ values: [Double]) -> [(String, Cell)] {
    let summary = Summary(of: values)
    let count = Double(summary.count)
    let interval = summary.interval(level: parameters.level)
    // sd·√((n − 1)/n); of one row, which has no sd, 0.
    let population = summary.count > 1 ? summary.standardDeviation * ((count - 1) / count).squareRoot() : 0
    return [
      ("n", .integer(summary.count)), ("mean", .real(summary.mean)), ("sd", .real(summary.standardDeviation)),
      ("population_sd", .real(population)),
      ("half_width", .real(interval.map { ($0.high - $0.low) / 2 } ?? .nan)),
      ("low", .real(interval?.low ?? .nan)), ("high", .real(interval?.high ?? .nan)),
      ("min", .real(values.min() ?? .nan)), ("max", .real(values.max() ?? .nan)),
      ("total", .real(values.reduce(0, +))),
    ]
  }
}
