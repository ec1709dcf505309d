/// The energy distance of the sides, 2 mean ‖x − y‖ − mean ‖x − x'‖ − mean ‖y − y'‖ over all n² pairs of rows.
///
/// Its p-value is that of exchanging the sides of pairs at random. Source: Székely and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018.
struct EnergyDistance: GapMetric {
  let card = GapMetricCard(
    "energy-distance", "Energy distance", formula: "(1/n²) Σ_ij (2‖x_i − y_j‖ − ‖x_i − x_j‖ − ‖y_i − y_j‖)",
    source: "Székely and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018", range: 0...4,
    reading: "sides differ more",
    sides: [.both], needs: [.distances])

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let (sample, n) = (study.sample, Double(study.sample.count))
    let pairs = try sample.pairs()
    let rows = pairs.discrepancies(pairs.distances).map { -$0 / n }
    let value = max(0, rows.mean)
    let test = pairs.distanceFlips.map { $0 / (n * n) }.null { $0 >= value }
    return [
      GapMeasure(.both, value, null: test.null, p: test.p, notes: sample.notes) {
        rows.map { 2 * ($0 - rows.mean) }
      }
    ]
  }
}
