import Contracts
import Foundation
import Kernels
import Metrics
import TestSupport
import Testing

private func measured(
  _ x: Matrix, _ y: Matrix, jobs: Int = 2, _ change: (inout GapMetricOptions) -> Void = { _ in }
) throws -> [GapMetricRow] {
  var options = GapMetricOptions()
  (options.bootstrap, options.permutations) = (0, 0)
  change(&options)
  return try withBudget(jobs: jobs) { try gapMetrics(x, y, options, $0) }
}

private func draw(_ rows: Int, _ columns: Int, _ name: String) throws -> Matrix {
  try withBudget(jobs: 1) { budget in
    try RandomStream(seed: 8, stage: "gap-metrics", name: name)
      .gaussianMatrix(rows: rows, columns: columns, budget: budget)
  }
}

extension Matrix {
  fileprivate func chosen(_ order: [Int]) -> Matrix {
    Matrix(rows: order.count, columns: columns, values: order.flatMap { row($0) })
  }
}

@Suite("Laws of the gap metrics")
struct GapMetricTests {
  @Test("docs/metrics.md has the formula and the source of each")
  func documented() throws {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    let page = try String(contentsOf: root.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
    let plain = page.replacingOccurrences(of: "\\", with: "")
    for card in gapMetricCatalog.map(\.card) {
      let line = plain.split(separator: "\n").first { $0.hasPrefix("| `\(card.name)` |") }
      let formula = card.formula.replacingOccurrences(of: "\\", with: "")
      #expect(line?.contains(formula) == true && line?.contains(card.source) == true, "\(card.name)")
    }
  }

  static let names = gapMetricCatalog.map(\.card.name)
  /// Those that split or draw, whose draws do not move with the rows.
  static let drawing: Set = ["separability", "procrustes-residual", "robustness", "v-measure"]

  @Test("names are those that are agreed on")
  func contract() {
    let agreed =
      "l2m l2i rmg gap-share alignment uniformity cross-uniformity separability centroid-cosine anisotropy effective-rank "
      + "effective-rank-centred participation-ratio isoscore partition-isotropy frechet frechet-mean frechet-covariance "
      + "mmd2-biased mmd2-unbiased energy-distance unbalanced-ot procrustes-residual cka cka-unbiased mutual-knn cknna "
      + "hubness-skew hubness-max conformity-mean top-dimensions-share neighbour-order robustness v-measure "
      + "negative-w2-uniformity own-side-top1 union-recall"
    #expect(Self.names.joined(separator: " ") == agreed)
  }

  @Test("the same numbers at 1, 2 and 4 jobs, intervals and nulls with them", arguments: [40, 512, 768])
  func jobs(width: Int) throws {
    let (x, y) = try Pairs.pair(300, width)
    let found = try (width < 512 ? [1, 2, 4] : [1, 2]).map { jobs in
      try measured(x, y, jobs: jobs) { ($0.bootstrap, $0.permutations) = (50, 7) }.map { "\($0)" }
    }
    for other in found.dropFirst() { #expect(other == found[0]) }
  }

  /// Sums are taken in another order: float32 similarities and float64 sums, so 10⁻⁵ as against other software.
  @Test("the order of the pairs does not matter, and exchanging the sides exchanges the values")
  func symmetry() throws {
    let (x, y) = try Pairs.pair(90, 12)
    let order = RandomStream(seed: 1, stage: "test", name: "order").permutation(90)
    let rows = try measured(x, y)
    let moved = try measured(x.chosen(order), y.chosen(order))
    let exchanged = try measured(y, x)
    let mirror: [GapSide: GapSide] = [.x: .y, .y: .x, .xToY: .yToX, .yToX: .xToY, .both: .both]
    for (row, other) in zip(rows, moved) where !Self.drawing.contains(row.metric) {
      #expect(abs(row.value - other.value) < 1e-5 * max(1, abs(row.value)), "\(row.metric)")
    }
    // CKNNA's masks are not symmetric, and neither is its formula.
    for row in rows where !Self.drawing.contains(row.metric) && row.metric != "cknna" {
      let other = try #require(exchanged.first { $0.metric == row.metric && $0.side == mirror[row.side] })
      #expect(abs(row.value - other.value) < 1e-5 * max(1, abs(row.value)), "\(row.metric)")
    }
  }

  @Test("a rotation of both sides changes nothing but the dimensions of the gap")
  func rotation() throws {
    let (x, y) = try Pairs.pair(80, 6)
    let w = try procrustes(draw(40, 6, "a"), draw(40, 6, "b"))
    func turned(_ rows: Matrix) -> Matrix {
      Matrix(
        rows: rows.rows, columns: 6,
        values: (0..<rows.rows).flatMap { row in
          (0..<6).map { k in (0..<6).reduce(Float(0)) { $0 + rows[row, $1] * w[k, $1] } }
        })
    }
    let others = try measured(turned(x), turned(y))
    for (row, other) in zip(try measured(x, y), others)
    where row.metric != "top-dimensions-share" && row.metric != "robustness" {
      #expect(abs(row.value - other.value) < 2e-5 * max(1, abs(row.value)), "\(row.metric)")
    }
  }

  @Test("identical sides: no gap, nothing to tell them apart")
  func identical() throws {
    let x = try draw(200, 16, "x")
    let rows = try measured(x, x)
    func value(_ name: String) -> Double { rows.first { $0.metric == name }?.value ?? .nan }
    for name in [
      "l2m", "l2i", "rmg", "alignment", "frechet", "frechet-mean", "frechet-covariance", "mmd2-biased",
      "energy-distance",
      "procrustes-residual", "neighbour-order", "v-measure",
    ] { #expect(abs(value(name)) < 1e-5, "\(name)") }
    for name in ["centroid-cosine", "cka", "cka-unbiased", "mutual-knn", "cknna", "union-recall"] {
      #expect(abs(value(name) - 1) < 1e-6, "\(name)")
    }
    // A row's own copy across is as near as can be, and no other row of its side is.
    #expect(value("own-side-top1") == 0)
    // A line cannot tell equal rows apart: of each held-out pair it tells one.
    #expect(abs(value("separability") - 0.5) < 1e-12)
  }

  @Test("sides that point to opposite ways: the widest gap, and search finds one side")
  func opposite() throws {
    let noise = try draw(120, 16, "x")
    let x = Matrix(rows: 120, columns: 16, values: noise.values.enumerated().map { $0 % 16 == 0 ? 50 : $1 })
    let y = Matrix(rows: 120, columns: 16, values: x.values.enumerated().map { $0 % 16 == 0 ? -$1 : $1 })
    let rows = try measured(x, y)
    func value(_ name: String) -> Double { rows.first { $0.metric == name }?.value ?? .nan }
    #expect(value("l2m") > 1.9 && value("l2m") <= 2)
    #expect(value("gap-share") > 0.99 && value("rmg") > 0.98 && value("centroid-cosine") < -0.99)
    #expect(value("separability") == 1 && value("v-measure") == 1 && value("own-side-top1") == 1)
    #expect(value("union-recall") == 0 && value("top-dimensions-share") > 0.99)
  }

  /// Of n points spread evenly, the mean over pairs of exp(−2‖·‖²) is e⁻⁴ ₀F₁(; d/2; 4): 10⁻² is five standard errors of 2,000 points.
  @Test(
    "points spread evenly over the sphere have the uniformity of the closed form", arguments: [3, 16, 64])
  func uniform(d: Int) throws {
    let rows = try measured(draw(2000, d, "even"), draw(2000, d, "other"))
    var (term, sum) = (1.0, 1.0)
    for k in 0..<200 {
      term *= 4 / ((Double(d) / 2 + Double(k)) * Double(k + 1))
      sum += term
    }
    for name in ["uniformity", "cross-uniformity"] {
      for row in rows where row.metric == name { #expect(abs(row.value - (log(sum) - 4)) < 1e-2, "\(name)") }
    }
    #expect(abs((rows.first { $0.metric == "rmg" }?.value ?? 0) - 0.5) < 1e-2)
  }

  @Test(
    "no value without a reason",
    arguments: [(2, 1), (2, 3), (3, 2), (4, 5), (5, 5), (11, 2), (12, 40), (130, 1)])
  func small(rows: Int, columns: Int) throws {
    let found = try measured(draw(rows, columns, "x"), draw(rows, columns, "y")) {
      ($0.bootstrap, $0.permutations) = (20, 3)
    }
    #expect(Set(found.map(\.metric)).count == Self.names.count)
    for row in found {
      #expect(row.value.isFinite || !row.note.isEmpty, "\(row.metric) of \(row.side)")
      let range = try #require(gapMetricCatalog.first { $0.card.name == row.metric }).card.range
      #expect(
        !row.value.isFinite || row.value >= range.lowerBound - 1e-6 && row.value <= range.upperBound + 1e-6,
        "\(row.metric): \(row.value)")
      #expect(row.low.isNaN == row.high.isNaN && !(row.low > row.high))
    }
  }

  @Test("all rows equal: a value or a reason")
  func equal() throws {
    let x = Matrix(rows: 30, columns: 4, values: (0..<30).flatMap { _ in [1, 0, 0, 0] as [Float] })
    let y = Matrix(rows: 30, columns: 4, values: (0..<30).flatMap { _ in [0, 1, 0, 0] as [Float] })
    for (a, b) in [(x, x), (x, y)] {
      for row in try measured(a, b, { ($0.bootstrap, $0.permutations) = (20, 3) }) {
        #expect(row.value.isFinite || !row.note.isEmpty, "\(row.metric) of \(row.side)")
      }
    }
    let rows = try measured(x, y)
    #expect(rows.first { $0.metric == "l2m" }?.value == 2.squareRoot())
    #expect(rows.first { $0.metric == "participation-ratio" }?.note == "the rows do not vary")
  }

  @Test("a constant column changes nothing that it should not")
  func constantColumn() throws {
    let (x, y) = try Pairs.pair(40, 5)
    func padded(_ rows: Matrix) -> Matrix {
      Matrix(rows: rows.rows, columns: 6, values: (0..<rows.rows).flatMap { rows.row($0) + [0] })
    }
    let free: Set = ["isoscore", "partition-isotropy", "robustness", "negative-w2-uniformity"]
    for (row, other) in zip(try measured(x, y), try measured(padded(x), padded(y)))
    where !free.contains(row.metric) {
      #expect(abs(row.value - other.value) < 1e-5 * max(1, abs(row.value)), "\(row.metric)")
    }
  }

  @Test("other dimensions: what can be compared is, and the rest says why")
  func otherDimensions() throws {
    let rows = try measured(draw(60, 8, "x"), draw(60, 5, "y"))
    for row in rows {
      let card = try #require(gapMetricCatalog.first { $0.card.name == row.metric }).card
      #expect(row.value.isFinite != card.equalDimensions, "\(row.metric)")
      if card.equalDimensions {
        #expect(row.note == "needs sides of the same dimension, and x has 8, y 5")
      }
    }
    #expect(rows.contains { $0.metric == "cka" && $0.value.isFinite })
  }

  @Test("rows that cannot be measured are named")
  func refusals() throws {
    var (x, y) = try Pairs.pair(10, 4)
    #expect(throws: MetricFailure.tooFewRows(.x, found: 1)) {
      _ = try measured(x.chosen([0]), y.chosen([0]))
    }
    #expect(throws: MetricFailure.unequalShapes(xRows: 10, xColumns: 4, yRows: 9, yColumns: 4)) {
      _ = try measured(x, y.chosen(Array(0..<9)))
    }
    #expect(throws: MetricFailure.noSuchMetric("l3m")) { _ = try measured(x, y) { $0.metrics = ["l3m"] } }
    for column in 0..<4 { x[3, column] = 0 }
    #expect(throws: MetricFailure.zeroNorm(.x, row: 3)) { _ = try measured(x, y) }
    x[3, 0] = 1
    y[7, 2] = .infinity
    #expect(throws: MetricFailure.notFinite(.y, row: 7, column: 2, value: .infinity)) {
      _ = try measured(x, y)
    }
    y[7, 2] = .nan
    #expect(throws: MetricFailure.self) { _ = try measured(x, y) }
  }

