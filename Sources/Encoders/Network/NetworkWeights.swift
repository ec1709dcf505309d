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

  /// The whole buffer; a tensor lies at `base + layout.offset(of: name)`.
  package func withPointer<R>(_ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
    try values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        return try withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) {
          $0.initialize(repeating: 0)
          guard let base = $0.baseAddress else { preconditionFailure("a buffer of 16 has an address") }
          return try body(base)
        }
      }
      return try body(base)
    }
  }

  package subscript(_ name: String) -> ArraySlice<Float> {
    let offset = layout.offset(of: name)
    let count = layout.place(of: name).map { layout.tensors[$0].count } ?? 0
    return values[offset..<offset + count]
  }
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
      guard let base = buffer.baseAddress else { return }
      for (tensor, offset) in zip(layout.tensors, layout.offsets) {
        try tensor.draw(into: base + offset, from: stream(tensor.name), budget)
      }
    }
    self.init(layout: layout, values: values)
  }
}

extension TensorSpec {
  fileprivate func draw(
    into out: UnsafeMutablePointer<Float>, from stream: RandomStream, _ budget: ThreadBudget
  ) throws {
    switch initial {
    case .constant(let value): out.update(repeating: Float(value), count: count)
    case .normal(let std): try stream.fillGaussians(out, count: count, scale: Float(std), budget: budget)
    case .uniform(let bound): try fillUniforms(out, stream, Float(bound), budget)
    }
  }

  private func fillUniforms(
    _ out: UnsafeMutablePointer<Float>, _ stream: RandomStream, _ bound: Float, _ budget: ThreadBudget
  ) throws {
    let shared = Shared(out)
    let (size, count) = (65_536, count)
    try budget.forEachBlock(blockCount(count, size: size)) { block in
      let range = blockRange(block, size: size, count: count)
      let piece = shared.pointer + range.lowerBound
      stream.uniforms(into: piece, count: range.count, offset: range.lowerBound)
      for index in 0..<range.count { piece[index] = (2 * piece[index] - 1) * bound }
    }
  }
}
