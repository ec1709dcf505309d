import Declarations

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

  package init(x: Side, y: Partner) {
    self.x = x
    self.y = y
  }
}

extension DatasetCatalog {
  /// What the sides of a data set are, as far as its description tells.
  package static func declared(_ kind: String, with values: [String: JSONValue]) -> DeclaredSides? {
    kinds.first { $0.name == kind }?.declared(values)
  }
}

extension DataParameters {
  /// With CLIP's tokenizer where a vocabulary is given, else bytes.
  package func declaredTexts() throws -> DeclaredSides.Side {
    let isFile = optionalText("vocabulary") != nil
    return .tokens(
      context: try integer("context"), vocabulary: isFile ? nil : ByteTokenizer().vocabularySize)
  }

  /// Images, or clips of so many.
  package func declaredPictures(frames: Int? = nil) throws -> DeclaredSides.Side {
    let size = try integer("size")
    return .numbers((frames.map { [$0] } ?? []) + [3, size, size])
  }
}

extension DeclaredSides {
  package static let captionedPictures: @Sendable (DataParameters) throws -> DeclaredSides? = {
    DeclaredSides(x: try $0.declaredPictures(), y: .side(try $0.declaredTexts()))
  }

  /// Captions name the classes, if there are any.
  package static let classifiedPictures: @Sendable (DataParameters) throws -> DeclaredSides? = {
    DeclaredSides(x: try $0.declaredPictures(), y: .perhaps(try $0.declaredTexts()))
  }
}
