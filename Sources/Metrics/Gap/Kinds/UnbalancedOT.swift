import Execution
import Foundation
import Kernels

/// How much farther apart pairs are than the best matching of the sides: mean_i C_ii − ⟨C, π⟩/Σπ, C = 1 − cos and π the unbalanced
/// entropic optimal transport between uniform weights.
///
/// π minimises ⟨C, π⟩ + ε·KL(π‖a⊗b) + ρ·KL(π1‖a) + ρ·KL(πᵀ1‖b) with ε = 0.01, CLIP's temperature, and ρ = 1. 0 where π is on the pairs; entropy
/// spreads it, so that the value may be below 0. Source: Chizat et al. 2018, doi:10.1090/mcom/3303.
struct UnbalancedOT: GapMetric {
  /// More rows would need n² numbers of float64 twice.
  static let pairs = 1000
  static let epsilon = 0.01
  static let rho = 1.0

  let card = GapMetricCard(
    "unbalanced-ot", "Distance of pairs beyond the best matching",
    formula: "mean_i C_ii − ⟨C, π⟩/Σπ, C = 1 − cos",
    source: "Chizat et al. 2018, doi:10.1090/mcom/3303", range: -2...2,
    reading: "partners are not the best matches",
    sides: [.both], withoutInterval: "copies of a row in a bootstrap sample would share their matches")

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample(atMost: min(Self.pairs, study.options.pairs))
    let costs = sample.costs()
    let diagonal = (0..<sample.count).map { costs[$0, $0] }.mean
    let plan = Transport(costs, epsilon: Self.epsilon, rho: Self.rho)
    var notes = sample.notes
    if !plan.hasConverged { notes.append("Sinkhorn's iterations did not converge") }
    // Shuffled pairs have the mean cost of all pairs, and the matching stays.
    return [
      GapMeasure(.both, diagonal - plan.cost, null: costs.values.mean - plan.cost, notes: notes)
    ]
  }
}

extension GapStudy {
  /// 1 − x_i·y_j.
  fileprivate func costs() -> RealMatrix {
    let (n, d) = (count, x.columns)
    let products = [Float](count: n * n) { out in
      x.withSlice { x in
        y.withSlice { y in
          BLAS.multiply(
            ProductShape(rows: n, columns: n, inner: d), Operand(x, stride: d),
            Operand(y, stride: d, transposed: true), into: out, stride: n)
        }
      }
    }
    return RealMatrix(rows: n, columns: n, values: products.map { 1 - Double($0) })
  }
}

/// Entropic transport with penalties on its marginals, between uniform weights, by Sinkhorn's iterations on u and v of π = diag(u)·K·diag(v).
/// Between them u and v are scaled against each other to the dual's optimum, without which this converges like (ρ/(ρ + ε))²ᵏ. Source:
/// Séjourné et al. 2022, Faster Unbalanced Optimal Transport, arXiv:2201.00730.
struct Transport {
  static let mostIterations = 5000
  /// ⟨C, π⟩/Σπ.
  private(set) var cost = Double.nan
  private(set) var hasConverged = false

  init(_ costs: RealMatrix, epsilon: Double, rho: Double) {
    let n = costs.rows
    let weight = 1 / Double(n)
    let kernel = RealMatrix(
      rows: n, columns: costs.columns, values: costs.values.map { exp(-$0 / epsilon) * weight * weight })
    let turned = kernel.transposed
    let power = rho / (rho + epsilon)
    var (u, v) = ([Double](repeating: 1, count: n), [Double](repeating: 1, count: costs.columns))
    for _ in 0..<Self.mostIterations {
      let before = u
      u = kernel.times(v).map { pow(weight / $0, power) }
      let balance = (u.map { pow($0, -epsilon / rho) }.mean / v.map { pow($0, -epsilon / rho) }.mean)
      let factor = pow(balance, rho / (2 * epsilon))
      u = u.map { $0 * factor }
      v = turned.times(u).map { pow(weight / $0, power) }
      if zip(u, before).allSatisfy({ abs(log($0 / $1)) < 1e-8 }) {
        hasConverged = true
        break
      }
    }
    var (mass, total) = (0.0, 0.0)
    for row in 0..<n {
      for column in 0..<costs.columns {
        let moved = u[row] * kernel[row, column] * v[column]
        mass += moved
        total += moved * costs[row, column]
      }
    }
    cost = total / mass
  }
}

extension RealMatrix {
  /// A·v.
  fileprivate func times(_ vector: [Double]) -> [Double] {
    withSlice { rows in
      vector.withReadSlice { vector in
        (0..<self.rows).map { dot(rows[$0 * columns..<($0 + 1) * columns], vector) }
      }
    }
  }
}
