import Declarations
import Kernels

/// The embeddings of one or two modalities: `x` and, for pairs, `y`, each `float32 (n, d)`. `pairing` says
/// which rows belong together, and `annotations` what their items are called.
package struct Embeddings: Sendable, Equatable {
  package var x: Matrix
  package var y: Matrix?
  /// Every row has unit Euclidean norm.
  package var isNormalized: Bool
  package var pairing: Pairing
  /// One for each item, or none.
  package var annotations: ItemAnnotations

  package init(
    x: Matrix, y: Matrix? = nil, isNormalized: Bool, pairing: Pairing = .identity,
    annotations: ItemAnnotations = ItemAnnotations()
  ) {
    self.x = x
    self.y = y
    self.isNormalized = isNormalized
    self.pairing = pairing
    self.annotations = annotations
  }
}

/// A named value that places a member of a family: `delta` = 0.25, `layer` = 3.
package struct Coordinate: Sendable, Hashable {
  package let name: String
  package let value: Cell
  package init(_ name: String, _ value: Cell) {
    self.name = name
    self.value = value
  }
}

/// Base embeddings and what is done to them: 40 shifts of one pair are 40 short descriptions.
package struct EmbeddingFamily: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package var coordinates: [Coordinate]
    package var base: Int
    /// In the order in which they are applied.
    package var transforms: [any EmbeddingTransform]

    package init(
      coordinates: [Coordinate] = [], base: Int = 0, transforms: [any EmbeddingTransform] = []
    ) {
      self.coordinates = coordinates
      self.base = base
      self.transforms = transforms
    }

    package static func == (first: Member, second: Member) -> Bool {
      first.coordinates == second.coordinates && first.base == second.base
        && first.transforms.elementsEqual(second.transforms) { $0.isEqual(to: $1) }
    }
  }

  package var bases: [Embeddings]
  package var members: [Member]

  package init(bases: [Embeddings], members: [Member]) {
    self.bases = bases
    self.members = members
  }

  /// A family of one member, as it is.
  package init(_ embeddings: Embeddings) {
    self.init(bases: [embeddings], members: [Member()])
  }
}
