import Contracts
import Declarations
import Statistics

/// One number over the nights in which its experiment was compared.
package struct NumberTrend: Sendable, Equatable {
  package let key: NumberKey
  /// Nil for a night that lacks it.
  package let points: [(night: Int, value: Double?)]
  package let accepted: Double?
  /// What is accepted in another numeric environment; nil where the reference has no tolerance.
  package let band: Interval?

  package init(
    key: NumberKey, points: [(night: Int, value: Double?)], accepted: Double?, band: Interval?
  ) {
    (self.key, self.points, self.accepted, self.band) = (key, points, accepted, band)
  }

  package static func == (a: NumberTrend, b: NumberTrend) -> Bool {
    a.key == b.key && a.accepted == b.accepted && a.band == b.band
      && a.points.elementsEqual(b.points) { $0.night == $1.night && $0.value == $1.value }
  }

  /// What it is measured from: the accepted value, or its first one.
  private var origin: Double? { accepted ?? points.lazy.compactMap(\.value).first }

  /// How far it was from the accepted value at most, in half-widths of the band; of a number without a band, in roundings of
  /// float32. Infinite where a night lacks it.
  package var farthest: Double {
    guard let origin else { return 0 }
    if points.contains(where: { $0.value == nil }) { return .infinity }
    let width = band.map { ($0.high - $0.low) / 2 } ?? 0
    let unit = width > 0 ? width : Precision.single.floor * (1 + abs(origin))
    return points.compactMap(\.value).map { abs($0 - origin) / unit }.max() ?? 0
  }

  package var hasMoved: Bool { farthest > 0 }
}

extension NightLog {
  /// Every number of an experiment, those of which nothing is known of any night left out.
  package func trends(of experiment: String, _ reference: [ReferenceNumber]) -> [NumberTrend] {
    let nights = events.filter { $0.kind == .ran && $0.key.experiment.isExactly(experiment) }.map(\.night)
    let known = Dictionary(reference.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    let family = reference.count { $0.kind == .trained }
    let rows = values.rows.filter { $0.key.experiment.isExactly(experiment) }
    return rows.grouped(by: \.key).map { key, rows in
      NumberTrend(
        key: key, points: Self.points(rows, nights), accepted: known[key]?.followed,
        band: known[key]?.band(family: family))
    }
  }

  /// Each value holds until the next one.
  private static func points(_ rows: [NightHistory.Row], _ nights: [Int]) -> [(night: Int, value: Double?)] {
    var rest = rows[...]
    var value: Double?
    var points: [(night: Int, value: Double?)] = []
    for night in nights.sorted() {
      while let next = rest.first, next.night <= night {
        value = next.value
        rest = rest.dropFirst()
      }
      // Before its first row there was no such number.
      if let value { points.append((night, value.isFinite ? value : nil)) }
    }
    return points
  }
}

extension ReferenceNumber {
  /// The number that is followed over the nights: the value; of a claim, the middle of its interval. Nil of words.
  package var followed: Double? {
    if kind == .claim { return interval.map { $0.low / 2 + $0.high / 2 } }
    return value.number
  }

  /// What its rule accepts of another numeric environment.
  /// - Parameter family: how many trained numbers are judged together.
  package func band(family: Int) -> Interval? {
    guard let number = followed else { return nil }
    func around(_ reach: Double) -> Interval { Interval(low: number - reach, high: number + reach) }
    switch kind {
    case .real: return tolerance.map { around($0 * (1 + abs(number))) }
    case .cosine: return tolerance.map { around($0 * (1 + abs(1 - number))) }
    case .count, .place: return change.map(around)
    case .trained: return summary?.predictionInterval(draws: count ?? 1, family: family)
    case .claim: return interval
    case .digest, .text: return nil
    }
  }
}
