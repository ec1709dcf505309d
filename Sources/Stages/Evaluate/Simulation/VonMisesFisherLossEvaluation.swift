import Contracts
import Declarations
import Execution
import Foundation
import Kernels

/// The contrastive loss of matched pairs, drawn around one centre, when one side is turned away by an angle.
///
/// x_i is drawn from the von Mises–Fisher distribution on the unit sphere of R^h, density ∝ exp(κ·e₁·x), and y_i = R·x_i with the
/// rotation R by Δθ that takes its centre e₁ to e₁cos Δθ + e₂sin Δθ: both sides have the concentration κ and pairs match. `loss` is the
/// symmetric InfoNCE loss in nats. Angles and temperatures share their draws.
/// The colatitude is drawn by inverting its distribution function, density ∝ exp(κ cos θ)·sin^(h−2) θ, on a grid.
/// Source: Yi et al. 2025, arXiv:2510.03268, Theorems 2 and 3; docs/literature.md, item 15.
package struct VonMisesFisherLossEvaluation: Stage {
  package struct Parameters: Decodable, Sendable {
    var dimensions: Int
    var concentrations: OneOrMany<Double>
    var degrees: OneOrMany<Double>
    var temperature: Double
    var pairs: Int
  }

  package static let signature = StageSignature(
    phase: .evaluate, kind: "vmf-loss",
    summary:
      "The contrastive loss of matched von Mises–Fisher pairs against the angle between the sides; it reads no embeddings.",
    parameters: [
      .required("concentrations", .sweep(0...100_000), "Concentrations κ of both sides; 0 is uniform."),
      .required("degrees", .sweep(-360...360), "Angles Δθ between the centres."),
      .defaulted("dimensions", .integer(2...10_000), 8, "Dimensions h of the sphere."),
      .defaulted("temperature", .number(0.002...1000), 0.5, "The temperature τ."),
      .defaulted("pairs", .integer(2...100_000), 500, "Number of pairs."),
    ],
    output: .tables, isRandom: true,
    columns: [
      TableColumn("concentration", .key, .real, "Concentration κ"),
      TableColumn("degrees", .key, .real, "Angle between the centres", unit: "degrees"),
      TableColumn("loss", .quantity, .real, "Symmetric contrastive loss", unit: "nats"),
      TableColumn("pairs", .quantity, .integer, "Pairs"),
    ])

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    var rows = TableBuilder()
    let (scale, angles) = (1 / parameters.temperature, parameters.degrees.values)
    for concentration in parameters.concentrations.values {
      let x = points(concentration, context)
      let losses = try context.budget.map(blocks: angles.count) { place in
        let y = x.turned(by: angles[place] * .pi / 180)
        let (forth, back) = (ContrastiveRows(x, y, scale: scale), ContrastiveRows(y, x, scale: scale))
        return (forth.loss(scale: scale) + back.loss(scale: scale)) / 2
      }
      for (angle, loss) in zip(angles, losses) {
        rows.append([
          ("concentration", .real(concentration)), ("degrees", .real(angle)), ("loss", .real(loss)),
          ("pairs", .integer(x.rows)),
        ])
      }
    }
    return .tables([NamedTable("", rows.table())])
  }

  private func points(_ concentration: Double, _ context: StageContext) -> RealMatrix {
    let (count, d) = (parameters.pairs, parameters.dimensions)
    var shares = [Float](repeating: 0, count: count)
    shares.withSlice { context.random("colatitude").uniforms(into: $0) }
    let angles = Colatitude(dimensions: d, concentration: concentration)
    // Of two dimensions the rest is a sign.
    let around = context.random("around").sphere(rows: count, columns: d - 1)
    var points = RealMatrix(zeros: count, d)
    for row in 0..<count {
      let angle = angles.quantile(Double(shares[row]))
      points[row, 0] = cos(angle)
      for column in 1..<d { points[row, column] = sin(angle) * around[row, column - 1] }
    }
    return points
  }
}

/// The angle between a von Mises–Fisher point and its centre.
private struct Colatitude {
  /// The distribution function at equal steps of the angle, from 0 to 1.
  private let shares: [Double]

  init(dimensions: Int, concentration: Double, steps: Int = 20_000) {
    let density = (0...steps).map { step in
      let angle = .pi * Double(step) / Double(steps)
      return exp(concentration * (cos(angle) - 1)) * pow(sin(angle), Double(dimensions - 2))
    }
    var sums = [0.0]
    for step in 1...steps { sums.append(sums[step - 1] + (density[step - 1] + density[step]) / 2) }
    shares = sums.map { $0 / sums[steps] }
  }

  func quantile(_ share: Double) -> Double {
    var (low, high) = (0, shares.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if shares[middle] <= share { low = middle } else { high = middle }
    }
    let width = shares[high] - shares[low]
    let part = width > 0 ? (share - shares[low]) / width : 0
    return .pi * (Double(low) + part) / Double(shares.count - 1)
  }
}

extension RealMatrix {
  /// Rotated by an angle in the plane of the first two dimensions.
  fileprivate func turned(by angle: Double) -> RealMatrix {
    var turned = self
    for row in 0..<rows {
      turned[row, 0] = cos(angle) * self[row, 0] - sin(angle) * self[row, 1]
      turned[row, 1] = sin(angle) * self[row, 0] + cos(angle) * self[row, 1]
    }
    return turned
  }
}
