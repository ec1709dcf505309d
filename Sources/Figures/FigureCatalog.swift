import Claims
import Declarations

/// A listed kind of figure: its signature, how it is prepared, and its usual size in pixels.
package struct FigureVariant: Sendable {
  package let signature: FigureSignature
  let picture: @Sendable (FigureParameters, FigureContext) throws -> Picture
  let size: @Sendable (FigureParameters) throws -> (width: Double, height: Double)
  /// The usual size is that of the whole, rather than of one of the pictures that it has a grid of.
  var sizesGrid = false
}

/// The kinds of figure. A new one is a file in `Kinds/` and a line here.
package let figureCatalog = FigureCatalog([
  Lines.variant,
  Intervals.variant,
  Scatter.variant,
  Histogram.variant,
  Arrows.variant,
  Sphere.variant,
  Panels.variant,
])

/// Kinds of figure that can be drawn.
package struct FigureCatalog: Sendable {
  package let variants: [FigureVariant]

  package init(_ variants: [FigureVariant]) { self.variants = variants }

  /// What the validator and the schema know of the figures.
  package var signatures: [FigureSignature] { variants.map(\.signature) }

  /// The kind of a figure and its parameters with all that is left to defaults.
  ///
  /// - Throws: `FigureFailure.unknownKind`.
  func figure(_ kind: String, _ parameters: JSONValue) throws -> (FigureVariant, FigureParameters) {
    guard let variant = variants.first(where: { $0.signature.kind == kind }) else {
      throw FigureFailure.unknownKind(kind, known: variants.map(\.signature.kind))
    }
    return (
      variant, FigureParameters(json: ParameterDefaults.fill(parameters, variant.signature.parameters))
    )
  }
}
