import Contracts

/// A listed kind of figure: its signature, how it is prepared, and its usual size in pixels.
struct FigureVariant: Sendable {
  let signature: FigureSignature
  let picture: @Sendable (FigureParameters, FigureContext) throws -> Picture
  let size: @Sendable (FigureParameters) -> (width: Double, height: Double)
}

/// The kinds of figure. A new one is a file in `Kinds/` and a line here.
let figureVariants: [FigureVariant] = [
  Lines.variant,
  Intervals.variant,
  Scatter.variant,
  Histogram.variant,
  Arrows.variant,
  Sphere.variant,
  Panels.variant,
]

/// What the validator and the schema know of the figures.
package let figureSignatures: [FigureSignature] = figureVariants.map(\.signature)

func figureVariant(_ kind: String) throws -> FigureVariant {
  guard let variant = figureVariants.first(where: { $0.signature.kind == kind }) else {
    throw FigureFailure.unknownKind(kind, known: figureVariants.map(\.signature.kind))
  }
  return variant
}
