import Contracts
import Declarations
import Metrics

/// Standardises each dimension of each modality: x_k ← (x_k − μ_k)/σ_k, and y likewise; then rows of unit norm.
///
/// σ² is the variance divided by n. A dimension that is constant among the fitted rows goes to zero.
/// Source: Timkey and van Schijndel 2021, doi:10.18653/v1/2021.emnlp-main.372.
package struct StandardizeStage: Stage {
  package struct Parameters: Decodable, Sendable {
    let renormalize: Bool
    let heldOut: HeldOutKeys

    private enum CodingKeys: String, CodingKey { case renormalize }

    package init(from decoder: any Decoder) throws {
      renormalize = try decoder.container(keyedBy: CodingKeys.self).decode(Bool.self, forKey: .renormalize)
      heldOut = try HeldOutKeys(from: decoder)
    }
  }

  package static let signature = StageSignature(
    phase: .shift, kind: "standardize",
    summary: "Gives each dimension of each modality mean 0 and variance 1, then divides rows by their norm.",
    parameters: [
      .defaulted("renormalize", .boolean, .bool(true), "Divide standardised rows by their norm.")
    ] + HeldOut.parameters, input: .pairs, alsoAccepts: [.unpaired], output: .pairs,
    preservesInputType: true)

  package static var transforms: [any EmbeddingTransform.Type] { [Standardization.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try inputs.shifted(for: "shift/standardize", parameters.heldOut, context) { fitted, member in
      let x = try RowMoments(fitted.rows(.x, of: member), context.budget)
      let y = try RowMoments(fitted.rows(.y, of: member), context.budget)
      return [
        member.transformed(
          by: Standardization(x: Self.part(x), y: Self.part(y), renormalizes: parameters.renormalize))
      ]
    }
  }

  private static func part(_ moments: RowMoments) -> Standardization.Part {
    Standardization.Part(
      mean: moments.mean, scale: moments.variances.map { $0 > 0 ? 1 / $0.squareRoot() : 0 })
  }
}

/// (x − mean)·scale by dimension, and the same of y; rows of unit norm afterwards where `renormalizes`.
package struct Standardization: EmbeddingTransform {
  package struct Part: Sendable, Equatable {
    package var mean: [Double]
    package var scale: [Double]

    package init(mean: [Double] = [], scale: [Double] = []) { (self.mean, self.scale) = (mean, scale) }
  }

  package var x: Part
  package var y: Part
  package var renormalizes: Bool

  package static let kind = "standardize"
  package static let effect = TransformEffect(
    x: "(x − mean_x)·scale_x by dimension", y: "(y − mean_y)·scale_y by dimension",
    then: "rows divided by their norm if renormalize is 1")
  package var normEffect: NormEffect { renormalizes ? .makesUnit : .losesUnit }

  package init() { self.init(x: Part(), y: Part(), renormalizes: true) }

  package init(x: Part, y: Part, renormalizes: Bool) {
    (self.x, self.y, self.renormalizes) = (x, y, renormalizes)
  }

  package mutating func code(_ fields: inout TransformFields) throws {
    try fields.vector("mean_x", &x.mean)
    try fields.vector("scale_x", &x.scale)
    try fields.vector("mean_y", &y.mean)
    try fields.vector("scale_y", &y.scale)
    try fields.flag("renormalize", &renormalizes)
  }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    let part = side == .x ? x : y
    return try RowScaling(
      from: part.mean, by: part.scale, renormalizes: renormalizes, columns: columns)
  }
}
