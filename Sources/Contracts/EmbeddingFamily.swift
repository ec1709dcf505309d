import Kernels

/// The embeddings of one or two modalities: `x` and, for pairs, `y`, each `float32 (n, d)`. `pairing` says
/// which rows belong together.
package struct Embeddings: Sendable, Equatable {
  package var x: Matrix
  package var y: Matrix?
  /// Every row has unit Euclidean norm.
  package var isNormalized: Bool
  package var pairing: Pairing

  package init(x: Matrix, y: Matrix? = nil, isNormalized: Bool, pairing: Pairing = .identity) {
    self.x = x
    self.y = y
    self.isNormalized = isNormalized
    self.pairing = pairing
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

/// What a shift does to a pair of matrices, kept as data so that it is applied only when looked at.
package enum Move: Sendable, Equatable {
  /// x − (amount of x)·g and y + (amount of y)·g with the unit gap vector `g`; rows of unit norm
  /// afterwards where `renormalize`. Source: Liang et al. 2022, Sec. 4.2.
  case along(gap: [Double], amountX: Double, amountY: Double, renormalize: Bool)
  /// Places each y point of a sphere at this elevation, keeping its azimuth. Source: Sec. 4.3.
  case elevation(degrees: Double)
  /// Subtracts these vectors, then normalises rows.
  case subtract(x: [Double], y: [Double])
  /// y ← y·Wᵀ with `w` row-major `(d, d)`. Source: Sec. 4.4.
  case rotateY(w: [Double])
}

/// Base embeddings and the ways they are moved: 40 shifts of one pair are 40 short descriptions.
package struct EmbeddingFamily: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package var coordinates: [Coordinate]
    package var base: Int
    package var moves: [Move]
    package init(coordinates: [Coordinate] = [], base: Int = 0, moves: [Move] = []) {
      self.coordinates = coordinates
      self.base = base
      self.moves = moves
    }
  }

  package var bases: [Embeddings]
  package var members: [Member]

  package init(bases: [Embeddings], members: [Member]) {
    self.bases = bases
    self.members = members
  }

  /// A family of one unmoved member.
  package init(_ embeddings: Embeddings) {
    self.init(bases: [embeddings], members: [Member()])
  }
}
