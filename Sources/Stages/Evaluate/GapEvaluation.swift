import Contracts
import Declarations
import Metrics

/// The modality gap of every member.
///
/// `distance` is ‖Δ‖ signed by Δ's dot product with the gap before any move; `l2m` is ‖Δ‖; `l2i` is the
/// mean of ‖x_i − y_j‖ over pairs, NaN where there are none; `count` is the number of pairs. Where an item
/// has several rows of y, each of them makes a pair with a row of x. Centroids are over all rows.
/// Source: Liang et al. 2022, Sec. 4.2; Schrodi et al. 2025, arXiv 2404.07983.
package struct GapEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {}

  package static let signature = StageSignature(
    phase: .evaluate, kind: "gap",
    summary: "Distance between the modalities' centroids, and between the members of a pair.",
    input: .pairs, alsoAccepts: [.unpaired], output: .tables,
    columns: [
      .distance,
      TableColumn("l2m", .quantity, .real, "Distance between the means", unit: "Euclidean"),
      TableColumn("l2i", .quantity, .real, "Mean distance within pairs", unit: "Euclidean"),
      TableColumn("count", .quantity, .integer, "Pairs"),
    ])

  package init(parameters: Parameters) {}

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = CoordinateTable()
    for source in try Source.all(inputs, for: "evaluate/gap") {
      for group in try GapShiftGroup.groups(of: source.family, context.budget) {
        let factors = try group.members.map(group.factors)
        let gaps = try group.gaps(factors, context.budget)
        for (place, member) in group.members.enumerated() {
          rows.append(source.coordinates(member.index), row(gaps[place], factors[place], group))
        }
      }
    }
    return .tables([NamedTable("", rows.table)])
  }

  private func row(_ gap: Gap, _ factors: GapShiftGroup.Factors, _ group: GapShiftGroup) -> [(String, Cell)] {
    let l2i = factors.squaredDistances.reduce(0) { $0 + $1.squareRoot() } / Double(group.partners.count)
    return [
      ("distance", .real(gap.signedDistance(original: group.original))), ("l2m", .real(gap.distance)),
      ("l2i", .real(l2i)), ("count", .integer(group.partners.count)),
    ]
  }
}
