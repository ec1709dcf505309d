import Contracts
import Declarations
import Statistics

/// The ratio of the means of two selections of rows, with Fieller's interval: paired with `pair_by`, else of
/// independent samples. Where the denominator may be zero the interval has no bounds: −∞ and ∞. Where a selection has
/// one row there is none: NaN.
package struct RatioEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var of: String
    var by: OneOrMany<String>?
    var `where`: [RowSelection]
    var pairBy: OneOrMany<String>?
    var level: Double

    enum CodingKeys: String, CodingKey {
      case of, by, `where`, level
      case pairBy = "pair_by"
    }
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "ratio", version: 2,
    summary: "Ratio of the means of two selections of a table's rows, with Fieller's interval.",
    parameters: [.quantity, .twoSelections, .by, .pairBy, .level],
    input: .tables, output: .tables,
    columns: [
      .listed(by: "by"), .firstCount, .secondCount, .firstMean, .secondMean,
      TableColumn("ratio", .quantity, .real, "First over second"), .low, .high,
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let input = try InputTable(inputs, for: Self.signature.name)
    let names = parameters.by?.values ?? []
    var result = try GroupTable(by: names, Self.signature)
    for found in try input.comparisons(
      of: parameters.of, parameters.where, by: names, pairBy: parameters.pairBy?.values)
    {
      let (a, b) = (found.first, found.second)
      let set = found.hasSpread ? ratioInterval(a, b, pairs: found.pairs, level: parameters.level) : nil
      let interval = set.map { $0.bounds ?? Interval(low: -.infinity, high: .infinity) }
      result.append(
        found.key,
        [
          ("n_first", .integer(a.count)), ("n_second", .integer(b.count)), ("first", .real(a.mean)),
          ("second", .real(b.mean)), ("ratio", .real(a.mean / b.mean)),
          ("low", .real(interval?.low ?? .nan)), ("high", .real(interval?.high ?? .nan)),
        ])
    }
    return result.artefact
  }
}
