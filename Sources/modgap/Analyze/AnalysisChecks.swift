import Declarations
import Figures
import Metrics
import Statistics

/// The checks of an input and of what was measured: each with its score, whether it warns, and what to do.
struct AnalysisChecks {
  let pairs: AnalyzedPairs
  let results: AnalysisResults

  var all: [AnalysisPage.Warning] {
    var checks: [AnalysisPage.Warning] = []
    for side in sides {
      checks += [norms(side), unusable(side), constants(side), repeats(side)]
      checks += [mean(side), meanCosine(side), effectiveRank(side)]
    }
    checks += [order].compactMap { $0 }
    checks += manyRows + hubs
    checks.append(enoughRows)
    return checks + biased
  }

  private struct OneSide {
    let name: String
    let title: String
    let scan: RowScan
    let repeats: RepeatedRows
    let mean: [Double]
  }

  private var sides: [OneSide] {
    let matrices = [pairs.x, pairs.y].compactMap { $0 }
    return matrices.indices.map { place in
      OneSide(
        name: place == 0 ? "x" : "y", title: pairs.titles[place], scan: pairs.scans[place],
        repeats: pairs.repeats[place], mean: matrices[place].columnMeans)
    }
  }

  private func check(_ name: String, _ score: String, _ isRaised: Bool, _ remedy: String)
    -> AnalysisPage.Warning
  {
    AnalysisPage.Warning(name: name, score: score, isRaised: isRaised, remedy: remedy)
  }

  private func label(_ what: String, _ side: OneSide) -> String {
    pairs.y == nil ? what : "\(what) of \(side.title)"
  }

  // MARK: - The files

  private func norms(_ side: OneSide) -> AnalysisPage.Warning {
    let scan = side.scan
    return check(
      label("norms", side),
      "\(readable(scan.leastNorm)) to \(readable(scan.greatestNorm)); \(scan.offUnit) of \(counted(scan.usable, "row")) "
        + "differ from 1 by more than \(readable(RowScan.unitTolerance))", scan.offUnit > 0,
      "Everything here is measured on rows divided by their norms; divide them by their norms before you search, too."
    )
  }

  private func unusable(_ side: OneSide) -> AnalysisPage.Warning {
    let scan = side.scan
    let first = (scan.notFinite + scan.zero).min().map { ", the first is row \($0)" } ?? ""
    return check(
      label("zero and NaN rows", side),
      "\(scan.zero.count) of norm zero, \(scan.notFinite.count) not finite, of \(counted(scan.rows, "row"))\(first); "
        + "\(counted(scan.notFiniteDimensions.count, "dimension")) with numbers that are not finite",
      !first.isEmpty, "They are left out here, with their partners; encode these items again.")
  }

  private func constants(_ side: OneSide) -> AnalysisPage.Warning {
    let scan = side.scan
    let count = scan.zeroDimensions.count + scan.constantDimensions.count
    return check(
      label("constant rows and dimensions", side),
      "\(counted(scan.constant.count, "row")) with one number in all dimensions; \(scan.zeroDimensions.count) zero and "
        + "\(scan.constantDimensions.count) other constant of \(counted(scan.columns, "dimension"))",
      count + scan.constant.count > 0,
      "Remove the dimensions, and look at how these rows were made; dimensions say nothing where they are constant."
    )
  }

  private func repeats(_ side: OneSide) -> AnalysisPage.Warning {
    let repeats = side.repeats
    let extra = repeats.rows - repeats.different
    let group = repeats.groupSize.map { "; they stand in runs of \($0)" } ?? ""
    return check(
      label("duplicates", side),
      "\(extra) of \(counted(repeats.rows, pairs.repeatsAreOfAll ? "row" : "analysed row")) repeat another\(group)",
      extra > 0,
      repeats.groupSize.map {
        "Several rows of the other side belong to one item: keep one row of each \($0), and say with --map which rows belong together."
      } ?? "Equal rows tie in retrieval: remove repeats, or give --map with one row for each item.")
  }

