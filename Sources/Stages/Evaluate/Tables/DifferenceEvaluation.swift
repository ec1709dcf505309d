import Contracts
import Declarations
import Statistics

/// The difference of the means of two selections of rows, or of one and a constant, with its t interval and test.
///
/// With `pair_by` by the pairs' own differences (n − 1 degrees of freedom), else by Welch; of one selection the
/// one-sample t. `p` is two-sided. Where a selection has one row there is a difference, and neither interval nor test:
/// NaN.
package struct DifferenceEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var of: String
    var by: OneOrMany<String>?
    var `where`: [RowSelection]
    var pairBy: OneOrMany<String>?
    var against: Double
    var level: Double

    enum CodingKeys: String, CodingKey {
      case of, by, `where`, against, level
      case pairBy = "pair_by"
    }
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "difference", version: 2,
    summary: "Difference of the means of two selections of a table's rows, with a t interval and a t test.",
    parameters: [
      .quantity,
      .required(
        "where", .list(.selection, least: 1, most: 2),
        "The selections: the second's mean is subtracted from the first's. With one, `against` is."),
      .by, .pairBy,
      .defaulted(
        "against", .anyNumber, .number(0), "The constant that is subtracted if `where` has one selection."),
      .level,
    ],
    input: .tables, output: .tables,
    columns: [
      .listed(by: "by"), .firstCount, .secondCount, .firstMean, .secondMean,
      TableColumn("difference", .quantity, .real, "First less second"), .low, .high,
      TableColumn("t", .quantity, .real, "t"),
      TableColumn("degrees", .quantity, .real, "Degrees of freedom"),
      TableColumn("p", .quantity, .real, "p (two-sided)"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let input = try InputTable(inputs, for: Self.signature.name)
    let names = parameters.by?.values ?? []
    var result = try GroupTable(by: names, Self.signature)
    if parameters.where.count == 1 {
      for (key, rows) in try input.groups(try input.rows(parameters.where.first), by: names) {
        result.append(key, constant(Summary(of: try input.numbers(parameters.of, rows))))
      }
    }
    for found in try input.comparisons(
      of: parameters.of, parameters.where, by: names, pairBy: parameters.pairBy?.values)
    {
      let (a, b) = (found.first, found.second)
      let welch = found.hasSpread ? MeanDifference(a, b) : nil
      let difference = found.pairs.map { MeanDifference(ofPairs: $0.map { $0.0 - $0.1 }) } ?? welch
      result.append(found.key, row((a.count, b.count), (a.mean, b.mean), difference))
    }
    return result.artefact
  }

  private func constant(_ summary: Summary) -> [(String, Cell)] {
    row(
      (summary.count, 1), (summary.mean, parameters.against),
      MeanDifference(summary, against: parameters.against))
  }

  private func row(
    _ counts: (Int, Int), _ means: (Double, Double), _ found: MeanDifference?
  ) -> [(String, Cell)] {
    let interval = found?.interval(level: parameters.level)
    return [
      ("n_first", .integer(counts.0)), ("n_second", .integer(counts.1)), ("first", .real(means.0)),
      ("second", .real(means.1)), ("difference", .real(found?.difference ?? means.0 - means.1)),
      ("low", .real(interval?.low ?? .nan)), ("high", .real(interval?.high ?? .nan)),
      ("t", .real(found?.t ?? .nan)), ("degrees", .real(found?.degrees ?? .nan)),
      ("p", .real(found?.twoSided ?? .nan)),
    ]
  }
}
