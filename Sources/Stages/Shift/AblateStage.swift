import Contracts
import Declarations
import Metrics

/// Sets the dimensions of the largest |Δ_k| to zero in both modalities, then divides rows by their norm.
///
/// Δ is the gap; of equal |Δ_k| the lower dimension goes first. A diagnostic: a few dimensions hold most of the gap, and
/// without them retrieval is no better.
/// Source: Schrodi et al. 2025, arXiv 2404.07983.
package struct AblateStage: Stage {
  package struct Parameters: Decodable, Sendable {
    let dimensions: OneOrMany<Int>
    let heldOut: HeldOutKeys

    private enum CodingKeys: String, CodingKey { case dimensions }

    package init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      dimensions = try keys.decode(OneOrMany<Int>.self, forKey: .dimensions)
      heldOut = try HeldOutKeys(from: decoder)
    }
  }

  package static let signature = StageSignature(
    phase: .shift, kind: "ablate",
    summary:
      "Sets the dimensions in which the centroids differ most to zero, then divides rows by their norm.",
    parameters: [
      .required(
        "dimensions", .oneOrMany(.integer(0...1_000_000)), "How many dimensions are set to zero.")
    ] + HeldOut.parameters, input: .pairs, alsoAccepts: [.unpaired], output: .pairs,
    preservesInputType: true,
    coordinates: [TableColumn("dimensions", .coordinate, .integer, "Dimensions set to zero")])

  package static var transforms: [any EmbeddingTransform.Type] { [Ablation.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try inputs.shifted(for: "shift/ablate", parameters.heldOut, context) { fitted, member in
      let gap = try fitted.gap(of: member, context.budget).vector
      let order = gap.indices.sorted { (-abs(gap[$0]), $0) < (-abs(gap[$1]), $1) }
      return try parameters.dimensions.values.map { count in
        guard count < gap.count else {
          throw FitFailure.allDimensionsAblated(count: count, dimensions: gap.count)
        }
        var keep = [Double](repeating: 1, count: gap.count)
        for dimension in order.prefix(count) { keep[dimension] = 0 }
        var ablated = member.transformed(by: Ablation(keep: keep))
        ablated.place("dimensions", .integer(count))
        return ablated
      }
    }
  }
}

/// Rows times `keep`, 1 or 0, by dimension, then rows of unit norm. Source: Schrodi et al. 2025, arXiv 2404.07983.
package struct Ablation: EmbeddingTransform {
  package var keep: [Double]

  package static let kind = "ablate"
  package static let effect = TransformEffect(
    x: "x·keep by dimension", y: "y·keep by dimension", then: "rows divided by their norm")
  package let normEffect = NormEffect.makesUnit

  package init() { self.init(keep: []) }

  package init(keep: [Double]) { self.keep = keep }

  package mutating func code(_ fields: inout TransformFields) throws { try fields.vector("keep", &keep) }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    try RowScaling(
      from: [Double](repeating: 0, count: columns), by: keep, renormalizes: true, columns: columns)
  }
}
