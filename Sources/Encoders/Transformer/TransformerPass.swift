import Execution

/// Which positions of an item are read after the last block.
enum Reading {
  case first
  case last
  case all
}

/// One block of items on its way through a stack, with the memory for it.
final class TransformerPass {
  private let shape: TransformerShape
  private let attention: Attention
  private let packing: Packing
  private let reading: Reading
  private let arena: Arena<Float>

  /// `(rows, width)`: where the caller puts the sequences before `run`.
  let x: FloatSlice
  private let y: FloatSlice
  /// `(rows, 3·width)`; `(rows, 4·width)`, or `(items, 4·width)` in the last block, where texts that share
  /// rows may be more than they have.
  private let joined: FloatSlice
  private let hidden: FloatSlice
  private let scratch: FloatSlice
  /// `(items, width)`, where but one position of an item is read.
  private let readX: FloatSlice
  private let readY: FloatSlice
  private let readQ: FloatSlice

  init(_ shape: TransformerShape, _ packing: Packing, reading: Reading, isCausal: Bool = false) {
    self.shape = shape
    self.packing = packing
    self.reading = reading
    attention = Attention(width: shape.width, heads: shape.heads, isCausal: isCausal)
    let least = RowProducts.leastRows(outputs: shape.width, inputs: shape.width)
    let rows = max(packing.rows, least) * shape.width
    let items = max(packing.items.count, least) * shape.width
    let scratchCount = attention.scratchCount(keys: packing.longest)
    let carried = 4 * max(rows, items)
    arena = Arena([rows, rows, 3 * rows, carried, scratchCount, items, items, items])
    (x, y) = (arena.take(rows), arena.take(rows))
    (joined, hidden) = (arena.take(3 * rows), arena.take(carried))
    scratch = arena.take(scratchCount)
    (readX, readY, readQ) = (arena.take(items), arena.take(items), arena.take(items))
  }

  /// Carries `x` through the blocks. Then `body` gets what is read: `(rows, width)` for `all`, else
  /// `(items, width)`.
  ///
  /// - Throws: `MemoryOverrun` where something wrote beyond its place; what `body` throws.
  func run(_ blocks: [BlockWeights], _ body: (FloatSlice) throws -> Void) throws {
    let features = carry(blocks)
    try arena.verify()
    let count = reading == .all ? packing.rows : packing.items.count
    try body(features[0..<count * shape.width])
  }

  private func carry(_ blocks: [BlockWeights]) -> FloatSlice {
    if reading == .all {
      for block in blocks { run(block) }
      return x
    }
    for block in blocks.dropLast() { run(block) }
    if let last = blocks.last { runLast(last) } else { gather(x, into: readX) }
    return readX
  }

  private func run(_ block: BlockWeights) {
    let width = shape.width
    block.norm1.apply(x, rows: packing.rows, into: y)
    block.input.apply(y, packing.groups, into: joined)
    for item in packing.items {
      attention.apply(
        joined.from(item.rows.lowerBound * 3 * width), stride: 3 * width, queries: item.rows.count, joined,
        item.path, into: y.from(item.rows.lowerBound * width), scratch: scratch)
    }
    finish(block, x, y, packing.groups)
  }

  /// The last block, whose queries, and all after them, are those of the positions that are read.
  private func runLast(_ block: BlockWeights) {
    let width = shape.width
    let groups = RowGroups(packing.items.map { _ in 1 })
    block.norm1.apply(x, rows: packing.rows, into: y)
    block.input.slice(width..<3 * width).apply(y, packing.groups, into: joined.from(width), stride: 3 * width)
    gather(x, into: readX)
    gather(y, into: readY)
    block.input.slice(0..<width).apply(readY, groups, into: readQ)
    for (index, item) in packing.items.enumerated() {
      attention.apply(
        readQ.from(index * width), stride: width, queries: 1, joined, item.path,
        into: readY.from(index * width), scratch: scratch)
    }
    finish(block, readX, readY, groups)
  }

  /// x ← x + attention's output map of y, then x ← x + mlp(ln_2 x); y is overwritten.
  private func finish(
    _ block: BlockWeights, _ x: FloatSlice, _ y: FloatSlice, _ groups: RowGroups
  ) {
    block.output.accumulate(y, groups, into: x)
    block.norm2.apply(x, rows: groups.count, into: y)
    block.up.apply(y, groups, into: hidden)
    shape.activation.apply(to: hidden[0..<groups.count * block.up.outputs])
    block.down.accumulate(hidden, groups, into: x)
  }

  private func gather(_ rows: FloatSlice, into out: FloatSlice) {
    let (rows, out) = (FloatRows(rows, width: shape.width), FloatRows(out, width: shape.width))
    for (index, item) in packing.items.enumerated() {
      let row = (reading == .first ? item.path.first : item.path.last) ?? 0
      out[index].update(from: rows[row])
    }
  }
}
