import Contracts
import Datasets
import Encoders
import Kernels
import Metrics

/// A data set whose items are pairs.
struct PairsOfData: Sendable {
  let count: Int
  let x: PairedData.Side
  let y: PairedData.Side

  /// - Throws: the data's failures; `StageFailure.dataAreNoPairs`.
  init(_ description: DataDescription) throws {
    let data = try description.open()
    guard let y = data.y else { throw StageFailure.dataAreNoPairs(kind: description.kind) }
    count = data.count
    x = data.x
    self.y = y
  }
}

/// Two towers with one embedding size.
struct TowerPair {
  static let align = Parameter.defaulted(
    "align", .choice(["none", "procrustes"]), .string("none"),
    "`procrustes` rotates y onto x by the orthogonal map fitted on these pairs (Sec. 4.4).")

  let x: any Tower
  let y: any Tower
  let align: String?

  /// Encodes one side after the other, so that the weights of one tower at a time are in memory.
  func embed(
    _ data: PairsOfData, _ context: StageContext, weights: (Modality) throws -> NetworkWeights
  ) throws -> EmbeddingFamily {
    let first = try Encoding(side: data.x, count: data.count).run(
      x, try weights(.x), context.budget
    ) { context.progress($0 / 2) }
    let second = try Encoding(side: data.y, count: data.count).run(
      y, try weights(.y), context.budget
    ) { context.progress(0.5 + $0 / 2) }
    let pairs = try checked(Embeddings(x: first, y: second, isNormalized: false), context)
    guard align == "procrustes" else { return EmbeddingFamily(pairs) }
    return EmbeddingFamily(try aligned(pairs, context))
  }

  /// y·Wᵀ for every row of y, with the W that brings the normalised rows of y nearest to those of x. An
  /// orthogonal map leaves norms alone, so rows keep theirs.
  private func aligned(_ pairs: Embeddings, _ context: StageContext) throws -> Embeddings {
    let family = EmbeddingFamily(pairs)
    let w = try procrustes(
      family.rows(.x, of: family.members[0]), family.rows(.y, of: family.members[0]), context.budget)
    guard let y = pairs.y else { return pairs }
    let narrow = w.values.map { Float($0) }
    let d = y.columns
    let turned = try Matrix(rows: y.rows, columns: d) { buffer in
      guard let out = buffer.baseAddress else { return }
      let shared = Shared(out)
      try context.budget.forEachBlock(blockCount(y.rows, size: 256)) { block in
        let rows = blockRange(block, size: 256, count: y.rows)
        y.withPointer { source in
          narrow.withUnsafeBufferPointer { w in
            guard let w = w.baseAddress else { return }
            BLAS.multiply(
              ProductShape(rows: rows.count, columns: d, inner: d),
              Operand(source + rows.lowerBound * d, stride: d), Operand(w, stride: d, transposed: true),
              into: shared.pointer + rows.lowerBound * d, stride: d)
          }
        }
      }
    }
    return Embeddings(x: pairs.x, y: turned, isNormalized: false)
  }
}