  @Test("more pairs than the limit are drawn, and the note says so")
  func samples() throws {
    let (x, y) = try Pairs.pair(400, 8)
    let whole = try measured(x, y)
    let rows = try measured(x, y) { $0.pairs = 150 }
    for (row, all) in zip(rows, whole) {
      let isDrawn = row.note.contains("measured on 150 of 400 pairs, drawn at random")
      #expect(isDrawn || row.value == all.value, "\(row.metric)")
    }
    #expect(rows.count { $0.note.contains("150 of 400") } > 15)
    let other = try measured(x, y) { ($0.pairs, $0.seed) = (150, 1) }
    #expect(
      other.first { $0.metric == "uniformity" }?.value != rows.first { $0.metric == "uniformity" }?.value)
  }
}

/// An interval is made of the influence function, which the jackknife finds without any formula.
@Suite("Intervals of gap metrics against the jackknife")
struct GapMetricIntervalTests {
  /// Those whose value of the other pairs is that of the same function.
  static let smooth = gapMetricCatalog.map(\.card).filter {
    $0.withoutInterval == nil
      && ![
        "separability", "procrustes-residual", "robustness", "mutual-knn", "neighbour-order", "own-side-top1",
        "union-recall",
      ].contains($0.name)
  }.map(\.name)

