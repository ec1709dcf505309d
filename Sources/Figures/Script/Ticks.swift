import Foundation

/// Round numbers along an axis.
struct Ticks: Equatable {
  let first: Double
  let step: Double
  let last: Double
  let decimals: Int

  /// About `count` ticks inside the range, 1, 2, 2.5 or 5 times a power of ten apart.
  /// - Parameter isWhole: only integers make sense, as for layers.
  init(low: Double, high: Double, count: Int, isWhole: Bool = false) {
    let span = high - low
    guard span.isFinite, span > 1e-300 else {
      (first, step, last, decimals) = (low, 1, low, 0)
      return
    }
    let wanted = span / Double(max(count, 1))
    let rough = isWhole ? max(wanted, 1) : wanted
    let power = pow(10, floor(log10(rough)))
    let factor =
      [1, 2, 2.5, 5, 10].first {
        $0 * power >= rough * 0.999 && !(isWhole && power < 10 && $0 == 2.5)
      } ?? 10
    step = factor * power
    first = (low / step - 1e-9).rounded(.up) * step
    last = (high / step + 1e-9).rounded(.down) * step
    let exponent = Int(floor(log10(step) + 1e-9))
    decimals = min(max(0, -exponent + (factor == 2.5 ? 1 : 0)), 300)
  }

  var labels: [String] {
    let steps = ((last - first) / step).rounded()
    guard step > 0, steps >= 0, steps.isFinite else { return [] }
    let count = Int(min(steps, 1000))
    return (0...count).map { text(first + Double($0) * step) }
  }

  private func text(_ value: Double) -> String {
    String(format: "%.\(decimals)f", abs(value) < step * 1e-6 ? 0 : value)
  }

  /// The widest label, in pixels.
  var width: Double { labels.map { textWidth($0, size: Style.tickSize) }.max() ?? 0 }

  /// `set xtics 0, 0.5, 2` without its first words.
  var command: GnuplotCode { "\(first), \(step), \(last)" }
}

/// A range that shows all of the values, with a little room around them; never empty.
func range(around values: [Double], room: Double = 0.05) -> (low: Double, high: Double) {
  let finite = values.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else { return (0, 1) }
  let span = high - low
  if !(span * (1 + 2 * room)).isFinite { return (low, high) }
  guard span > 1e-12 * max(abs(low), abs(high)), span > 0 else {
    let reach = max(abs(low) * 0.1, 0.5)
    return (low - reach, high + reach)
  }
  return (low - room * span, high + room * span)
}
