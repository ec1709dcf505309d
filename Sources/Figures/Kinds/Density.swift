import Declarations
import Foundation

/// Points of a plot, counted in cells: more of them than a picture shows one by one.
struct Density {
  private static let columns = 240
  private static let rows = 200
  private static let levels = 8

  private let counts: [Int]
  private let x: Plot.Axis
  private let y: Plot.Axis

  /// Points outside of the axes are not counted, as they would not be seen.
  init(_ points: [(x: Double, y: Double)], in plot: Plot) {
    (x, y) = (plot.x, plot.y)
    var counts = [Int](repeating: 0, count: Self.columns * Self.rows)
    for point in points {
      guard let column = Self.cell(point.x, x, Self.columns), let row = Self.cell(point.y, y, Self.rows)
      else { continue }
      counts[row * Self.columns + column] += 1
    }
    self.counts = counts
  }

  static func note(_ count: Int) -> String {
    "\(counted(count, "point")), drawn as a density on \(columns) × \(rows) cells"
  }

  private static func cell(_ value: Double, _ axis: Plot.Axis, _ count: Int) -> Int? {
    let place = (value - axis.low) / (axis.high - axis.low) * Double(count)
    guard place >= 0, place <= Double(count) else { return nil }
    return min(Int(place), count - 1)
  }

  /// A square a cell, the more solid the more points it has, by the logarithm.
  func draw(_ title: String, _ colour: Colour, in plot: inout Plot) {
    let most = log(1 + Double(counts.max() ?? 0))
    var levels = [[[Double]]](repeating: [], count: Self.levels)
    for (index, count) in counts.enumerated() where count > 0 {
      let (column, row) = (Double(index % Self.columns), Double(index / Self.columns))
      let place = (
        x: x.low + (column + 0.5) / Double(Self.columns) * (x.high - x.low),
        y: y.low + (row + 0.5) / Double(Self.rows) * (y.high - y.low)
      )
      levels[min(Int(log(1 + Double(count)) / most * Double(Self.levels)), Self.levels - 1)].append([
        place.x, place.y,
      ])
      plot.occupied.append(place)
    }
    for (level, rows) in levels.enumerated() where !rows.isEmpty {
      plot.blocks.append(.init(comment: "\(title): x, y of cells with points, level \(level)", rows: rows))
      let shade = colour.faded(0.15 + 0.75 * Double(level) / Double(Self.levels - 1))
      plot.layers.append(
        .init(
          plot.blocks.count - 1,
          "using 1:2 with points pointtype 5 pointsize 0.3*dot linecolor rgb \(shade) notitle"))
    }
  }
}
