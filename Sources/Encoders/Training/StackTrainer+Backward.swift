import Kernels

extension StackTrainer {
  /// From the gradient of what came out of the last layer, which the caller put into `gradients.after`,
  /// to that of `inputs[0]`, which is there afterwards.
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

  /// From `after` to `middle`; `hidden` becomes its gradient and `wide` QuickGELU's result.
  private func backwardMLP(_ layer: Int, _ block: Int, _ weights: BlockWeights) {
    let (record, rows) = (record(layer), sequences.rows(of: sequences.blocks[block]))
    let (first, count) = (rows.lowerBound, rows.count)
    sum(.down, block, gradients.after, rows)
    weights.down.backward(gradients.after[first], rows: count, into: wide[first])
    QuickGelu.backward(record.hidden[first], gradient: wide[first], count: 4 * count * shape.width)
    sum(.up, block, record.hidden, rows)
    weights.up.backward(record.hidden[first], rows: count, into: change[first])
    gradients.middle[first].update(from: gradients.after[first], count: count * shape.width)
    let sums = sums.norm(Vector.norm2Weight.rawValue, block: block)
    for row in rows {
      weights.norm2.backward(
        record.middle[row], change[row], adding: gradients.middle[row], into: normed.second[row], sums)
    }
  }

  /// From `middle` to `before`; `joined` becomes its gradient.
  private func backwardAttention(_ layer: Int, _ block: Int, _ weights: BlockWeights) {
    let (record, rows) = (record(layer), sequences.rows(of: sequences.blocks[block]))
    let (first, count) = (rows.lowerBound, rows.count)
    sum(.output, block, gradients.middle, rows)
    weights.output.backward(gradients.middle[first], rows: count, into: change[first])
    for item in sequences.blocks[block] {
      let rows = sequences.rows(of: item)
      attention.backward(
        record.joined[rows.lowerBound], rows: rows.count, gradient: change[rows.lowerBound],
        scratch: scratch(block))
    }
    sum(.input, block, record.joined, rows)
    weights.input.backward(record.joined[first], rows: count, into: change[first])
    gradients.before[first].update(from: gradients.middle[first], count: count * shape.width)
    let sums = sums.norm(Vector.norm1Weight.rawValue, block: block)
    for row in rows {
      weights.norm1.backward(
        inputs[layer][row], change[row], adding: gradients.before[row], into: normed.first[row], sums)
    }
  }

  private func sum(_ vector: Vector, _ block: Int, _ values: FloatRows, _ rows: Range<Int>) {
    sums.add(vector.rawValue, block: block, values[rows.lowerBound], rows: rows.count)
  }

  private func sumWeights(_ layer: Int, into tensors: TensorGradients, _ budget: ThreadBudget) throws {
    let (name, record, rows) = ("\(shape.name).resblocks.\(layer)", record(layer), sequences.rows)
    func product(_ left: FloatRows, _ right: FloatRows, _ tensor: String) -> GradientProduct {
      GradientProduct(left, right, rows: rows, into: tensors("\(name).\(tensor)"))
    }
    try budget.run(
      [
        product(gradients.after, wide, "mlp.c_proj.weight"),
        product(record.hidden, normed.second, "mlp.c_fc.weight"),
        product(record.joined, normed.first, "attn.in_proj_weight"),
        product(gradients.middle, record.mixed, "attn.out_proj.weight"),
      ], sums, blocks: sequences.blocks.count,
      into: Vector.allCases.map { tensors("\(name).\($0.name)") })
  }
}
