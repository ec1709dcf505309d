import Execution
import Kernels

/// A `PatchEncoder` in training: from images to ln_post of their class tokens, `features.pooled`.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
final class PatchTrainer: @unchecked Sendable {
  private let encoder: PatchEncoder
  let stack: StackTrainer
  let features: Readout
  /// `(rows, 3·patch·patch)`: the images' patches, and zeros where the class token stands, so that its
  /// rows need no exception.
  private let cut: FloatRows
  /// What goes into ln_pre.
  private let placed: FloatRows
  private let sums: VectorSums
  private let memory = TrainingMemory()

  init(_ encoder: PatchEncoder, items: Int, recomputes: Bool) {
    self.encoder = encoder
    let (rows, width) = (items * encoder.positions, encoder.stack.width)
    stack = StackTrainer(
      encoder.stack, isCausal: false, reading: .first, items: items, longest: encoder.positions,
      recomputes: recomputes)
    features = Readout(.first, norm: "ln_post", width: width, items: items)
    cut = memory.rows(rows, width: encoder.patchSize)
    placed = memory.rows(rows, width: width)
    sums = VectorSums([width, width], blocks: max(1, items), memory)
  }

  static func numbers(_ encoder: PatchEncoder, items: Double, recomputes: Bool) -> Double {
    let one = StackTrainer.numbers(
      encoder.stack, items: 1, longest: encoder.positions, recomputes: recomputes)
    return items * (one + Double(encoder.positions) * Double(encoder.patchSize + encoder.stack.width))
  }

  var sequences: Sequences { stack.sequences }

  /// - Throws: `MemoryOverrun` where something wrote beyond its matrix.
  func verify() throws {
    try memory.verify()
    try stack.verify()
    try features.verify()
  }

  func begin(count: Int) { stack.begin(lengths: Array(repeating: encoder.positions, count: count)) }

  /// - Parameter pictures: `(count, 3·image·image)`.
  func forward(_ block: Int, _ pictures: FloatRows, _ weights: PatchWeights, _ tensors: TensorPointers) {
    let rows = sequences.rows(of: sequences.blocks[block])
    embed(sequences.blocks[block], pictures, weights)
    weights.normBefore.apply(
      placed[rows], rows: rows.count, into: stack.inputs[0][rows])
    stack.forward(block, weights.blocks)
    features.forward(block, stack.outputs, stack.output, tensors)
  }

  /// placed ← patches·conv1ᵀ + positions, and the class token: `(rows, width)`.
  private func embed(_ items: Range<Int>, _ pictures: FloatRows, _ weights: PatchWeights) {
    for item in items {
      let rows = sequences.rows(of: item)
      placed[rows].update(from: weights.positions)
      add(weights.classToken, to: placed[rows.lowerBound])
      encoder.cutPatches(pictures[item], into: cut[rows.dropFirst()])
    }
    let rows = sequences.rows(of: items)
    weights.patches.map(cut[rows], rows: rows.count, into: placed[rows], start: placed[rows])
  }

  /// From `features.gradient` to the gradients of all tensors.
  func backward(
    _ weights: PatchWeights, _ tensors: TensorPointers, into gradients: TensorGradients, budget: ThreadBudget
  ) throws {
    let sequences = sequences
    try budget.forEachBlock(sequences.blocks.count) { block in
      self.features.backward(
        block, self.stack.outputs, self.stack.output, tensors, into: self.stack.outputGradient)
    }
    try features.sumWeights([], sequences, into: gradients, budget)
    try stack.backward(weights.blocks, into: gradients, budget: budget)
    try budget.forEachBlock(sequences.blocks.count) { self.backwardNorm($0, weights.normBefore) }
    try sumWeights(gradients, budget)
  }

  private func backwardNorm(_ block: Int, _ norm: LayerNorm) {
    let rows = sequences.rows(of: sequences.blocks[block])
    sums.clear(block)
    stack.gradients.before.clear(rows)
    for row in rows {
      norm.backward(
        placed[row], stack.gradients.after[row], adding: stack.gradients.before[row],
        into: stack.change[row], sums.norm(0, block: block))
    }
  }

  private func sumWeights(_ tensors: TensorGradients, _ budget: ThreadBudget) throws {
    let (changes, rows, positions) = (stack.gradients.before, sequences.rows, encoder.positions)
    try budget.run(
      [GradientProduct(changes, cut, rows: rows, into: tensors("conv1.weight"))], sums,
      blocks: sequences.blocks.count, into: [tensors("ln_pre.weight"), tensors("ln_pre.bias")])
    let places = FloatRows(tensors("positional_embedding"), width: changes.width)
    let classToken = tensors("class_embedding")
    places.clear(0..<positions)
    classToken.fill(0)
    try budget.scatter(changes, count: rows) { places[$0 % positions] }
    try budget.scatter(changes, count: rows) { $0 % positions == 0 ? classToken : nil }
  }
}
