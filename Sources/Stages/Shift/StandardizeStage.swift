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
      let standardization = try Standardization(
        fittedOn: fitted, member, renormalizes: parameters.renormalize, context.budget
      ) { moments in
        moments.variances.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
      }
      return [member.transformed(by: standardization)]
    }
  }
}

/// (x − mean)·scale by dimension, and the same of y; rows of unit norm afterwards where `renormalizes`.
package struct Standardization: CentredTransform {
  package var x: CentredPart
  package var y: CentredPart
  package var renormalizes: Bool

  package static let kind = "standardize"
  package static let factorName = "scale"
  package static let effect = TransformEffect(
    x: "(x − mean_x)·scale_x by dimension", y: "(y − mean_y)·scale_y by dimension",
    then: "rows divided by their norm if renormalize is 1")

  package init(x: CentredPart, y: CentredPart, renormalizes: Bool) {
    (self.x, self.y, self.renormalizes) = (x, y, renormalizes)
  }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    try RowScaling(
      from: part(side).mean, by: part(side).factor, renormalizes: renormalizes, columns: columns)
  }
}
