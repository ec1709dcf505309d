import Contracts
import Kernels
import Metrics

/// The union of the modalities in a few dimensions: on its principal directions, or by UMAP.
///
/// `c1`, `c2`… are scores. For `pca` and `svd` the table `spectrum` lists singular values and the share of
/// all squares that each stands for, 50 at most; for `umap` the column `trustworthiness` says, the same on
/// every row of a picture, how far neighbours in it are neighbours among the embeddings. Rows are those of
/// x, then those of y; over an axis, those of all its runs, and with `umap` the column `silhouette` says how
/// well the picture keeps the runs apart.
package struct ProjectionEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var method: String?
    var modality: String?
    let umap: UMAPPicture.Parameters

    private enum Keys: CodingKey { case method, modality }

    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Keys.self)
      method = try values.decodeIfPresent(String.self, forKey: .method)
      modality = try values.decodeIfPresent(String.self, forKey: .modality)
      umap = try UMAPPicture.Parameters(from: decoder)
    }
  }

  private static let listed = 50
  private static let umap = "umap"
  private static let onlyUMAP = ParameterCondition("method", [umap])

  package static let signature = StageSignature(
    phase: .evaluate, kind: "projection", version: 4,
    summary: "Both modalities together in a few dimensions, and the spectrum of singular values.",
    parameters: [
      .defaulted(
        "method", .choice(ProjectionMethod.allCases.map(\.rawValue) + [umap]), .string("pca"),
        "`pca` subtracts the mean of the union; `svd` takes rows as they are; `umap` keeps neighbours."),
      .defaulted(
        "modality", .choice(["both", "x", "y"]), .string("both"), "Whose embeddings are looked at."),
      .defaulted("components", .integer(2...50), .number(2), "Dimensions of the picture."),
    ] + UMAPPicture.parameters,
    rules: [
      .onlyWhere(onlyUMAP, UMAPPicture.parameters.map(\.name)), .ascending("min_dist", "spread"),
    ], input: .pairs, alsoAccepts: [.single, .unpaired], output: .tables, isRandom: true,
    draws: { with in
      // An axis that decides the method counts as drawing until it has a value.
      with["method"]?.string.map { $0 == umap || $0.contains("${") } ?? false
    }, extraTables: ["spectrum"],
    extraColumns: [
      "spectrum": [
        TableColumn("component", .key, .integer, "Component"),
        TableColumn("singular_value", .quantity, .real, "Singular value"),
        TableColumn(
          "explained_variance_ratio", .quantity, .real, "Explained variance", unit: "fraction"),
      ]
    ],
    columns: [
      .modality, TableColumn("index", .key, .integer, "Item"),
      TableColumn("c", .quantity, .real, "Component", presence: .numbered(by: "components")),
      ofUMAP("trustworthiness", "Trustworthiness"), ofUMAP("silhouette", "Silhouette", takesRuns: true),
      ofUMAP("least_silhouette", "Least silhouette of a group", takesRuns: true),
    ],
    sometimesTables: [
      "spectrum": ParameterCondition("method", ProjectionMethod.allCases.map(\.rawValue))
    ])

  private static func ofUMAP(_ name: String, _ label: String, takesRuns: Bool = false) -> TableColumn {
    TableColumn(name, .quantity, .real, label, presence: .when(onlyUMAP, takesRuns: takesRuns))
  }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    parameters.method == Self.umap ? try pictures(inputs, context) : try spectra(inputs, context)
  }

  private func spectra(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let method = ProjectionMethod(rawValue: parameters.method ?? "pca") ?? .pca
    var points = CoordinateTable()
    var spectrum = CoordinateTable()
    for scene in try scenes(inputs) {
      let projection = try projection(
        of: scene.rows, method: method, components: parameters.umap.components ?? 2, context.budget)
      scene.list(into: &points) { Array(projection.scores.row($0)) }
      for row in Self.spectrum(projection) { spectrum.append(scene.coordinates, row) }
    }
    return .tables([NamedTable("", points.table), NamedTable("spectrum", spectrum.table)])
  }

  private func pictures(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var points = CoordinateTable()
    let umap = UMAPPicture(parameters.umap)
    let scenes = try scenes(inputs)
    for (index, scene) in scenes.enumerated() {
      let result = try umap.draw(scene.rows, context) {
        context.progress((Double(index) + $0) / Double(scenes.count))
      }
      var quality = [("trustworthiness", Cell.real(result.trustworthiness))]
      if scene.isGathered {
        let value = try silhouette(of: result.picture, clusters: scene.runs, budget: context.budget)
        quality += [("silhouette", .real(value.mean)), ("least_silhouette", .real(value.least))]
      }
      scene.list(into: &points, then: quality) { result.picture.row($0).map(Double.init) }
    }
    return .tables([NamedTable("", points.table)])
  }

  private func scenes(_ inputs: StageInputs) throws -> [ProjectedScene] {
    let modality = parameters.modality.flatMap { $0 == "both" ? nil : $0 }
    return try ProjectedScene.all(try Source.all(inputs, for: "evaluate/projection"), inputs, only: modality)
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
