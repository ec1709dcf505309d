import Contracts
import Declarations
import Metrics

/// Whitens each modality by itself: x ← Σx^(−1/2)·(x − μx), symmetric (ZCA), and y likewise; then rows of unit norm.
///
/// Σ = V·diag(λ)·Vᵀ is the covariance, divided by n, and Σ^(−1/2) = V·diag(1/√(λ + ε))·Vᵀ. Where there are fewer rows than
/// dimensions, ε decides how much directions without variance count.
/// Source: Kessy, Lewin and Strimmer 2018, doi:10.1080/00031305.2016.1277159; for CLIP, W-CLIP, arXiv 2505.06934.
package struct WhitenStage: Stage {
  package struct Parameters: Decodable, Sendable {
    let epsilon: Double
    let renormalize: Bool
    let heldOut: HeldOutKeys

    private enum CodingKeys: String, CodingKey { case epsilon, renormalize }

    package init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      epsilon = try keys.decode(Double.self, forKey: .epsilon)
      renormalize = try keys.decode(Bool.self, forKey: .renormalize)
      heldOut = try HeldOutKeys(from: decoder)
    }
  }

  package static let signature = StageSignature(
    phase: .shift, kind: "whiten",
    summary: "Decorrelates each modality's dimensions (ZCA), then divides rows by their norm.",
    parameters: [
      .defaulted(
        "epsilon", .number(0...1e6), 1e-5,
        "Added to each eigenvalue of the covariance; with 0, directions without variance go to zero."),
      .defaulted("renormalize", .boolean, .bool(true), "Divide whitened rows by their norm."),
    ] + HeldOut.parameters, input: .pairs, alsoAccepts: [.unpaired], output: .pairs,
    preservesInputType: true)

  package static var transforms: [any EmbeddingTransform.Type] { [Whitening.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try inputs.shifted(for: "shift/whiten", parameters.heldOut, context) { fitted, member in
      let whitening = try Whitening(
        fittedOn: fitted, member, renormalizes: parameters.renormalize, context.budget
      ) { moments in
        try moments.whitening(epsilon: parameters.epsilon).values
      }
      return [member.transformed(by: whitening)]
    }
  }
}

/// (x − mean)·Wᵀ and the same of y, with matrices of their own, row-major `(d, d)`; rows of unit norm afterwards where
/// `renormalizes`.
package struct Whitening: CentredTransform {
  package var x: CentredPart
  package var y: CentredPart
  package var renormalizes: Bool

  package static let kind = "whiten"
  package static let factorName = "map"
  package static let effect = TransformEffect(
    x: "(x − mean_x)·Wᵀ, W = map_x as (d, d)", y: "(y − mean_y)·Wᵀ, W = map_y as (d, d)",
    then: "rows divided by their norm if renormalize is 1")

  package init(x: CentredPart, y: CentredPart, renormalizes: Bool) {
    (self.x, self.y, self.renormalizes) = (x, y, renormalizes)
  }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    Whitened(
      shift: try RowShift(by: part(side).mean.map { -$0 }, renormalizes: false, columns: columns),
      map: try LinearRowMap(part(side).factor, columns: columns), renormalizes: renormalizes)
  }

  private struct Whitened: RowTransform {
    let shift: RowShift
    let map: LinearRowMap
    let renormalizes: Bool

    func apply(to rows: RowBlock) throws {
      try shift.apply(to: rows)
      // Before the map can make noise as long as a row.
      if renormalizes { for place in 0..<rows.count { try rows.requireDirection(place) } }
      map.apply(to: rows)
      if renormalizes { for place in 0..<rows.count { try rows.normalizeTransformed(place) } }
    }
  }
}
