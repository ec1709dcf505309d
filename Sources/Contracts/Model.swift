import Declarations

/// A dual encoder: how to build it, its weights if they are not the initial ones, and the embeddings of its
/// data.
package struct Model: Sendable, Equatable {
  /// A tensor by its name within the network, as PyTorch shapes it.
  package struct Tensor: Sendable, Equatable {
    package let name: String
    package let shape: [Int]
    package let values: [Float]

    package init(name: String, shape: [Int], values: [Float]) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// The `init` stage that made it: its kind, its parameters, the seed and the stream that it drew from.
  package var origin: JSONValue
  /// Empty if the weights are those that `origin` makes: a seed then replaces 600 MB of random numbers.
  package var tensors: [Tensor]
  package var family: EmbeddingFamily
  /// The log of its training.
  package var tables: [NamedTable]

  package init(
    origin: JSONValue, tensors: [Tensor] = [], family: EmbeddingFamily, tables: [NamedTable] = []
  ) {
    self.origin = origin
    self.tensors = tensors
    self.family = family
    self.tables = tables
  }
}
