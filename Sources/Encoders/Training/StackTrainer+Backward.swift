import Execution
import Kernels

extension StackTrainer {
  /// From the gradient of `output`, which the caller put into `outputGradient`, to that of `inputs[0]`,
  /// which is in `gradients.after` afterwards.
  ///
  /// Threads meet twice a layer: blocks of items carry the gradient through it, then tiles of the weights'
  /// gradients are summed over all rows.
  func backward(_ weights: [BlockWeights], into tensors: TensorGradients, budget: ThreadBudget) throws {
    for layer in (0..<shape.layers).reversed() {
      try budget.forEachBlock(sequences.blocks.count) { block in
        if self.recomputes { self.forward(layer, block, weights[layer]) }
        self.sums.clear(block)
        self.backwardMLP(layer, block, weights[layer])
        self.backwardAttention(layer, block, weights[layer])
      }
      try sumWeights(layer, into: tensors, budget)
      (gradients.after, gradients.before) = (gradients.before, gradients.after)
    }
  }

  /// To the gradient of `middle`; `hidden` becomes its gradient and `wide` the activation's result.
  private func backwardMLP(_ layer: Int, _ block: Int, _ weights: BlockWeights) {
    let (rest, rows) = (rest(layer), carried(layer).rows(of: sequences.blocks[block]))
    let count = rows.count
    sum(.down, block, rest.after, rows)
    weights.down.backward(rest.after[rows], rows: count, into: rest.wide[rows])
    shape.activation.backward(rest.hidden[rows], gradient: rest.wide[rows])
    sum(.up, block, rest.hidden, rows)
    weights.up.backward(rest.hidden[rows], rows: count, into: rest.change[rows])
    rest.gradient[rows].update(from: rest.after[rows])
    let sums = sums.norm(Vector.norm2Weight.rawValue, block: block)
    for row in rows {
      weights.norm2.backward(
        rest.middle[row], rest.change[row], adding: rest.gradient[row], into: rest.normed[row], sums)
    }
    sum(.output, block, rest.gradient, rows)
    weights.output.backward(rest.gradient[rows], rows: count, into: rest.change[rows])
  }

  /// To the gradient of what goes in; `joined` becomes its gradient.
  private func backwardAttention(_ layer: Int, _ block: Int, _ weights: BlockWeights) {
    let (record, rows) = (record(layer), sequences.rows(of: sequences.blocks[block]))
    spread(layer, block)
    for item in sequences.blocks[block] {
      let rows = sequences.rows(of: item)
      attention.backward(
        record.joined[rows], rows: rows.count, gradient: change[rows], scratch: scratch(block))
    }
    sum(.input, block, record.joined, rows)
    weights.input.backward(record.joined[rows], rows: rows.count, into: change[rows])
    let sums = sums.norm(Vector.norm1Weight.rawValue, block: block)
    for row in rows {
      weights.norm1.backward(
        inputs[layer][row], change[row], adding: gradients.before[row], into: normed.first[row], sums)
    }
  }

  /// Takes the gradients of `middle` and of attention's result to all rows; those that were not carried on
  /// have none.
  private func spread(_ layer: Int, _ block: Int) {
    let (rest, items) = (rest(layer), sequences.blocks[block])
    let rows = sequences.rows(of: items)
    guard keepsOne(layer) else {
      gradients.before[rows].update(from: rest.gradient[rows])
      return
    }
    gradients.before.clear(rows)
    change.clear(rows)
    for item in items {
      gradients.before[readRow(item)].update(from: rest.gradient[item])
      change[readRow(item)].update(from: rest.change[item])
    }
  }

  private func sum(_ vector: Vector, _ block: Int, _ values: FloatRows, _ rows: Range<Int>) {
    sums.add(vector.rawValue, block: block, values[rows], rows: rows.count)
  }

  private func sumWeights(_ layer: Int, into tensors: TensorGradients, _ budget: ThreadBudget) throws {
    let (name, record, rest) = ("\(shape.name).resblocks.\(layer)", record(layer), rest(layer))
    let (all, carried) = (sequences.rows, carried(layer).rows)
    func product(_ left: FloatRows, _ right: FloatRows, _ rows: Int, _ tensor: String) -> GradientProduct {
      GradientProduct(left, right, rows: rows, into: tensors("\(name).\(tensor)"))
    }
    try budget.run(
      [
        product(rest.after, rest.wide, carried, "mlp.c_proj.weight"),
        product(rest.hidden, rest.normed, carried, "mlp.c_fc.weight"),
        product(record.joined, normed.first, all, "attn.in_proj_weight"),
        product(rest.gradient, rest.mixed, carried, "attn.out_proj.weight"),
      ], sums, blocks: sequences.blocks.count,
      into: Vector.allCases.map { tensors("\(name).\($0.name)") })
  }
}
