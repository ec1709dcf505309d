/// Where each tensor of a tower lies in one flat buffer of float32: what an optimiser, a checkpoint and a
/// digest walk over.
package struct ParameterLayout: Sendable, Equatable {
  package let tensors: [TensorSpec]
  /// Of each tensor's first value; a multiple of 16, so that vectors never straddle two tensors.
  package let offsets: [Int]
  /// Values of the buffer, the holes before a multiple of 16 among them.
  package let count: Int
  private let places: [String: Int]

  package init(_ tensors: [TensorSpec]) {
    var offsets: [Int] = []
    var end = 0
    for tensor in tensors {
      offsets.append(end)
      end += (tensor.count + 15) / 16 * 16
    }
    self.tensors = tensors
    self.offsets = offsets
    count = end
    places = Dictionary(
      zip(tensors.map(\.name), tensors.indices), uniquingKeysWith: { first, _ in first })
  }

  package func place(of name: String) -> Int? { places[name] }

  /// The offset of a tensor that the tower itself declared.
  package func offset(of name: String) -> Int {
    guard let place = places[name] else { preconditionFailure("no tensor `\(name)` in this tower") }
    return offsets[place]
  }

  /// Where a tensor that the tower itself declared lies.
  package func range(of name: String) -> Range<Int> {
    let start = offset(of: name)
    return start..<start + (places[name].map { tensors[$0].count } ?? 0)
  }

  /// Values that are learnt or measured, without the holes.
  package var parameterCount: Int { tensors.reduce(0) { $0 + $1.count } }
}
