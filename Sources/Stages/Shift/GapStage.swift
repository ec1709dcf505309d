import Contracts
import Declarations
import Execution
import Metrics

/// Shifts the modalities along the gap between them.
///
/// With Δ the gap and g = Δ/‖Δ‖: `both` sides move to x − δ/2·g and y + δ/2·g; one side takes the whole
/// δ. `lambda` is the paper's form, x − λΔ and y + λΔ, each on the sides that move: δ = 2λ‖Δ‖ on both
/// sides, λ‖Δ‖ on one.
/// Source: Liang et al. 2022, Sec. 4.2.
package struct GapStage: Stage {
  package struct Parameters: Decodable, Sendable {
    var delta: OneOrMany<Double>?
    var lambda: OneOrMany<Double>?
    var sides: Sides
    var renormalize: Bool
    var direction: String
  }

  package enum Sides: String, Decodable, Sendable, CaseIterable {
    case both, x, y

    /// The shares of δ that x and y take.
    var shares: (x: Double, y: Double) {
      switch self {
      case .both: (0.5, 0.5)
      case .x: (1, 0)
      case .y: (0, 1)
      }
    }
  }

  private static let own = "own"

  package static let signature = StageSignature(
    phase: .shift, kind: "gap", version: 3,
    summary: "Shifts the modalities along the gap vector, closer together or farther apart.",
    parameters: [
      .optional(
        "delta", .sweep(-1e6...1e6), "Total shift of both sides along the unit gap vector."),
      .optional("lambda", .sweep(-1e6...1e6), "Shift of each side, in multiples of the gap vector."),
      .defaulted("sides", .choice(Sides.allCases.map(\.rawValue)), .string("both"), "Which side is shifted."),
      .defaulted("renormalize", .boolean, .bool(true), "Divide shifted rows by their norm."),
      .defaulted(
        "direction", .stageReference(orWord: [own]), .string(own),
        "The gap that gives the direction: `own`, or that of the named stage (its first member)."),
    ],
    rules: [.exactlyOne([["delta"], ["lambda"]])], input: .pairs, alsoAccepts: [.unpaired],
    output: .pairs, preservesInputType: true,
    coordinates: [
      TableColumn(
        "delta", .coordinate, .real, "Shift δ along the gap", unit: "Euclidean", presence: .given("delta")),
      TableColumn(
        "lambda", .coordinate, .real, "Shift λ", unit: "multiples of the gap vector",
        presence: .given("lambda")),
    ])

  package static var transforms: [any EmbeddingTransform.Type] { [GapShift.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let family = try LongChain.settled(inputs.family(for: "shift/gap"), context.budget)
    let other = try otherGap(inputs, context.budget)
    let (name, values) = try sweep()
    let members = try family.members.flatMap { member in
      let gap = try other ?? family.gap(of: member, context.budget)
      let direction = try gap.unit()
      let columns = family.bases[member.base].x.columns
      guard direction.count == columns else {
        throw MetricFailure.directionLength(found: direction.count, expected: columns)
      }
      return values.map { shifted(member, name, $0, gap.distance, direction) }
    }
    return .embeddings(EmbeddingFamily(bases: family.bases, members: members))
  }

  private func sweep() throws -> (name: String, values: [Double]) {
    switch (parameters.delta, parameters.lambda) {
    case (let delta?, nil): return ("delta", delta.values)
    case (nil, let lambda?): return ("lambda", lambda.values)
    default: throw StageFailure.bothOrNeither("delta", "lambda")
    }
  }

  private func otherGap(_ inputs: StageInputs, _ budget: ThreadBudget) throws -> Gap? {
    let id = parameters.direction
    guard id != Self.own else { return nil }
    guard let family = inputs.references["direction"]?.embeddings, let first = family.members.first
    else { throw StageFailure.wrongInput(stage: "shift/gap", id: id, wanted: "pairs of embeddings") }
    return try family.gap(of: first, budget)
  }

  private func shifted(
    _ member: EmbeddingFamily.Member, _ name: String, _ value: Double, _ distance: Double, _ gap: [Double]
  ) -> EmbeddingFamily.Member {
    let sides = parameters.sides
    let delta = name == "delta" ? value : value * distance * (sides == .both ? 2 : 1)
    let shares = sides.shares
    var shifted = member.transformed(
      by: GapShift(
        gap: gap, amountX: shares.x * delta, amountY: shares.y * delta,
        renormalizes: parameters.renormalize))
    shifted.place(name, .real(value))
    return shifted
  }
}

/// x − a·g and y + b·g with the unit gap vector `g`; rows of unit norm afterwards where `renormalizes`.
/// Source: Liang et al. 2022, Sec. 4.2.
package struct GapShift: EmbeddingTransform {
  package var gap: [Double]
  package var amountX: Double
  package var amountY: Double
  package var renormalizes: Bool

  package static let kind = "along"
  package static let effect = TransformEffect(
    x: "x − amount_x·gap", y: "y + amount_y·gap", then: "rows divided by their norm if renormalize is 1")
  package var normEffect: NormEffect { renormalizes ? .makesUnit : .losesUnit }

  package init() { self.init(gap: [], amountX: 0, amountY: 0, renormalizes: true) }

  package init(gap: [Double], amountX: Double, amountY: Double, renormalizes: Bool) {
    (self.gap, self.amountX, self.amountY) = (gap, amountX, amountY)
    self.renormalizes = renormalizes
  }

  package mutating func code(_ fields: inout TransformFields) throws {
    try fields.vector("gap", &gap)
    try fields.number("amount_x", stored: "amountX", &amountX)
    try fields.number("amount_y", stored: "amountY", &amountY)
    try fields.flag("renormalize", &renormalizes)
  }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    let amount = side == .x ? -amountX : amountY
    return try RowShift(by: gap.map { amount * $0 }, renormalizes: renormalizes, columns: columns)
  }

  package var asTranslation: Translation? {
    Translation(direction: gap, amountX: amountX, amountY: amountY, renormalizes: renormalizes)
  }
}
