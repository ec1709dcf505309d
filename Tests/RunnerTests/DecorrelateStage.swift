import Contracts
import Declarations
import Execution
import Kernels
import Metrics
import Stages

/// A shift as a newcomer would add one: this file, and a line in a catalog.
///
/// Each modality's rows r go to (1 − s)·r + s·(r − μ)·Wᵀ with W = Σ^(−1/2), the mean μ and the covariance Σ of its rows,
/// and the strength s.
struct DecorrelateStage: Stage {
  struct Parameters: Decodable, Sendable {
    let strength: [Double]
  }

  static let signature = StageSignature(
    phase: .shift, kind: "decorrelate", summary: "Decorrelates each modality's dimensions.",
    parameters: [.defaulted("strength", .sweep(0...1), .array([1]), "How far rows go.")],
    input: .pairs, output: .pairs,
    coordinates: [
      TableColumn("strength", .coordinate, .real, "Strength of the decorrelation", unit: "fraction")
    ])
  static var transforms: [any EmbeddingTransform.Type] { [Decorrelation.self] }

  let parameters: Parameters

  func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let family = try LongChain.settled(inputs.family(for: "shift/decorrelate"), context.budget)
    let members = try family.members.flatMap { member in
      let x = try Self.moments(family.rows(.x, of: member), context.budget)
      let y = try Self.moments(family.rows(.y, of: member), context.budget)
      return parameters.strength.map { strength in
        var whitened = member
        whitened.transforms.append(Decorrelation(strength, x, y))
        whitened.coordinates.append(Coordinate("strength", .real(strength)))
        return whitened
      }
    }
    return .embeddings(EmbeddingFamily(bases: family.bases, members: members))
  }

  static func moments(
    _ rows: TransformedRows, _ budget: ThreadBudget
  ) throws -> (mean: [Double], map: [Double]) {
    let mean = try rows.centroid(budget)
    var centred = try rows.real(budget)
    for index in centred.values.indices { centred.values[index] -= mean[index % mean.count] }
    let d = mean.count
    let covariance = RealMatrix(
      rows: d, columns: d,
      values: (0..<d * d).map { place in
        (0..<rows.rows).reduce(0) { $0 + centred[$1, place / d] * centred[$1, place % d] } / Double(rows.rows)
      })
    let eigen = try LAPACK.symmetricEigen(covariance)
    let map = (0..<d * d).map { place in
      (0..<d).reduce(0) { sum, k in
        sum + eigen.vectors[k, place / d] * eigen.vectors[k, place % d] / eigen.values[k].squareRoot()
      }
    }
    return (mean, map)
  }
}

struct Decorrelation: EmbeddingTransform {
  var strength = 0.0
  var meanX: [Double] = []
  var meanY: [Double] = []
  var mapX: [Double] = []
  var mapY: [Double] = []

  static let kind = "decorrelate"
  static let effect = TransformEffect(
    x: "(1 − strength)·x + strength·(x − mean_x)·Wᵀ, W = map_x as (d, d)", y: "the same with mean_y and map_y"
  )
  let normEffect = NormEffect.losesUnit

  init() {}

  init(_ strength: Double, _ x: (mean: [Double], map: [Double]), _ y: (mean: [Double], map: [Double])) {
    self.strength = strength
    (meanX, mapX, meanY, mapY) = (x.mean, x.map, y.mean, y.map)
  }

  mutating func code(_ fields: inout TransformFields) throws {
    try fields.number("strength", &strength)
    try fields.vector("mean_x", &meanX)
    try fields.vector("mean_y", &meanY)
    try fields.vector("map_x", &mapX)
    try fields.vector("map_y", &mapY)
  }

  func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)? {
    let (mean, map) = side == .x ? (meanX, mapX) : (meanY, mapY)
    return Decorrelated(
      strength: strength,
      shift: try RowShift(by: mean.map { -$0 }, renormalizes: false, columns: columns),
      map: try LinearRowMap(map, columns: columns))
  }

  private struct Decorrelated: RowTransform {
    let strength: Double
    let shift: RowShift
    let map: LinearRowMap

    func apply(to rows: RowBlock) throws {
      let before = rows.values.values
      try shift.apply(to: rows)
      map.apply(to: rows)
      for index in before.indices {
        rows.values[index] = (1 - strength) * before[index] + strength * rows.values[index]
      }
    }
  }
}
