import Claims
import Declarations
import Foundation

/// Where values stand along the x axis of curves: as they are, or by their logarithm, with a mark at each value
/// of the grid, whose fractions (1/100) a logarithmic axis of round numbers would not show.
struct HorizontalScale {
  private enum Kind: String, CaseIterable { case linear, log }

  static let parameters: [Parameter] = [
    .defaulted(
      "xscale", .choice(Kind.allCases.map(\.rawValue)), .string(Kind.linear.rawValue),
      "log: a logarithmic axis, with a tick mark at each value of the grid"),
    .defaulted(
      "xformat", .string, .string(plainFormat), "the format of these tick labels: {value}, {fraction}"),
  ]

  let isLogarithmic: Bool
  private let format: String

  init(_ parameters: FigureParameters) throws {
    isLogarithmic = try parameters.choice("xscale", Kind.self) == .log
    format = try parameters.string("xformat")
  }

  /// - Throws: `RowFailure.badParameter` for a value that has no logarithm.
  func place(_ x: Double) throws -> Double {
    guard isLogarithmic else { return x }
    guard x > 0 else {
      throw RowFailure.badParameter("xscale", expected: "linear, because \(plotted(x)) has no logarithm")
    }
    return log10(x)
  }

  /// Marks for places that `place` gave; none where the axis has round numbers.
  func marks(_ places: [Double]) -> [Plot.Mark] {
    guard isLogarithmic else { return [] }
    return Set(places).sorted().map { place in
      let value = pow(10, place)
      let text = seriesTitle(String(format: "%.4g", value), number: value, format: format)
      return Plot.Mark(at: place, text: text)
    }
  }
}

extension [Plot.Mark] {
  /// `set xtics ('1/100' -2, …)` without its first words; of marks whose texts would overlap the later go.
  func command(unitsPerPixel: Double) -> GnuplotCode {
    var end = -Double.infinity
    let shown = filter { mark in
      let reach = (textWidth(mark.text, size: Style.tickSize) / 2 + 4) * unitsPerPixel
      guard mark.at - reach >= end else { return false }
      end = mark.at + reach
      return true
    }
    let marks: [GnuplotCode] = shown.map { "\(GnuplotCode.mark($0.text)) \($0.at)" }
    return "(\(marks.joined(separator: ", ")))"
  }
}
