import Execution
import Kernels

/// The end of a tower in training: some rows of each item, normed, averaged, and projected.
///
///     pooled_i = mean over the rows read of norm(x_row)      embedding_i = pooled_i·P
///
/// Reading one row is the mean over one; a norm and a mean of one row may change places.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
final class Readout: @unchecked Sendable {
  private let reading: Reading
  private let norm: String?
  private let width: Int
  /// `(items, width)`.
  let pooled: FloatRows
  let gradient: FloatRows
  private let sums: VectorSums
  /// Two rows a block, side by side.
  private let line: FloatRows
  private let memory = TrainingMemory()

  /// - Parameter norm: the name of the layer norm; nil for none.
  init(_ reading: Reading, norm: String?, width: Int, items: Int) {
    self.reading = reading
    self.norm = norm
    self.width = width
    pooled = memory.rows(items, width: width)
    gradient = memory.rows(items, width: width)
    sums = VectorSums([width, width], blocks: max(1, items), memory)
    line = memory.rows(max(1, items), width: 2 * width)
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond its matrix.
  func verify() throws { try memory.verify() }

  /// Fills `pooled` for a block of items.
  func forward(_ block: Int, _ sequences: Sequences, _ x: FloatRows, _ tensors: TensorPointers) {
    let (norm, line) = (norm.map { tensors.norm($0, width) }, line[block][0..<width])
    for item in sequences.blocks[block] {
      pooled.clear(item..<item + 1)
      let rows = sequences.rows(of: item, read: reading)
      let share = 1 / Float(max(1, rows.count))
      for row in rows {
        if let norm { norm.apply(x[row], rows: 1, into: line) }
        add(share, times: norm == nil ? x[row] : line, to: pooled[item])
      }
    }
  }

  /// From `gradient` to that of `x`, all of whose rows are written.
  func backward(
    _ block: Int, _ sequences: Sequences, _ x: FloatRows, _ tensors: TensorPointers, into dx: FloatRows
  ) {
    let (norm, line) = (norm.map { tensors.norm($0, width) }, line[block][0..<width])
    let normed = self.line[block].from(width)
    sums.clear(block)
    let sums = sums.norm(0, block: block)
    dx.clear(sequences.rows(of: sequences.blocks[block]))
    for item in sequences.blocks[block] {
      let rows = sequences.rows(of: item, read: reading)
      line.fill(0)
      add(1 / Float(max(1, rows.count)), times: gradient[item], to: line)
      for row in rows {
        if let norm {
          norm.backward(x[row], line, adding: dx[row], into: normed, sums)
        } else {
          dx[row].update(from: line)
        }
      }
    }
  }

  /// The norm's gradients, and those of the maps that the tower adds.
  func sumWeights(
    _ products: [GradientProduct], _ sequences: Sequences, into tensors: TensorGradients,
    _ budget: ThreadBudget
  ) throws {
    let vectors = norm.map { [tensors("\($0).weight"), tensors("\($0).bias")] } ?? []
    try budget.run(products, sums, blocks: sequences.blocks.count, into: vectors)
  }
}

/// to ← to + factor·from.
private func add(_ factor: Float, times source: FloatSlice, to target: FloatSlice) {
  let target = target[source.indices]
  for index in source.indices { target[index] += factor * source[index] }
}