  private var order: AnalysisPage.Warning? {
    guard let order = pairs.order, let own = order.offsets.first(where: { $0.offset == 0 }) else {
      return nil
    }
    let p = Self.p(own, chance: order.chance)
    let moved = order.runs.first { $0.best != 0 && isAbove($0, order.chance) }
    let others = order.offsets.filter { $0.offset != 0 }.map {
      "\($0.offset > 0 ? "+" : "−")\(abs($0.offset)): \(readable($0.recall))"
    }
    let score =
      "Recall@1 in the order of the rows is \(readable(own.recall)) (chance \(readable(order.chance)), p = \(readable(p))); at offsets "
      + others.joined(separator: ", ")
    if let moved {
      return check(
        "row order",
        score
          + "; in the rows \(moved.rows.lowerBound) to \(moved.rows.upperBound - 1), row i of x fits row i "
          + "\(moved.best > 0 ? "+" : "−") \(abs(moved.best)) of y best", true,
        "The ids are shifted: a row is missing or too many before there; join both sides by their ids again.")
    }
    return check(
      "row order", score, p >= Self.significance,
      "No better than chance: check that row i of both files is the same item, and that both encoders share a space."
    )
  }

  private static let significance = 0.001

  /// One tail of the binomial distribution: a random order has as many hits.
  private static func p(_ found: RowOrder.Offset, chance: Double) -> Double {
    guard found.hits > 0 else { return 1 }
    return IncompleteBeta.regularized(chance, Double(found.hits), Double(found.queries - found.hits + 1))
  }

  /// Ten offsets are tried in up to five runs.
  private func isAbove(_ run: RowOrder.Run, _ chance: Double) -> Bool {
    guard let best = run.offsets.first(where: { $0.offset == run.best }) else { return false }
    return Self.p(best, chance: chance) < Self.significance / 50
  }

  private var manyRows: [AnalysisPage.Warning] {
    guard pairs.y != nil else { return [] }
    return [
      check(
        "rows of \(pairs.titles[1]) for each item", "at most \(pairs.mostRowsOfY)", pairs.mostRowsOfY > 1,
        "Metrics take the first row of each item; retrieval counts each of them as right.")
    ]
  }

  // MARK: - What was measured

  private func mean(_ side: OneSide) -> AnalysisPage.Warning {
    let length = side.mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // Rows without a common direction have a mean of about 1/√n.
    let least = max(0.03, 2 / Double(pairs.x.rows).squareRoot())
    return check(
      label("mean", side),
      "of length \(readable(length)); below \(readable(least)) it is that of rows without a common direction",
      length < least,
      "These embeddings may be centred already; what is said of the gap is then of centred ones.")
  }

  private func meanCosine(_ side: OneSide) -> AnalysisPage.Warning {
    let value = results.metric("anisotropy", side.name)?.value
    return check(
      label("mean cosine", side), value.map(readable) ?? "undefined", (value ?? 0) > 0.99,
      "All rows have nearly the same direction (above 0.99): the encoder may have collapsed; centre before you compare cosines."
    )
  }

  private func effectiveRank(_ side: OneSide) -> AnalysisPage.Warning {
    let value = results.metric("effective-rank", side.name)?.value
    return check(
      label("effective rank", side), value.map(readable) ?? "undefined", (value ?? .infinity) < 10,
      "Below 10, the rows lie in few directions: look for collapse, or for a projection that was trained too little."
    )
  }

  private var hubs: [AnalysisPage.Warning] {
    ["x-to-y", "y-to-x"].compactMap { side in
      guard let value = results.metric("hubness-skew", side)?.value else { return nil }
      return check(
        "hubs, \(side)", "the k-occurrence has the skewness \(readable(value))", value > 1,
        "Above 1, few candidates are near to many queries: try `correction` nnn or dual-bank of retrieval, or centre."
      )
    }
  }

  private var enoughRows: AnalysisPage.Warning {
    let (n, d) = (pairs.x.rows, pairs.x.columns)
    return check(
      "rows for each dimension", "\(counted(n, "row")), \(counted(d, "dimension")); 5 for each are \(5 * d)",
      n < 5 * d,
      "Procrustes, CKA, Fréchet distances and effective ranks are biased with so few: take more rows, or their held-out and unbiased forms."
    )
  }

  private var biased: [AnalysisPage.Warning] {
    guard let biased = results.metric("cka")?.value else { return [] }
    let unbiased = results.metric("cka-unbiased")?.value
    return [
      check(
        "biased CKA", "\(readable(biased)), unbiased \(unbiased.map(readable) ?? "undefined")",
        pairs.x.rows < 5 * pairs.x.columns || unbiased == nil,
        "Never quote cka alone: it tends to 1 with few rows; quote cka-unbiased.")
    ]
  }
}
