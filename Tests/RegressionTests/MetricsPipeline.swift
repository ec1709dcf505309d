import Declarations
import Foundation
import Kernels
import Metrics
import Regression
import TestSupport

/// A small experiment of the project's metrics: what a night computes from one pair of embeddings.
struct MetricsPipeline {
  /// A product that gives results that are too large by one part in a thousand.
  enum Mistake: String, CaseIterable {
    case cosine, gap, loss, uniformity
  }

  /// In which order a product adds up: as OpenBLAS does, or in so many partial sums, as kernels of other widths do.
  enum Order: CaseIterable {
    case openBLAS, one, four, sixteen

    var lanes: Int? {
      switch self {
      case .openBLAS: nil
      case .one: 1
      case .four: 4
      case .sixteen: 16
      }
    }
  }

  var rounding = LegalRounding(0)
  var mistake: Mistake?
  var order = Order.openBLAS

  static let rows = 200
  static let columns = 48
  static let ks = [1, 5, 10]
  static let temperatures = [0.01, 0.07, 1.0]

  private func factor(_ mistake: Mistake) -> Double { self.mistake == mistake ? 1.001 : 1 }

  /// Rows of unit norm.
  func embeddings() throws -> (x: Matrix, y: Matrix) {
    let (x, y) = try Pairs.pair(Self.rows, Self.columns)
    func unit(_ matrix: Matrix) -> Matrix {
      Matrix(
        rows: matrix.rows, columns: matrix.columns,
        values: Pairs.unit(matrix).flatMap { $0.map { Float($0) } })
    }
    return (rounding.apply(unit(x)), rounding.apply(unit(y)))
  }

  func tables() throws -> [ResultTable] {
    let (x, y) = try embeddings()
    return [try similarity(x), try gap(x, y), try losses(x, y), try recall(x, y), try uniformity(x, y)]
  }

  func numbers() throws -> [ReferenceNumber] {
    try NumberSelection(experiment: "pipeline", tables: tables()).numbers
  }

  // MARK: - Tables

  private static func quantity(_ name: String, _ type: TableColumn.ValueType = .real) -> TableColumn {
    TableColumn(name, .quantity, type, name)
  }

  private func row(_ name: String, _ values: [(String, Double)]) -> ResultTable {
    ResultTable(
      name, Table(values.map { Table.NamedColumn($0, .reals([$1]), Self.quantity($0)) }))
  }

  private func similarity(_ x: Matrix) throws -> ResultTable {
    let found = try cosineSimilarity(x)
    let wrong = factor(.cosine)
    return row(
      "cosine",
      [
        ("mean", found.mean), ("sd", found.standardDeviation), ("minimum", found.minimum),
        ("median", found.median), ("maximum", found.maximum),
      ].map { ($0.0, $0.1 * wrong) })
  }

  /// ‖Δ‖² is a product of the gap with itself.
  private func gap(_ x: Matrix, _ y: Matrix) throws -> ResultTable {
    row("gap", [("distance", try modalityGap(x, y).distance * factor(.gap).squareRoot())])
  }

  /// At 67 shifts of y along the gap and three temperatures: a table that is longer than those that are kept whole.
  private func losses(_ x: Matrix, _ y: Matrix) throws -> ResultTable {
    let gap = try modalityGap(x, y).vector
    var (temperatures, shifts, losses): ([Double], [Double], [Double]) = ([], [], [])
    for step in -33...33 {
      let shift = Double(step) / 33
      let moved = Self.moved(y, along: gap, by: shift)
      for temperature in Self.temperatures {
        let loss = try contrastiveLoss(x, moved, temperature: temperature / factor(.loss))
        temperatures.append(temperature)
        shifts.append(shift)
        losses.append(loss.symmetric)
      }
    }
    return ResultTable(
      "loss",
      Table([
        Table.NamedColumn("temperature", .reals(temperatures), TableColumn("temperature", .key, .real, "τ")),
        Table.NamedColumn("lambda", .reals(shifts), TableColumn("lambda", .coordinate, .real, "λ")),
        Table.NamedColumn("loss", .reals(losses), Self.quantity("loss")),
      ]))
  }

  private static func moved(_ y: Matrix, along gap: [Double], by shift: Double) -> Matrix {
    Matrix(
      rows: y.rows, columns: y.columns,
      values: y.values.indices.map { Float(Double(y.values[$0]) + shift * gap[$0 % y.columns]) })
  }

  private func recall(_ x: Matrix, _ y: Matrix) throws -> ResultTable {
    let found = try retrieval(x, y, at: Self.ks)
    return ResultTable(
      "recall",
      Table([
        Table.NamedColumn("k", .integers(Self.ks), TableColumn("k", .key, .integer, "k")),
        Table.NamedColumn("recall", .reals(found.xToY), Self.quantity("recall")),
      ]))
  }

  /// ln mean e^(−2‖x − y‖²) over all pairs, from one float32 product.
  private func uniformity(_ x: Matrix, _ y: Matrix) throws -> ResultTable {
    let products = product(x, y).map { Double($0) * factor(.uniformity) }
    let sum = products.reduce(0) { $0 + exp(-4 + 4 * $1) }
    return row("uniformity", [("value", log(sum / Double(products.count)))])
  }

  private func product(_ x: Matrix, _ y: Matrix) -> [Float] {
    guard let lanes = order.lanes else { return Self.openBLASProduct(x, y) }
    return (0..<x.rows).flatMap { i in
      (0..<y.rows).map { j in
        var sums = [Float](repeating: 0, count: lanes)
        for (place, pair) in zip(x.row(i), y.row(j)).enumerated() { sums[place % lanes] += pair.0 * pair.1 }
        return sums.reduce(0, +)
      }
    }
  }

  private static func openBLASProduct(_ x: Matrix, _ y: Matrix) -> [Float] {
    let shape = ProductShape(rows: x.rows, columns: y.rows, inner: x.columns)
    var out = [Float](repeating: 0, count: x.rows * y.rows)
    x.values.withReadSlice { a in
      y.values.withReadSlice { b in
        out.withSlice { out in
          BLAS.multiply(
            shape, Operand(a, stride: x.columns), Operand(b, stride: y.columns, transposed: true), into: out,
            stride: y.rows)
        }
      }
    }
    return out
  }
}
