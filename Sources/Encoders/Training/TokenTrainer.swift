import Execution

/// A transformer over tokens in training: texts and sequences, which differ in what sees what, in which
/// rows are read and in how the tensors are called.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
final class TokenTrainer: TowerTrainer, @unchecked Sendable {
  struct Kind {
    let tower: any Tower
    let stack: TransformerShape
    let isCausal: Bool
    let reading: Reading
    let hasClass: Bool
    let projection: String
  }

  private let kind: Kind
  private let capacity: Int
  /// Appends the tokens that have rows, item after item, and gives each item's number of them.
  private let place: (TowerBatch, _ placed: inout [PlacedToken]) -> [Int]
  private var placed: [PlacedToken] = []
  private let stack: StackTrainer
  private let readout: Readout

  init(
    _ kind: Kind, capacity: Int, longest: Int, recomputes: Bool,
    place: @escaping (TowerBatch, _ placed: inout [PlacedToken]) -> [Int]
  ) {
    self.kind = kind
    self.capacity = capacity
    self.place = place
    placed.reserveCapacity(capacity * longest)
    stack = StackTrainer(
      kind.stack, isCausal: kind.isCausal, reading: kind.reading, items: capacity, longest: longest,
      recomputes: recomputes)
    readout = Readout(kind.reading, norm: "ln_final", width: kind.stack.width, items: capacity)
  }

  private func table(_ tensors: TensorPointers) -> TokenTable {
    TokenTable(
      tokens: tensors("token_embedding.weight"), positions: tensors("positional_embedding"),
      width: kind.stack.width, classToken: kind.hasClass ? tensors("class_embedding") : nil)
  }

  func forward(
    _ batch: TowerBatch, weights: FloatSlice, into embeddings: FloatSlice, budget: ThreadBudget
  ) throws {
    try kind.tower.check(batch, capacity: capacity)
    placed.removeAll(keepingCapacity: true)
    stack.begin(lengths: place(batch, &placed))
    let tensors = TensorPointers(
      layout: kind.tower.layout, base: weights, epsilon: kind.stack.epsilon)
    let (table, blocks) = (table(tensors), tensors.blocks(kind.stack))
    let projection = projection(tensors)
    let (out, sequences, placed) = (
      FloatRows(embeddings, width: kind.tower.embedding), stack.sequences, placed
    )
    try budget.forEachBlock(sequences.blocks.count) { block in
      let items = sequences.blocks[block]
      let rows = sequences.rows(of: items)
      table.embed(placed[rows], into: self.stack.inputs[0][rows])
      self.stack.forward(block, blocks)
      self.readout.forward(block, self.stack.outputs, self.stack.output, tensors)
      projection.map(self.readout.pooled[items], rows: items.count, into: out[items])
    }
    try verify()
  }

  private func projection(_ tensors: TensorPointers) -> Linear {
    tensors.projection(kind.projection, kind.stack.width, kind.tower.embedding)
  }

  func backward(
    gradient: FloatSlice, weights: FloatSlice, into gradients: FloatSlice, budget: ThreadBudget
  ) throws {
    gradients[0..<kind.tower.layout.count].fill(0)
    let tensors = TensorPointers(
      layout: kind.tower.layout, base: weights, epsilon: kind.stack.epsilon)
    let sums = TensorGradients(layout: kind.tower.layout, base: gradients)
    let (sequences, blocks) = (stack.sequences, tensors.blocks(kind.stack))
    projection(tensors).backward(gradient, rows: sequences.items, into: readout.gradient.slice)
    try budget.forEachBlock(sequences.blocks.count) { block in
      self.readout.backward(
        block, self.stack.outputs, self.stack.output, tensors, into: self.stack.outputGradient)
    }
    let product = GradientProduct(
      readout.pooled, FloatRows(gradient, width: kind.tower.embedding), rows: sequences.items,
      into: sums(kind.projection))
    try readout.sumWeights([product], sequences, into: sums, budget)
    try stack.backward(blocks, into: sums, budget: budget)
    try sumTable(sums, budget)
    try verify()
  }

  private func verify() throws {
    try stack.verify()
    try readout.verify()
  }

  /// The gradients of tokens and positions: each row's is added to those of its token and its position.
  private func sumTable(_ tensors: TensorGradients, _ budget: ThreadBudget) throws {
    let (changes, placed) = (stack.gradients.after, placed)
    let tokens = FloatRows(tensors("token_embedding.weight"), width: changes.width)
    let positions = FloatRows(tensors("positional_embedding"), width: changes.width)
    let classToken = kind.hasClass ? tensors("class_embedding") : nil
    try budget.scatter(changes, count: placed.count) { row in
      placed[row].id == PlacedToken.classID ? classToken : tokens[placed[row].id]
    }
    try budget.scatter(changes, count: placed.count) { positions[placed[$0].position] }
  }
}
