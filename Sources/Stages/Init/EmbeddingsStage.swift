import Contracts
import Datasets
import Kernels
import Metrics

/// Pairs of embeddings from a file.
package struct EmbeddingsStage: Stage {
  package struct Parameters: Decodable, Sendable {
    var path: String?
    var x: String?
    var y: String?
    var normalize: Bool?
    var pairing: String?
  }

  package static let signature = StageSignature(
    phase: .`init`, kind: "embeddings",
    summary: "Pairs of embeddings from .npy, .h5 or .safetensors files.",
    parameters: [
      .optional("path", .file, "One file with both modalities, of shape (2, n, d)."),
      .optional("x", .file, "The first modality, of shape (n, d); row i belongs to pair i."),
      .optional("y", .file, "The second modality, of shape (n, d)."),
      .defaulted("normalize", .boolean, .bool(true), "Store rows divided by their Euclidean norm."),
      .defaulted(
        "pairing", .choice(["identity"]), .string("identity"), "Row i of x belongs with row i of y."),
    ],
    rules: [.exactlyOne([["path"], ["x", "y"]])], output: .pairs)

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let (x, y, source) = try load()
    let raw = Embeddings(x: x, y: y, isNormalized: false)
    do {
      try validate(raw, context.budget)
    } catch let failure as MetricFailure {
      throw StageFailure.unusableEmbeddings(source, failure)
    }
    guard parameters.normalize ?? true else { return .embeddings(EmbeddingFamily(raw)) }
    let unit = Embeddings(
      x: try MovedRows(x, .x, moves: []).unitFloats(context.budget),
      y: try MovedRows(y, .y, moves: []).unitFloats(context.budget), isNormalized: true)
    return .embeddings(EmbeddingFamily(unit))
  }

  private func load() throws -> (x: Matrix, y: Matrix, source: String) {
    if let path = parameters.path {
      let matrices = try EmbeddingFile.load(path)
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

  private func loadOne(_ path: String) throws -> Matrix {
    let matrices = try EmbeddingFile.load(path)
    guard let matrix = matrices.first, matrices.count == 1 else {
      throw StageFailure.matrixCount(path: path, found: matrices.count, expected: 1)
    }
    return matrix
  }
}
