/// CKA over nearest neighbours: HSIC₁(M∘K, M∘L)/√(HSIC₁(M_x∘K, M_x∘K)·HSIC₁(M_y∘L, M_y∘L)), K and L the inner products of each side's
/// rows, M_x and M_y the masks of the k nearest rows and M = M_x∘M_y.
///
/// Its authors' code adds 10⁻⁶ to the denominator, which is left out here. Source: Huh et al. 2024, arXiv:2405.07987.
struct CKNNA: GapMetric {
  let card = GapMetricCard(
    "cknna", "CKA over nearest neighbours",
    formula: "HSIC₁(M∘K, M∘L)/√(HSIC₁(M_x∘K, M_x∘K)·HSIC₁(M_y∘L, M_y∘L))",
    source: "Huh et al. 2024, arXiv:2405.07987", range: -1...1, reading: "more alike neighbourhoods",
    sides: [.both],
    needs: [.within], equalDimensions: false,
    withoutInterval: "copies of a row in a bootstrap sample become its neighbours",
    leastPairs: { max($0.k + 1, 4) })

  func measure(_ study: GapStudy) throws -> [GapMeasure] {
    let sample = study.sample
    let (x, y) = try sample.neighboursWithin()
    let (kx, ky) = (SparseKernel(x), SparseKernel(y))
    let bottom = (kx.hsic(kx), ky.hsic(ky))
    guard bottom.0 > 0, bottom.1 > 0 else {
      return [.undefined(.both, "an estimate of HSIC is not positive")]
    }
    let scale = 1 / (bottom.0 * bottom.1).squareRoot()
    let orders = try sample.shuffles().orders.prefix(ShuffledMoments.most)
    let shuffled = try study.budget.map(blocks: orders.count) { shuffle in
      scale * SparseKernel.common(kx, ky.permuted(orders[shuffle]))
    }
    let value = scale * SparseKernel.common(kx, ky)
    let (null, p) = shuffled.null { $0 >= value }
    return [GapMeasure(.both, value, null: null, p: p, notes: sample.notes)]
  }
}

/// A matrix with a few entries a row.
private struct SparseKernel: Sendable {
  var rows: [[Int32: Double]]

  init(_ lists: NeighbourLists) {
    rows = (0..<lists.rows).map { row in
      Dictionary(
        zip(lists.row(row), lists.similarities(row).map { Double($0) }),
        uniquingKeysWith: { first, _ in first })
    }
  }

  private init(rows: [[Int32: Double]]) { self.rows = rows }

  /// Entry (i, j) is this one's (π(i), π(j)).
  func permuted(_ order: [Int]) -> SparseKernel {
    var place = [Int32](repeating: 0, count: order.count)
    for (index, value) in order.enumerated() { place[value] = Int32(index) }
    return SparseKernel(
      rows: order.map { row in
        Dictionary(uniqueKeysWithValues: rows[row].map { (place[Int($0.key)], $0.value) })
      })
  }

  /// HSIC₁ of both, where both have an entry.
  static func common(_ a: SparseKernel, _ b: SparseKernel) -> Double {
    let pairs = zip(a.rows, b.rows)
    let first = SparseKernel(rows: pairs.map { a, b in a.filter { b[$0.key] != nil } })
    let second = SparseKernel(rows: pairs.map { a, b in b.filter { a[$0.key] != nil } })
    return first.hsic(second)
  }

  /// tr(KLᵀ… ) of Song's Equation 5, without its factor of n. Entries are added in the order of their columns.
  func hsic(_ other: SparseKernel) -> Double {
    let n = Double(rows.count)
    var trace = 0.0
    for (row, entries) in sorted.enumerated() {
      for (column, value) in entries { trace += value * (other.rows[Int(column)][Int32(row)] ?? 0) }
    }
    let (columns, lines) = (columnSums, other.rowSums)
    let product = zip(columns, lines).reduce(0) { $0 + $1.0 * $1.1 }
    return trace + rowSums.sum * lines.sum / ((n - 1) * (n - 2)) - 2 * product / (n - 2)
  }

  private var sorted: [[(key: Int32, value: Double)]] { rows.map { $0.sorted { $0.key < $1.key } } }
  private var rowSums: [Double] { sorted.map { $0.reduce(0) { $0 + $1.value } } }
  private var columnSums: [Double] {
    var sums = [Double](repeating: 0, count: rows.count)
    for entries in sorted { for (column, value) in entries { sums[Int(column)] += value } }
    return sums
  }
}
