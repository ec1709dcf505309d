import Contracts
import Declarations
import Foundation

extension Table {
  /// What a column means, for axes that the config does not label.
  func meaning(of column: String) -> String {
    columns.first { $0.name.isExactly(column) }?.declaration?.title ?? column.replacingBytes("_", with: " ")
  }
}

extension FigureContext {
  /// What stands at an axis, `x` or `y`: `xlabel`, else what the column means that the figure has there.
  ///
  /// - Parameter key: the one that names the column, where it is not the axis's own.
  func label(_ axis: String, _ parameters: FigureParameters, of key: String? = nil) throws -> String {
    if let label = parameters.optionalString("\(axis)label") { return label }
    let column = try parameters.string(key ?? axis)
    guard case .present(let table, _, _) = tables(try parameters.string("table")) else {
      return Table([]).meaning(of: column)
    }
    return table.meaning(of: column)
  }
}

/// A series' name in the legend: the format with `{value}` as the table has it and `{fraction}` as 1/n
/// where it is one: `τ = {fraction}` gives `τ = 1/100` for 0.01.
func seriesTitle(_ plain: String, number: Double?, format: String) -> String {
  format.replacingBytes("{value}", with: plain)
    .replacingBytes("{fraction}", with: number.map(fraction) ?? plain)
}

/// 1/100 for 0.01, 1 for 1, and the plain number where it is no reciprocal of an integer.
func fraction(_ number: Double) -> String {
  let inverse = 1 / number
  guard inverse.isFinite, inverse >= 0.999, inverse < 1e9, abs(inverse - inverse.rounded()) < 1e-6 * inverse
  else { return plotted(number) }
  let whole = Int(inverse.rounded())
  return whole == 1 ? "1" : "1/\(whole)"
}
