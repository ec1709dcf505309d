import Kernels

/// A token at its position.
struct PlacedToken: Equatable {
  let id: Int
  let position: Int

  /// Of a class token, which has a vector of its own.
  static let classID = -1
}

/// The vectors of tokens and of positions: `(vocabulary, width)` and `(context, width)`.
struct TokenTable: @unchecked Sendable {
  let tokens: UnsafePointer<Float>
  let positions: UnsafePointer<Float>
  let width: Int
  var classToken: UnsafePointer<Float>?

  /// out_i ← token(id_i) + position(position_i).
  func embed(_ placed: some Collection<PlacedToken>, into out: UnsafeMutablePointer<Float>) {
    for (row, token) in placed.enumerated() {
      let vector = token.id == PlacedToken.classID ? classToken : tokens + token.id * width
      if let vector { (out + row * width).update(from: vector, count: width) }
      add(positions + token.position * width, to: out + row * width, width)
    }
  }
}
