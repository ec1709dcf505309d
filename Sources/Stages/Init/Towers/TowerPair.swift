import Contracts
import Datasets
import Declarations
import Encoders
import Execution
import Kernels
import Metrics

/// A data set whose items are pairs.
struct PairsOfData: Sendable {
  let count: Int
  let x: PairedData.Side
  let y: PairedData.Side
  let annotations: ItemAnnotations
  let remarks: PairedData.Remarks

  /// - Throws: the data's failures; `StageFailure.dataAreNoPairs`.
  init(_ description: DataDescription) throws {
    let data = try description.open()
    guard let y = data.y else { throw StageFailure.dataAreNoPairs(kind: description.kind) }
    count = data.count
    x = data.x
    self.y = y
    annotations = data.annotations
    remarks = data.remarks
  }

  private init(_ other: PairsOfData, x: PairedData.Side, y: PairedData.Side) {
    count = other.count
    self.x = x
    self.y = y
    annotations = other.annotations
    remarks = other.remarks
  }

  func replacing(x: PairedData.Side, y: PairedData.Side) -> PairsOfData {
    PairsOfData(self, x: x, y: y)
  }

  /// The same, whose images stay in memory for those who come back to them.
  init(keeping description: DataDescription, in shared: SharedObjects) throws {
    let pairs = try PairsOfData(description)
    count = pairs.count
    annotations = pairs.annotations
    remarks = pairs.remarks
    let cache = shared.object { SampleCache(bytes: SampleCache.usualBytes) }
    x = cache.keep(pairs.x, count: count, name: description.name + "/x")
    y = cache.keep(pairs.y, count: count, name: description.name + "/y")
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
    _ data: PairsOfData, _ context: StageContext, weights: (Side) throws -> NetworkWeights
  ) throws -> (family: EmbeddingFamily, alignment: Matrix?) {
    let first = try Encoding(side: data.x, count: data.count).run(
      x, try weights(.x), context.budget
    ) { context.progress($0 / 2) }
    let second = try Encoding(side: data.y, count: data.count).run(
      y, try weights(.y), context.budget
    ) { context.progress(0.5 + $0 / 2) }
    let pairs = try checked(
      Embeddings(x: first, y: second, isNormalized: false, annotations: data.annotations), context)
    context.noticeEncodedRepeats(in: pairs)
    guard align == "procrustes", let y = pairs.y else { return (EmbeddingFamily(pairs), nil) }
    let w = try alignment(of: pairs, context)
    let rotated = Embeddings(
      x: pairs.x, y: try y.rotated(by: w, context.budget), isNormalized: false,
      annotations: pairs.annotations)
    return (EmbeddingFamily(rotated), w)
  }

  /// W, which brings the normalised rows of y nearest to those of x.
  private func alignment(of pairs: Embeddings, _ context: StageContext) throws -> Matrix {
    let family = EmbeddingFamily(pairs)
    let w = try procrustes(
      family.rows(.x, of: family.members[0]), family.rows(.y, of: family.members[0]), context.budget)
    return Matrix(rows: w.rows, columns: w.columns, values: w.values.map { Float($0) })
  }
}

extension Matrix {
  /// Every row r as r·Wᵀ; an orthogonal W leaves norms alone.
  func rotated(by w: Matrix, _ budget: ThreadBudget) throws -> Matrix {
    let (rows, d) = (rows, columns)
    return try Matrix(rows: rows, columns: d) { out in
      try budget.forEachBlock(blockCount(rows, size: 256)) { block in
        let range = blockRange(block, size: 256, count: rows)
        self.withSlice { source in
          w.withSlice { w in
            BLAS.multiply(
              ProductShape(rows: range.count, columns: d, inner: d),
              Operand(source.from(range.lowerBound * d), stride: d), Operand(w, stride: d, transposed: true),
              into: out.from(range.lowerBound * d), stride: d)
          }
        }
      }
    }
  }
}
