import Contracts

/// What the sides of a data set are, as far as its description tells without a file being read.
package struct DeclaredSides: Sendable, Equatable {
  package enum Side: Sendable, Equatable {
    /// Of one item: `[3, height, width]`, `[frames, 3, height, width]` or `[length]`.
    case numbers([Int])
    /// `vocabulary` is nil where a file decides it.
    case tokens(context: Int, vocabulary: Int?)
  }

  package enum Partner: Sendable, Equatable {
    case none
    case side(Side)
    /// There is one, if the files have what it takes.
    case perhaps(Side)
  }

  package let x: Side
  package let y: Partner
}

extension DatasetCatalog {
  /// - Returns: nil where a file alone tells, as with `tensors`, or where the description is not whole.
  package static func declared(_ kind: String, with values: [String: JSONValue]) -> DeclaredSides? {
    guard let found = kinds.first(where: { $0.name == kind }) else { return nil }
    let keys = DeclaredKeys(kind: found, values: values)
    switch kind {
    case TensorData.kind.name: return nil
    case GaussianData.kind.name:
      return keys.integer("dimensions").map { DeclaredSides(x: .numbers([$0]), y: .none) }
    case RandomTokens.kind.name:
      guard let context = keys.integer("context"), let size = keys.integer("vocabulary") else { return nil }
      return DeclaredSides(x: .tokens(context: context, vocabulary: size), y: .none)
    case Proteins.kind.name:
      guard let length = keys.integer("length"), let texts = keys.texts else { return nil }
      let residues = DeclaredSides.Side.tokens(context: length, vocabulary: ResidueTokenizer().vocabularySize)
      return DeclaredSides(x: residues, y: .side(texts))
    default: return keys.pictures
    }
  }
}

/// A description's values, with the defaults of its kind.
private struct DeclaredKeys {
  let kind: DatasetKind
  let values: [String: JSONValue]

  func integer(_ name: String) -> Int? {
    (values[name] ?? kind.parameters.first { $0.name == name }?.defaultValue)?.integer
  }

  /// With CLIP's tokenizer where a vocabulary is given, else bytes.
  var texts: DeclaredSides.Side? {
    integer("context").map {
      .tokens(context: $0, vocabulary: values["vocabulary"] == nil ? ByteTokenizer().vocabularySize : nil)
    }
  }

  /// Pictures or clips, with texts where the kind has them.
  var pictures: DeclaredSides? {
    guard let size = integer("size") else { return nil }
    let frames = kind.parameters.contains { $0.name == "frames" }
    let count = frames ? integer("frames") : nil
    if frames, count == nil { return nil }
    let x = DeclaredSides.Side.numbers((count.map { [$0] } ?? []) + [3, size, size])
    guard kind.parameters.contains(where: { $0.name == "context" }) else {
      return DeclaredSides(x: x, y: .none)
    }
    let needsClasses = kind.name == ImageFolder.kind.name || kind.name == IDX.kind.name
    return texts.map { DeclaredSides(x: x, y: needsClasses ? .perhaps($0) : .side($0)) }
  }
}
