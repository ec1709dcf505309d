import Contracts
import Datasets
import Declarations
import Kernels
import Metrics

/// Embeddings of two modalities from files, and which rows belong together.
package struct EmbeddingsStage: Stage {
  package struct Parameters: Decodable, Sendable {
    var path: String?
    var x: String?
    var y: String?
    var normalize: Bool
    var pairing: PairingParameter
    var ids: ItemTextFile?
    var labels: ItemTextFile?
  }

  package static let signature = StageSignature(
    phase: .`init`, kind: "embeddings",
    summary: "Pairs of embeddings from .npy, .h5 or .safetensors files.",
    parameters: [
      .optional("path", .file, "One file with both modalities, of shape (2, n, d)."),
      .optional("x", .file, "The first modality, of shape (n, d)."),
      .optional("y", .file, "The second modality, of shape (n, d)."),
      .defaulted("normalize", .boolean, .bool(true), "Store rows divided by their Euclidean norm."),
      PairingParameter.parameter,
      ItemTextFile.parameter(.id, "The id of each item: " + forms),
      ItemTextFile.parameter(.label, "The label of each item, such as its class: " + forms),
    ],
    rules: [.exactlyOne([["path"], ["x", "y"]])], output: .pairs,
    outputWhere: (
      ParameterCondition(PairingParameter.parameter.name, [PairingParameter.unpaired]), .unpaired
    ),
    annotatesItems: true)

  private static let forms =
    "a .npy array of strings or integers, a CSV file with one per line, or `{path, column}` of a CSV file with a header."

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let (x, y, source) = try load()
    var raw = Embeddings(
      x: x.matrix, y: y.matrix, isNormalized: false, pairing: try parameters.pairing.load())
    context.notices([x.remark, y.remark].compactMap { $0 })
    for (side, file) in [(Side.x, x), (.y, y)] {
      if let row = file.faintRow { throw StageFailure.faintRow(source, side, row: row) }
    }
    do {
      try validate(raw, context.budget)
    } catch let failure as MetricFailure {
      throw Self.explained(failure, source, x, y)
    }
    raw.annotations = try annotations(of: raw.partners().items)
    if raw.pairing == .identity { context.noticeRepeats(in: raw) { Self.advice($0) } }
    guard parameters.normalize else { return .embeddings(EmbeddingFamily(raw)) }
    var unit = raw
    unit.x = try TransformedRows(x.matrix, .x).unitFloats(context.budget)
    unit.y = try TransformedRows(y.matrix, .y).unitFloats(context.budget)
    unit.isNormalized = true
    return .embeddings(EmbeddingFamily(unit))
  }

  private func annotations(of count: Int) throws -> ItemAnnotations {
    ItemAnnotations(
      ids: try parameters.ids?.load(.id, count: count) ?? [],
      labels: try parameters.labels?.load(.label, count: count) ?? [])
  }

  /// Names the type of the file where it is the reason.
  private static func explained(
    _ failure: MetricFailure, _ source: String, _ x: EmbeddingFile.Loaded, _ y: EmbeddingFile.Loaded
  ) -> StageFailure {
    switch failure {
    case .zeroNorm(let side, let row):
      let file = side == .x ? x : y
      if file.vanishedRows.contains(row) { return .vanishedRow(source, side, row: row) }
      if file.isFloat16 { return .unusableFloat16(source, failure) }
    case .notFinite(let side, _, _, _):
      if (side == .x ? x : y).isFloat16 { return .unusableFloat16(source, failure) }
    default: break
    }
    return .unusableEmbeddings(source, failure)
  }

  private static func advice(_ repeats: RepeatedRows) -> String {
    repeats.groupSize.map {
      "use `\"pairing\": {\"kind\": \"grouped\", \"size\": \($0)}` to make each \($0) equal rows one item"
    } ?? "use `pairing` \"grouped\" or \"map\" to say which rows are one item"
  }

  private func load() throws -> (x: EmbeddingFile.Loaded, y: EmbeddingFile.Loaded, source: String) {
    if let path = parameters.path {
      let matrices = try EmbeddingFile.loadAll(path)
      guard matrices.count == 2 else {
        throw StageFailure.matrixCount(path: path, found: matrices.count, expected: 2)
      }
      return (matrices[0], matrices[1], path)
    }
    guard let x = parameters.x, let y = parameters.y else {
      throw StageFailure.bothOrNeither("path", "x and y")
    }
    return (try loadOne(x), try loadOne(y), "\(x) and \(y)")
  }

  private func loadOne(_ path: String) throws -> EmbeddingFile.Loaded {
    let matrices = try EmbeddingFile.loadAll(path)
    guard let matrix = matrices.first, matrices.count == 1 else {
      throw StageFailure.matrixCount(path: path, found: matrices.count, expected: 1)
    }
    return matrix
  }
}
