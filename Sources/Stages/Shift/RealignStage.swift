import Contracts
import Declarations
import Kernels
import Metrics

/// Gives one modality the mean and the spread of the other. For the side y:
///
///     e₁ = y − μy + μx
///     e₂ = norm(μx + √(Tx/Ty)·(e₁ − μx))      T: trace of the covariance
///     y' = norm(e₂ − mean(e₂) + μx)
///
/// Source: ReAlign, arXiv 2602.07026 (anchor, trace and centroid alignment), with the root of the ratio of the traces,
/// which is the ratio of lengths.
package struct RealignStage: Stage {
  package struct Parameters: Decodable, Sendable {
    let side: MovedSide
    let heldOut: HeldOutKeys

    private enum CodingKeys: String, CodingKey { case side }

    package init(from decoder: any Decoder) throws {
      side = try decoder.container(keyedBy: CodingKeys.self).decode(MovedSide.self, forKey: .side)
      heldOut = try HeldOutKeys(from: decoder)
    }
  }

  package static let signature = StageSignature(
    phase: .shift, kind: "realign",
    summary: "Moves one modality to the centroid of the other and scales it to the same spread.",
    parameters: [
      .defaulted("side", MovedSide.type, .string(MovedSide.y.rawValue), "The modality that is moved.")
    ] + HeldOut.parameters, input: .pairs, alsoAccepts: [.unpaired], output: .pairs,
    preservesInputType: true)

  package static var transforms: [any EmbeddingTransform.Type] { [Realignment.self] }

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    try inputs.shifted(for: "shift/realign", parameters.heldOut, context) { fitted, member in
      let (moved, other) = (parameters.side.side, parameters.side.other)
      let own = try RowMoments(fitted.rows(moved, of: member), context.budget)
      let target = try RowMoments(fitted.rows(other, of: member), context.budget)
      guard own.spread > 0 else { throw FitFailure.noSpread(moved) }
      var realignment = Realignment(
        movesX: moved == .x, from: own.mean, to: target.mean,
        scale: (target.spread / own.spread).squareRoot(), centre: [])
      // The centroid after the second step is that of the rows as they are then.
      realignment.centre = target.mean
      var half = member
      half.transforms.append(realignment.firstSteps)
      realignment.centre = try fitted.rows(moved, of: half).centroid(context.budget)
      return [member.transformed(by: realignment)]
    }
  }
}

/// One of the two modalities, as a key names it.
enum MovedSide: String, Decodable, Sendable, CaseIterable {
  case x, y

  static let type = ParameterType.choice(allCases.map(\.rawValue))
  var side: Side { self == .x ? .x : .y }
  var other: Side { self == .x ? .y : .x }
}

/// norm(norm(to + scale·(row − from)) − centre + to) of the rows of one modality. Source: ReAlign, arXiv 2602.07026.
package struct Realignment: EmbeddingTransform {
  package var movesX: Bool
  package var from: [Double]
  package var to: [Double]
  package var scale: Double
  package var centre: [Double]

  package static let kind = "realign"
  package static let effect = TransformEffect(
    x: "if moves_x is 1: norm(norm(to + scale·(x − from)) − centre + to)",
    y: "if moves_x is 0: norm(norm(to + scale·(y − from)) − centre + to)")
  package let normEffect = NormEffect.makesUnit

  package init() { self.init(movesX: false, from: [], to: [], scale: 1, centre: []) }

  package init(movesX: Bool, from: [Double], to: [Double], scale: Double, centre: [Double]) {
    (self.movesX, self.from, self.to, self.scale, self.centre) = (movesX, from, to, scale, centre)
  }

  /// The same without the last step.
  fileprivate var firstSteps: Realignment {
    Realignment(movesX: movesX, from: from, to: to, scale: scale, centre: to)
  }

  package mutating func code(_ fields: inout TransformFields) throws {
    try fields.flag("moves_x", &movesX)
    try fields.vector("from", &from)
    try fields.vector("to", &to)
    try fields.number("scale", &scale)
    try fields.vector("centre", &centre)
  }

  package func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    guard (side == .x) == movesX else { return nil }
    let scales = [Double](repeating: scale, count: columns)
    return Realigned(
      scaling: try RowScaling(from: from, by: scales, renormalizes: false, columns: columns),
      anchor: try RowShift(by: to, renormalizes: true, columns: columns),
      last: try RowShift(by: zip(to, centre).map { $0 - $1 }, renormalizes: true, columns: columns))
  }

  private struct Realigned: RowTransform {
    let scaling: RowScaling
    let anchor: RowShift
    let last: RowShift

    func apply(to rows: RowBlock) throws {
      try scaling.apply(to: rows)
      try anchor.apply(to: rows)
      try last.apply(to: rows)
    }
  }
}
