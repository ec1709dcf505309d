import Execution
import Kernels

/// A token at its position.
struct PlacedToken: Equatable {
  let id: Int
  let position: Int

  /// Of a class token, which has a vector of its own.
  static let classID = -1
}

/// The vectors of tokens and of positions: `(vocabulary, width)` and `(context, width)`.
struct TokenTable: Sendable {
  let tokens: FloatSlice
  let positions: FloatSlice
  let width: Int
  var classToken: FloatSlice?

  /// out_i ← token(id_i) + position(position_i).
  func embed(_ placed: some Collection<PlacedToken>, into out: FloatSlice) {
    let (tokens, positions, out) = (
      FloatRows(tokens, width: width), FloatRows(positions, width: width), FloatRows(out, width: width)
    )
    for (row, token) in placed.enumerated() {
      let vector = token.id == PlacedToken.classID ? classToken : tokens[token.id]
      if let vector { out[row].update(from: vector) }
      add(positions[token.position], to: out[row])
    }
  }
}
