import Claims
import Statistics

extension Plot {
  /// Throws where nothing of these points, or of the lines between neighbours, lies within the axes: a frame
  /// without anything in it says nothing.
  ///
  /// - Parameter curves: of each its points, with the ends of what is drawn at x.
  /// - Throws: `RowFailure.nothingInRange`.
  func requireInside(_ curves: [[(x: Double, low: Double, high: Double)]], areJoined: Bool) throws {
    let curves = curves.map { $0.filter { $0.x.isFinite && $0.low.isFinite && $0.high.isFinite } }
    let count = curves.reduce(0) { $0 + $1.count }
    guard count > 0, !curves.contains(where: { isInside($0, areJoined) }) else { return }
    throw RowFailure.nothingInRange(
      x: Interval(low: x.low, high: x.high), y: Interval(low: y.low, high: y.high), points: count)
  }

  private func isInside(_ points: [(x: Double, low: Double, high: Double)], _ areJoined: Bool) -> Bool {
    points.indices.contains { index in
      let (a, b) = (points[index], points[areJoined ? min(index + 1, points.count - 1) : index])
      return min(a.x, b.x) <= x.high && max(a.x, b.x) >= x.low && min(a.low, b.low) <= y.high
        && max(a.high, b.high) >= y.low
    }
  }
}
