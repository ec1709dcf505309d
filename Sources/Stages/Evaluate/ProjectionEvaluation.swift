import Contracts
import Kernels
import Metrics

/// The union of the modalities in a few dimensions: on its principal directions, or by UMAP.
///
/// `c1`, `c2`… are scores. For `pca` and `svd` the table `spectrum` lists singular values and the share of
/// all squares that each stands for, 50 at most; for `umap` the column `trustworthiness` says, the same on
/// every row of a picture, how far neighbours in it are neighbours among the embeddings. Rows are those of
/// x, then those of y.
package struct ProjectionEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var method: String?
    let umap: UMAPPicture.Parameters

    private enum Keys: CodingKey { case method }

    package init(from decoder: any Decoder) throws {
      method = try decoder.container(keyedBy: Keys.self).decodeIfPresent(String.self, forKey: .method)
      umap = try UMAPPicture.Parameters(from: decoder)
    }
  }

  private static let listed = 50
  private static let umap = "umap"

  package static let signature = StageSignature(
    phase: .evaluate, kind: "projection",
    summary: "Both modalities together in a few dimensions, and the spectrum of singular values.",
    parameters: [
      .defaulted(
        "method", .choice(ProjectionMethod.allCases.map(\.rawValue) + [umap]), .string("pca"),
        "`pca` subtracts the mean of the union; `svd` takes rows as they are; `umap` keeps neighbours."),
      .defaulted("components", .integer(2...50), .number(2), "Dimensions of the picture."),
    ] + UMAPPicture.parameters,
    input: .pairs, alsoAccepts: [.single], output: .tables, isRandom: true,
    drawsOnly: ParameterCondition("method", [umap]), extraTables: ["spectrum"],
    columns: ["modality", "index", "c1", "c2"])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    parameters.method == Self.umap ? try pictures(inputs, context) : try spectra(inputs, context)
  }

  private func spectra(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let method = ProjectionMethod(rawValue: parameters.method ?? "pca") ?? .pca
    var points = CoordinateTable()
    var spectrum = CoordinateTable()
    try forEachMember(inputs, context) { parts, coordinates, progress in
      let projection = try projection(
        of: parts, method: method, components: parameters.umap.components ?? 2, context.budget)
      for row in Self.points(parts, { Array(projection.scores.row($0)) }) { points.append(coordinates, row) }
      for row in Self.spectrum(projection) { spectrum.append(coordinates, row) }
      progress(1)
    }
    return .tables([NamedTable("", points.table), NamedTable("spectrum", spectrum.table)])
  }

  private func pictures(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var points = CoordinateTable()
    let umap = UMAPPicture(parameters.umap)
    try forEachMember(inputs, context) { parts, coordinates, progress in
      let result = try umap.draw(parts, context, progress: progress)
      for row in Self.points(parts, { result.picture.row($0).map(Double.init) }) {
        points.append(coordinates, row + [("trustworthiness", .real(result.trustworthiness))])
      }
    }
    return .tables([NamedTable("", points.table)])
  }

  /// Gives `body` the rows of every member, its coordinates, and where to say how far it has come.
  private func forEachMember(
    _ inputs: StageInputs, _ context: StageContext,
    _ body: ([MovedRows], [Coordinate], @escaping @Sendable (Double) -> Void) throws -> Void
  ) throws {
    for source in try Source.all(inputs, for: "evaluate/projection") {
      let count = Double(source.family.members.count)
      for (index, member) in source.family.members.enumerated() {
        let modalities = source.family.modalities(of: member)
        let parts = try modalities.map { try source.family.rows($0, of: member) }
        try body(parts, source.coordinates(index)) { context.progress((Double(index) + $0) / count) }
      }
    }
  }

  private static func points(_ parts: [MovedRows], _ scores: (Int) -> [Double]) -> [[(String, Cell)]] {
    var first = 0
    return parts.flatMap { part in
      defer { first += part.rows }
      return (0..<part.rows).map { index in
        let cells = scores(first + index).enumerated().map { ("c\($0 + 1)", Cell.real($1)) }
        return [("modality", .text(part.modality.rawValue)), ("index", .integer(index))] + cells
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
