import Contracts
import Declarations
import Kernels
import Metrics

/// Translates one modality by the part of the gap that lies outside of principal components:
///
///     g' = Δ − V·Vᵀ·Δ,   y ← y + α·g'   (side x: x − α·g')
///
/// The rows of Vᵀ are the first `components` principal components of the modality `of`, about its mean. Candidates that
/// are translated keep the order of their dot products with any query. Components without variance are left out.
/// Source: Chowers et al. 2026, arXiv 2603.29080.
package struct ProjectOutStage: Stage {
  package struct Parameters: Decodable, Sendable {
    let components: OneOrMany<Int>
    let of: MovedSide
    let side: MovedSide?
    let alpha: OneOrMany<Double>
    let renormalize: Bool
    let heldOut: HeldOutKeys

    private enum CodingKeys: String, CodingKey { case components, of, side, alpha, renormalize }

    package init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      components = try keys.decode(OneOrMany<Int>.self, forKey: .components)
      of = try keys.decode(MovedSide.self, forKey: .of)
      side = try keys.decodeIfPresent(MovedSide.self, forKey: .side)
      alpha = try keys.decode(OneOrMany<Double>.self, forKey: .alpha)
      renormalize = try keys.decode(Bool.self, forKey: .renormalize)
      heldOut = try HeldOutKeys(from: decoder)
    }
  }

  package static let signature = StageSignature(
    phase: .shift, kind: "project-out",
    summary: "Translates one modality by the part of the gap that is orthogonal to principal components.",
    parameters: [
      .required(
        "components", .oneOrMany(.integer(0...1_000_000)),
        "How many principal components are projected out of the gap; all those with variance where there are fewer."
      ),
      .defaulted(
        "of", MovedSide.type, .string(MovedSide.y.rawValue),
        "The modality whose components they are: the one that is searched."),
      .optional("side", MovedSide.type, "The modality that is translated; by default that of `of`."),
      .defaulted(
        "alpha", .sweep(-1e6...1e6), .array([.number(1)]), "How far it is translated, in multiples of g'."),
      .defaulted("renormalize", .boolean, .bool(true), "Divide translated rows by their norm."),
    ] + HeldOut.parameters, input: .pairs, alsoAccepts: [.unpaired], output: .pairs,
    preservesInputType: true,
    coordinates: [
      TableColumn("components", .coordinate, .integer, "Principal components projected out"),
      TableColumn("alpha", .coordinate, .real, "Translation α", unit: "multiples of the projected gap"),
    ])

  package static var transforms: [any EmbeddingTransform.Type] { [GapShift.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try inputs.shifted(for: "shift/project-out", parameters.heldOut, context) { fitted, member in
      let gap = try fitted.gap(of: member, context.budget)
      let moments = try RowMoments(fitted.rows(parameters.of.side, of: member), context.budget)
      let (eigen, rank) = try moments.components()
      return try parameters.components.values.flatMap { count in
        let left = Self.remainder(of: gap.vector, without: eigen.vectors, min(count, rank))
        guard left.distance > 1e-9 * max(1, gap.distance) else {
          throw FitFailure.gapProjectedOut(components: count)
        }
        return try parameters.alpha.values.map { try translated(member, left, count, $0) }
      }
    }
  }

  /// Δ − V·Vᵀ·Δ; twice, so that rounding leaves nothing along the components.
  private static func remainder(of gap: [Double], without vectors: RealMatrix, _ count: Int) -> Gap {
    var left = gap
    for _ in 0..<2 {
      for component in 0..<count {
        let vector = Array(vectors.row(component))
        let along = dot(left, vector)
        for k in left.indices { left[k] -= along * vector[k] }
      }
    }
    return Gap(vector: left)
  }

  private func translated(
    _ member: EmbeddingFamily.Member, _ left: Gap, _ components: Int, _ alpha: Double
  ) throws -> EmbeddingFamily.Member {
    let (amount, side) = (alpha * left.distance, parameters.side ?? parameters.of)
    var moved = member.transformed(
      by: GapShift(
        gap: try left.unit(), amountX: side == .x ? amount : 0, amountY: side == .y ? amount : 0,
        renormalizes: parameters.renormalize))
    moved.place("components", .integer(components))
    moved.place("alpha", .real(alpha))
    return moved
  }
}
