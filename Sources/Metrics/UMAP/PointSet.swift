import Execution
import Kernels

/// Points among which nearest neighbours are sought.
///
/// Rows are centred on their mean: distances stay, and products of rows lose fewer digits to it.
package struct PointSet: Sendable {
  package let rows: Matrix
  /// ½‖x‖² of each row: x·y − ½‖y‖² is greatest where y is nearest to x.
  let halfSquares: [Float]
  /// Column after column, where rows are so short that differences are faster than products.
  let columns: [Float]
  /// The greatest ‖x‖²: what rounding errors of products are proportional to.
  let greatestSquare: Double

  /// Up to this many dimensions distances are sums of squared differences, without a product.
  static let fewColumns = 16

  package var count: Int { rows.rows }
  package var dimension: Int { rows.columns }
  var isNarrow: Bool { dimension <= Self.fewColumns }

  /// Takes rows as they are; the caller has centred them.
  package init(_ rows: Matrix) {
    self.rows = rows
    let width = rows.columns
    let squares = rows.withSlice { values in
      (0..<rows.rows).map { squaredLength(values[$0 * width..<($0 + 1) * width]) }
    }
    halfSquares = squares.map { Float($0 / 2) }
    greatestSquare = squares.max() ?? 0
    columns = rows.columns <= Self.fewColumns ? Self.columns(of: rows) : []
  }

  /// The points less their mean.
  package init(centring rows: Matrix) {
    var means = [Double](repeating: 0, count: rows.columns)
    var centred = rows
    let (count, width) = (rows.rows, rows.columns)
    centred.withMutableSlice { base in
      for row in 0..<count { for c in 0..<width { means[c] += Double(base[row * width + c]) } }
      let mean = means.map { Float($0 / Double(max(1, count))) }
      for row in 0..<count { for c in 0..<width { base[row * width + c] -= mean[c] } }
    }
    self.init(centred)
  }

  /// The coordinates of a point in those of `rows`.
  @inline(__always)
  func row(_ index: Int, of values: FloatSlice) -> FloatSlice {
    values[index * dimension..<(index + 1) * dimension]
  }

  /// The same points in another order: row i is row `order[i]`.
  func reordered(_ order: [Int32]) -> PointSet {
    let width = dimension
    return PointSet(
      Matrix(rows: order.count, columns: width) { target in
        rows.withSlice { source in
          for (place, row) in order.enumerated() {
            target.from(place * width).update(from: source[Int(row) * width..<(Int(row) + 1) * width])
          }
        }
      })
  }

  private static func columns(of rows: Matrix) -> [Float] {
    (0..<rows.columns).flatMap { column in (0..<rows.rows).map { rows[$0, column] } }
  }
}
