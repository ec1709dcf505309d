import Contracts
import Metrics

/// The union of the modalities on its principal directions.
///
/// `c1`, `c2`… are scores; the table `spectrum` lists singular values and the share of all squares that
/// each stands for, 50 at most. Rows are those of x, then those of y.
package struct ProjectionEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var method: String?
    var components: Int?
  }

  private static let listed = 50

  package static let signature = StageSignature(
    phase: .evaluate, kind: "projection",
    summary: "Both modalities together in a few dimensions, and the spectrum of singular values.",
    parameters: [
      .defaulted(
        "method", .choice(ProjectionMethod.allCases.map(\.rawValue)), .string("pca"),
        "`pca` subtracts the mean of the union; `svd` takes rows as they are."),
      .defaulted("components", .integer(2...50), .number(2), "Dimensions of the picture."),
    ],
    input: .pairs, alsoAccepts: [.single], output: .tables, extraTables: ["spectrum"],
    columns: ["modality", "index", "c1", "c2"])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let method = ProjectionMethod(rawValue: parameters.method ?? "pca") ?? .pca
    var points = CoordinateTable()
    var spectrum = CoordinateTable()
    for source in try Source.all(inputs, for: "evaluate/projection") {
      for (index, member) in source.family.members.enumerated() {
        let modalities = source.family.modalities(of: member)
        let parts = try modalities.map { try source.family.rows($0, of: member) }
        let projection = try projection(
          of: parts, method: method, components: parameters.components ?? 2, context.budget)
        let coordinates = source.coordinates(index)
        for row in Self.points(projection, parts) { points.append(coordinates, row) }
        for row in Self.spectrum(projection) { spectrum.append(coordinates, row) }
        context.progress(Double(index + 1) / Double(source.family.members.count))
      }
    }
    return .tables([NamedTable("", points.table), NamedTable("spectrum", spectrum.table)])
  }

  private static func points(_ projection: Projection, _ parts: [MovedRows]) -> [[(String, Cell)]] {
    var first = 0
    return parts.flatMap { part in
      defer { first += part.rows }
      return (0..<part.rows).map { index in
        let scores = projection.scores.row(first + index).enumerated().map { component, score in
          ("c\(component + 1)", Cell.real(score))
        }
        return [("modality", .text(part.modality.rawValue)), ("index", .integer(index))] + scores
      }
    }
  }

  private static func spectrum(_ projection: Projection) -> [[(String, Cell)]] {
    projection.singularValues.indices.prefix(listed).map { component in
      [
        ("component", .integer(component + 1)),
        ("singular_value", .real(projection.singularValues[component])),
        ("explained_variance_ratio", .real(projection.explainedVarianceRatios[component])),
      ]
    }
  }
}
