import Kernels
import Statistics

/// The outputs of one network's layer over its inputs.
package struct NetworkMoments: Sendable {
  /// Of each output.
  let means: [Double]
  /// The variance over the inputs, n − 1 in the denominator, summed over the outputs.
  let variance: Double

  package init(_ outputs: Matrix) {
    let (count, width) = (Double(outputs.rows), outputs.columns)
    var sums = [Double](repeating: 0, count: width)
    for row in 0..<outputs.rows {
      for (column, value) in outputs.row(row).enumerated() { sums[column] += Double(value) }
    }
    let means = sums.map { $0 / count }
    var squares = 0.0
    for row in 0..<outputs.rows {
      for (column, value) in outputs.row(row).enumerated() {
        squares += (Double(value) - means[column]) * (Double(value) - means[column])
      }
    }
    self.means = means
    variance = squares / (count - 1)
  }
}

/// Var[E[h | Θ]]/Var[h], pooled over outputs, from K networks Θ with M inputs each.
///
/// With the network means m_k(Θ) and the within-network variances s²_k(Θ): W = mean over Θ of Σ_k s²_k, B = Σ_k of the
/// variance of m_k over Θ (K − 1 in the denominator) less W/M, which the finite number of inputs adds. Both are
/// unbiased; the ratio is B/(B + W). Its interval is that of Tukey's jackknife: Student's t with K − 1 degrees
/// of freedom on the pseudo-values. Sources: Searle, Casella and McCulloch 1992, Variance Components, Sec. 3.5;
/// Miller 1974, Biometrika 61, 1.
package struct VarianceShare {
  package let ratio: Double
  package let interval: Interval

  package init(_ networks: [NetworkMoments], inputs: Int) {
    let count = Double(networks.count)
    var sums = [Double](repeating: 0, count: networks.first?.means.count ?? 0)
    for network in networks { for (k, mean) in network.means.enumerated() { sums[k] += mean } }
    let whole = Totals(
      squares: networks.map { $0.means.reduce(0) { $0 + $1 * $1 } }.reduce(0, +),
      squareOfSum: sums.reduce(0) { $0 + $1 * $1 }, within: networks.reduce(0) { $0 + $1.variance })
    let ratio = whole.ratio(networks: count, inputs: Double(inputs))
    let pseudo = networks.map { network in
      let rest = whole.without(network, sums)
      return count * ratio - (count - 1) * rest.ratio(networks: count - 1, inputs: Double(inputs))
    }
    self.ratio = ratio
    let summary = Summary(of: pseudo)
    let reach = (summary.interval().map { $0.high - $0.low } ?? 0) / 2
    interval = Interval(low: ratio - reach, high: ratio + reach)
  }

  /// Sums over networks, from which one can be taken away.
  private struct Totals {
    /// Σ_Θ Σ_k m_k²
    var squares: Double
    /// Σ_k (Σ_Θ m_k)²
    var squareOfSum: Double
    /// Σ_Θ Σ_k s²_k
    var within: Double

    func ratio(networks: Double, inputs: Double) -> Double {
      let within = within / networks
      let between = (squares - squareOfSum / networks) / (networks - 1) - within / inputs
      return between / (between + within)
    }

    /// (S − m)² = S² − 2S·m + m², for each output.
    func without(_ network: NetworkMoments, _ sums: [Double]) -> Totals {
      let own = network.means.reduce(0) { $0 + $1 * $1 }
      let product = zip(sums, network.means).reduce(0) { $0 + $1.0 * $1.1 }
      return Totals(
        squares: squares - own, squareOfSum: squareOfSum - 2 * product + own,
        within: within - network.variance)
    }
  }
}
