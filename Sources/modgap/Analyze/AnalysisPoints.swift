import Contracts
import Datasets
import Execution
import Figures
import Kernels
import Metrics

/// The points of the page: both sides in the plane of the gap, before and after an intervention, with neighbours and ranks of
/// partners.
struct AnalysisPoints {
  let pairs: AnalyzedPairs
  let results: AnalysisResults
  let plane: GapPlane
  let axes: [String]
  let neighbours: PairNeighbours
  /// Of all rows of x in the file.
  let ids: [String]?
  let labels: [String]?

  func points(_ budget: ThreadBudget) throws -> AnalysisPage.Points {
    let sides = [pairs.x, pairs.y].compactMap { $0 }
    var views = [AnalysisPage.View(name: "As given", axes: axes, coordinates: sides.map(plane.coordinates))]
    if pairs.y != nil {
      let after = best ?? ("centre", sides.map { $0.centred.unitRowsOrZeros })
      views.append(
        AnalysisPage.View(
          name: "After \(after.title), on the same axes", axes: axes,
          coordinates: after.sides.map(plane.coordinates)))
    }
    var points = AnalysisPage.Points(
      sides: pairs.titles, ids: pairs.items.map { ids?[$0] ?? String($0) }, views: views)
    points.labels = labels.map { labels in pairs.items.map { labels[$0] } }
    points.total = pairs.total
    let lists = neighbours.lists.map { side in
      side.map { AnalysisPage.Neighbours.List(items: $0.items, cosines: $0.cosines) }
    }
    points.neighbours = AnalysisPage.Neighbours(count: neighbours.k, lists: lists)
    if let y = pairs.y { points.ranks = try ranks(y, budget) }
    return points
  }

  /// Both sides after the best intervention; nil where it was tried on fewer items than are shown.
  private var best: (title: String, sides: [Matrix])? {
    guard let best = results.best, let moved = try? EmbeddingFile.loadAll(results.embeddings(of: best)),
      moved.map(\.matrix.rows) == [pairs.x.rows, pairs.x.rows]
    else { return nil }
    return (best.intervention.title, moved.map(\.matrix.unitRowsOrZeros))
  }

  private func ranks(_ y: Matrix, _ budget: ThreadBudget) throws -> [[Int]] {
    let family = EmbeddingFamily(Embeddings(x: pairs.x, y: y, isNormalized: true))
    let group = try GapShiftGroup.groups(of: family, budget)[0]
    let ranks = try group.ranks(group.members.map(group.factors), budget)[0]
    return [ranks.xToY, ranks.yToX].map { $0.map { Int($0) + 1 } }
  }
}

extension Matrix {
  /// Less the mean of the rows.
  fileprivate var centred: Matrix {
    let means = columnMeans
    return Matrix(
      rows: rows, columns: columns,
      values: values.indices.map { Float(Double(values[$0]) - means[$0 % columns]) })
  }
}
