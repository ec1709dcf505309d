import Contracts
import Declarations
import Execution
import Metrics

/// What the rows of one modality are centred by, and what they are multiplied with then.
package struct CentredPart: Sendable, Equatable {
  package var mean: [Double]
  package var factor: [Double]

  package init(mean: [Double] = [], factor: [Double] = []) { (self.mean, self.factor) = (mean, factor) }
}

/// (row − mean)·factor, each modality by itself; rows of unit norm afterwards where `renormalizes`.
package protocol CentredTransform: EmbeddingTransform {
  var x: CentredPart { get set }
  var y: CentredPart { get set }
  var renormalizes: Bool { get set }
  /// How fields are named that have the factor, before `_x` and `_y`.
  static var factorName: String { get }

  init(x: CentredPart, y: CentredPart, renormalizes: Bool)
}

extension CentredTransform {
  package init() { self.init(x: CentredPart(), y: CentredPart(), renormalizes: true) }

  /// Fitted on each modality's rows of a member.
  init(
    fittedOn family: EmbeddingFamily, _ member: EmbeddingFamily.Member, renormalizes: Bool,
    _ budget: ThreadBudget,
    factor: (RowMoments) throws -> [Double]
  ) throws {
    func part(_ side: Side) throws -> CentredPart {
      let moments = try RowMoments(family.rows(side, of: member), budget)
      return CentredPart(mean: moments.mean, factor: try factor(moments))
    }
    self.init(x: try part(.x), y: try part(.y), renormalizes: renormalizes)
  }

  package var normEffect: NormEffect { renormalizes ? .makesUnit : .losesUnit }

  package mutating func code(_ fields: inout TransformFields) throws {
    try fields.vector("mean_x", &x.mean)
    try fields.vector("\(Self.factorName)_x", &x.factor)
    try fields.vector("mean_y", &y.mean)
    try fields.vector("\(Self.factorName)_y", &y.factor)
    try fields.flag("renormalize", &renormalizes)
  }

  func part(_ side: Side) -> CentredPart { side == .x ? x : y }
}
