import Contracts
import Declarations
import Kernels
import Metrics

/// The union of the modalities in a few dimensions: on its principal directions, or by UMAP.
///
/// `c1`, `c2`… are scores. For `pca` and `svd` the table `spectrum` lists singular values and the share of
/// all squares that each stands for, 50 at most; for `umap` the column `trustworthiness` says, the same on
/// every row of a layout, how far neighbours in it are neighbours among the embeddings. Rows are those of
/// x, then those of y; over an axis, those of all its runs, and with `umap` the column `silhouette` says how
/// well the layout keeps the runs apart, and `own_silhouette` how well it keeps this one.
package struct ProjectionEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    let method: Method
    let modality: Side
    let components: Int
    let umap: UMAPPicture.Parameters

    private enum Keys: CodingKey { case method, modality, components }

    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Keys.self)
      method = try values.decode(Method.self, forKey: .method)
      modality = try values.decode(Side.self, forKey: .modality)
      components = try values.decode(Int.self, forKey: .components)
      umap = try UMAPPicture.Parameters(from: decoder)
    }
  }

  enum Method: Decodable, Sendable {
    case directions(ProjectionMethod)
    case umap

    static let umapName = "umap"
    static let names = ProjectionMethod.allCases.map(\.rawValue) + [umapName]

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      let name = try value.decode(String.self)
      if let method = ProjectionMethod(rawValue: name) {
        self = .directions(method)
      } else if name == Self.umapName {
        self = .umap
      } else {
        throw DecodingError.dataCorruptedError(in: value, debugDescription: "no method \(name)")
      }
    }
  }

  enum Side: String, Decodable, Sendable, CaseIterable { case both, x, y }

  private static let listed = 50
  private static let onlyUMAP = ParameterCondition("method", [Method.umapName])

  package static let signature = StageSignature(
    phase: .evaluate, kind: "projection", version: 5,
    summary:
      "Projection of both modalities together to a few dimensions, and the spectrum of singular values.",
    parameters: [
      .defaulted(
        "method", .choice(Method.names), .string("pca"),
        "`pca` subtracts the mean of the union; `svd` uses the rows as they are; `umap` preserves neighbourhoods."
      ),
      .defaulted(
        "modality", .choice(Side.allCases.map(\.rawValue)), .string("both"), "Whose embeddings are projected."
      ),
      .defaulted(
        "components", .integer(2...50), .number(Double(UMAPParameters().components)),
        "Number of dimensions of the projection."),
    ] + UMAPPicture.parameters,
    rules: [
      .onlyWhere(onlyUMAP, UMAPPicture.parameters.map(\.name)), .ascending("min_dist", "spread"),
    ], input: .pairs, alsoAccepts: [.single, .unpaired], output: .tables, isRandom: true,
    drawsWhere: onlyUMAP, extraTables: ["spectrum"],
    extraColumns: [
      "spectrum": [
        TableColumn("component", .key, .integer, "Component"),
        TableColumn("singular_value", .quantity, .real, "Singular value"),
        TableColumn(
          "explained_variance_ratio", .quantity, .real, "Explained variance", unit: "fraction"),
      ]
    ],
    columns: [
      .modality, TableColumn("index", .key, .integer, "Item"), .itemID, .itemLabel,
      TableColumn("c", .quantity, .real, "Component", presence: .numbered(by: "components")),
      ofUMAP("trustworthiness", "Trustworthiness"), ofUMAP("silhouette", "Silhouette", takesRuns: true),
      ofUMAP("least_silhouette", "Least silhouette of a group", takesRuns: true),
      ofUMAP("own_silhouette", "Silhouette of the group", takesRuns: true),
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
    switch parameters.method {
    case .umap: try pictures(inputs, context)
    case .directions(let method): try spectra(method, inputs, context)
    }
  }

  private func spectra(
    _ method: ProjectionMethod, _ inputs: StageInputs, _ context: StageContext
  ) throws -> Artefact {
    var points = CoordinateTable()
    var spectrum = CoordinateTable()
    let scenes = try scenes(inputs)
    let texts = Self.texts(of: scenes)
    for scene in scenes {
      let projection = try projection(
        of: scene.rows, method: method, components: parameters.components, context.budget)
      scene.list(into: &points, with: texts) { Array(projection.scores.row($0)) }
      for row in Self.spectrum(projection) { spectrum.append(scene.coordinates, row) }
    }
    return .tables([NamedTable("", points.table), NamedTable("spectrum", spectrum.table)])
  }

  private func pictures(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var points = CoordinateTable()
    let umap = UMAPPicture(parameters.umap, components: parameters.components)
    let scenes = try scenes(inputs)
    let texts = Self.texts(of: scenes)
    for (index, scene) in scenes.enumerated() {
      let result = try umap.draw(scene.rows, context) {
        context.progress((Double(index) + $0) / Double(scenes.count))
      }
      let apart =
        try scene.isGathered
        ? silhouette(of: result.picture, clusters: scene.runs, budget: context.budget) : nil
      func quality(_ run: Int) -> [(String, Cell)] {
        [("trustworthiness", .real(result.trustworthiness))]
          + (apart.map {
            [
              ("silhouette", .real($0.mean)), ("least_silhouette", .real($0.least)),
              ("own_silhouette", .real($0.byCluster[run])),
            ]
          } ?? [])
      }
      scene.list(into: &points, with: texts, then: quality) { result.picture.row($0).map(Double.init) }
    }
    return .tables([NamedTable("", points.table)])
  }

  private func scenes(_ inputs: StageInputs) throws -> [ProjectionInput] {
    let modality = parameters.modality == .both ? nil : parameters.modality.rawValue
    return try ProjectionInput.all(try Source.all(inputs, for: "evaluate/projection"), inputs, only: modality)
  }

  private static func texts(of scenes: [ProjectionInput]) -> [ItemText] {
    ItemText.allCases.filter { text in scenes.contains { $0.texts.contains(text) } }
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