  /// Pairs with a clear gap, so that it has an expansion, most of it in the same dimensions without any one pair, and with other
  /// variances in each dimension, so that no value is near an end of its range, where intervals are cut.
  private func clear() throws -> (x: Matrix, y: Matrix) {
    let (spread, moved): ([Float], [Float]) = ([1.6, 1.3, 1, 0.8, 0.6], [1.2, 0.8, 0.4, 0.2, 0.1])
    let (x, noise) = (try draw(90, 5, "x"), try draw(90, 5, "noise"))
    let a = x.values.enumerated().map { $1 * spread[$0 % 5] }
    let b = zip(a, noise.values).enumerated().map { $1.0 + 0.5 * $1.1 + moved[$0 % 5] }
    return (Matrix(rows: 90, columns: 5, values: a), Matrix(rows: 90, columns: 5, values: b))
  }

  /// Both estimate the standard error with a relative error of O(1/n) = 1/90; the percentiles of 4,000 samples have one of about 2%;
  /// where eigenvalues are near each other the jackknife's second order counts more. 15% in all.
  @Test("standard errors")
  func errors() throws {
    let (x, y) = try clear()
    func rows(_ order: [Int], bootstrap: Int) throws -> [GapMetricRow] {
      try measured(x.chosen(order), y.chosen(order)) {
        ($0.bootstrap, $0.metrics, $0.dimensions) = (bootstrap, Self.smooth, 2)
      }
    }
    let all = Array(0..<90)
    let whole = try rows(all, bootstrap: 4000)
    let others = try all.map { left in try rows(all.filter { $0 != left }, bootstrap: 0).map(\.value) }
    for (place, row) in whole.enumerated() {
      let values = others.map { $0[place] }
      let mean = values.reduce(0, +) / 90
      let jackknife = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * 89 / 90).squareRoot()
      let own = (row.high - row.low) / (2 * 1.959964)
      #expect(abs(own / jackknife - 1) < 0.15, "\(row.metric) of \(row.side): \(own) against \(jackknife)")
      #expect(row.low <= row.value && row.value <= row.high)
    }
  }

  /// 60 draws of 150 pairs around a known gap: a 95% interval misses 3 in the mean; 9 or more would be a chance of 0.3%.
  @Test("coverage of the gap's share and of alignment")
  func coverage() throws {
    let (x, y) = try Pairs.pair(60_000, 4)
    let names = ["alignment", "gap-share", "anisotropy", "centroid-cosine"]
    let truth = try measured(x, y) { $0.metrics = names }.map(\.value)
    var missed = [Int](repeating: 0, count: truth.count)
    for draw in 0..<60 {
      let order = Array(draw * 150..<(draw + 1) * 150)
      let rows = try measured(x.chosen(order), y.chosen(order)) { ($0.metrics, $0.bootstrap) = (names, 200) }
      for (place, row) in rows.enumerated() where !(row.low...row.high ~= truth[place]) { missed[place] += 1 }
    }
    for (place, count) in missed.enumerated() { #expect(count < 9, "\(place)") }
  }

  @Test("p-values of equal sides are spread, and of different ones least")
  func tests() throws {
    let x = try draw(4000, 6, "x")
    let y = try draw(4000, 6, "y")
    let names = ["l2m", "mmd2-biased", "energy-distance"]
    var least = [Double](repeating: 1, count: 3)
    var small = [Int](repeating: 0, count: 3)
    for draw in 0..<40 {
      let order = Array(draw * 100..<(draw + 1) * 100)
      let rows = try measured(x.chosen(order), y.chosen(order)) {
        ($0.metrics, $0.permutations, $0.sigma) = (names, 99, 1)
      }
      for place in 0..<3 {
        least[place] = min(least[place], rows[place].p)
        if rows[place].p <= 0.1 { small[place] += 1 }
      }
    }
    // Of 40 tests at 10% 4 reject in the mean; 12 or more would be a chance of 0.02%.
    for place in 0..<3 { #expect(small[place] < 12 && least[place] > 0) }
    let first = x.chosen(Array(0..<100))
    let moved = Matrix(rows: 100, columns: 6, values: y.chosen(Array(0..<100)).values.map { $0 + 1 })
    let apart = try measured(first, moved) {
      ($0.metrics, $0.permutations, $0.sigma) = (names, 99, 1)
    }
    for row in apart { #expect(row.p == 0.01) }
  }
}
