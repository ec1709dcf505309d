import Execution
import Files
import Kernels

/// The values of a tower's tensors, in one flat buffer.
package struct NetworkWeights: Sendable, Equatable {
  package let layout: ParameterLayout
  /// `layout.count` values; the holes are zero.
  package var values: [Float]

  /// - Precondition: `values.count == layout.count`.
  package init(layout: ParameterLayout, values: [Float]) {
    precondition(values.count == layout.count, "weights must fill their layout")
    self.layout = layout
    self.values = values
  }

  /// The whole buffer, for reading; a tensor lies at `layout.range(of: name)`.
  package func withSlice<R>(_ body: (FloatSlice) throws -> R) rethrows -> R {
    try values.withReadSlice(body)
  }

  package subscript(_ name: String) -> ArraySlice<Float> { values[layout.range(of: name)] }
}

extension NetworkWeights {
  /// Weights before any training: each tensor from the stream of its own name, so that neither the order
  /// of the tensors nor the number of threads shows in them.
  package init(
    drawing layout: ParameterLayout, budget: ThreadBudget, stream: (_ tensor: String) -> RandomStream
  ) throws {
    let values = try [Float](unsafeUninitializedCapacity: layout.count) { buffer, count in
      buffer.initialize(repeating: 0)
      count = layout.count
      try buffer.withSlice { values in
        for (tensor, offset) in zip(layout.tensors, layout.offsets) {
          try tensor.draw(into: values[offset..<offset + tensor.count], from: stream(tensor.name), budget)
        }
      }
    }
    self.init(layout: layout, values: values)
  }
}

extension TensorSpec {
  /// Fills `out`, which has `count` numbers.
  fileprivate func draw(into out: FloatSlice, from stream: RandomStream, _ budget: ThreadBudget) throws {
    switch initial {
    case .constant(let value): out.fill(Float(value))
    case .normal(let std):
      try stream.fillGaussians(out[0..<count], scale: Float(std), budget: budget)
    case .uniform(let bound): try fillUniforms(out, stream, Float(bound), budget)
    }
  }

  private func fillUniforms(
    _ out: FloatSlice, _ stream: RandomStream, _ bound: Float, _ budget: ThreadBudget
  ) throws {
    let (size, count) = (65_536, count)
    try budget.forEachBlock(blockCount(count, size: size)) { block in
      let range = blockRange(block, size: size, count: count)
      let piece = out[range]
      stream.uniforms(into: piece, offset: range.lowerBound)
      for index in piece.indices { piece[index] = (2 * piece[index] - 1) * bound }
    }
  }
}

extension NetworkWeights {
  /// The tensors for a file, under their names after a prefix: `visual.` for the vision tower of a CLIP, as
  /// OpenAI names it, and nothing for its text tower.
  package func tensors(prefix: String = "") -> [NamedTensor] {
    layout.tensors.map { NamedTensor(prefix + $0.name, $0.shape, Array(self[$0.name])) }
  }
}
