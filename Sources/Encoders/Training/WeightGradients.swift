import Execution
import Kernels

/// A tower's gradients by name, in a buffer of its layout.
struct TensorGradients: Sendable {
  let layout: ParameterLayout
  /// `layout.count` numbers.
  let base: FloatSlice

  func callAsFunction(_ name: String) -> FloatSlice { base[layout.range(of: name)] }
}

/// The gradient of a matrix: out ← leftᵀ·right, `(left.width, right.width)`, over all rows of a batch.
///
/// Of a map y = x·Wᵀ, dW = dyᵀ·x; of a projection y = x·P, dP = xᵀ·dy. Cut into tiles of the result, each
/// of which is one sum over all rows, so that no partial results have to be kept and added.
struct GradientProduct: Sendable {
  let left: FloatRows
  let right: FloatRows
  let rows: Int
  let out: FloatSlice

  init(_ left: FloatRows, _ right: FloatRows, rows: Int, into out: FloatSlice) {
    self.left = left
    self.right = right
    self.rows = rows
    self.out = out
  }

  private var side: Int { 384 }
  private var across: Int { blockCount(right.width, size: side) }
  var tiles: Int { blockCount(left.width, size: side) * across }

  func run(_ tile: Int) {
    let down = blockRange(tile / across, size: side, count: left.width)
    let along = blockRange(tile % across, size: side, count: right.width)
    TileProduct.multiply(
      ProductShape(rows: down.count, columns: along.count, inner: rows),
      Operand(left.columns(from: down.lowerBound), stride: left.width, transposed: true),
      Operand(right.columns(from: along.lowerBound), stride: right.width),
      into: out.from(down.lowerBound * right.width + along.lowerBound), stride: right.width)
  }
}

/// Gradients of vectors, biases and norms: each block of items adds up its own, and the blocks' sums are
/// added in their order.
struct VectorSums: Sendable {
  /// `(blocks, total of the counts)`.
  private let partial: FloatRows
  private let starts: [Int]
  private let counts: [Int]

  init(_ counts: [Int], blocks: Int, _ memory: TrainingMemory) {
    self.counts = counts
    starts = counts.indices.map { counts[..<$0].reduce(0, +) }
    partial = memory.rows(blocks, width: counts.reduce(0, +))
  }

  func clear(_ block: Int) { partial.clear(block..<block + 1) }

  func sum(_ vector: Int, block: Int) -> FloatSlice {
    partial[block][starts[vector]..<starts[vector] + counts[vector]]
  }

  func norm(_ weight: Int, block: Int) -> LayerNorm.Sums {
    LayerNorm.Sums(weight: sum(weight, block: block), bias: sum(weight + 1, block: block))
  }

  /// A vector += the column sums of `rows` rows.
  func add(_ vector: Int, block: Int, _ values: FloatSlice, rows: Int) {
    let (sum, values) = (sum(vector, block: block), FloatRows(values, width: counts[vector]))
    for row in 0..<rows { Encoders.add(values[row], to: sum) }
  }

  func total(_ vector: Int, blocks: Int, into out: FloatSlice) {
    out[0..<counts[vector]].fill(0)
    for block in 0..<blocks { Encoders.add(sum(vector, block: block), to: out) }
  }
}

extension ThreadBudget {
  /// Runs products and vector sums together, so that threads wait for each other once.
  func run(
    _ products: [GradientProduct], _ sums: VectorSums? = nil, blocks: Int = 0,
    into vectors: [FloatSlice] = []
  ) throws {
    let tiles = products.enumerated().flatMap { product, value in (0..<value.tiles).map { (product, $0) } }
    try forEachBlock(tiles.count + vectors.count) { index in
      if index < tiles.count {
        products[tiles[index].0].run(tiles[index].1)
      } else {
        let vector = index - tiles.count
        sums?.total(vector, blocks: blocks, into: vectors[vector])
      }
    }
  }

  /// Adds rows to vectors that several of them may share, such as a token's, in the rows' order; cut by
  /// columns, because rows meet.
  func scatter(
    _ rows: FloatRows, count: Int,
    _ target: @escaping @Sendable (_ row: Int) -> FloatSlice?
  ) throws {
    let size = 64
    try forEachBlock(blockCount(rows.width, size: size)) { block in
      let columns = blockRange(block, size: size, count: rows.width)
      for row in 0..<count {
        guard let target = target(row) else { continue }
        add(rows[row][columns], to: target[columns])
      }
    }
  }
}
