import Contracts
import Statistics

/// What the numbers that are drawn afresh each night do over the nights.
package struct Drift: Sendable {
  package struct Alarm: Sendable, Equatable {
    package let key: NumberKey
    /// +1 where it rises.
    package let direction: Int
    package let sum: Double
    /// Whether it was one without the last night, too.
    package let isConfirmed: Bool
  }

  package let alarms: [Alarm]
  /// How many numbers were judged, and by which limit.
  package let family: Int
  package let limit: Double
  /// Numbers of the history whose reference has too few draws or no spread.
  package let unjudged: [NumberKey]

  /// - Parameters:
  ///   - history: since the reference was accepted, in the order of the nights. A value that is the one before it is the same
  ///     draw again, out of a cache, and does not count.
  ///   - references: by number, of single draws.
  package init(_ history: NightHistory, references: [NumberKey: Summary]) {
    let groups = history.rows.grouped(by: \.key)
    let judged = groups.filter { key, _ in
      references[key].map { CUSUM(start: $0, limit: 1) != nil } ?? false
    }
    unjudged = groups.map(\.key).filter { key in !judged.contains { $0.key == key } }
    let mostDraws = judged.flatMap { $0.members.grouped(by: \.night).map(\.members.count) }.max() ?? 1
    let limit = CUSUM.limit(family: judged.count, drawsPerNight: mostDraws)
    let last = history.rows.map(\.night).max()
    alarms = judged.compactMap { key, rows in
      references[key].flatMap { Self.alarm(key, rows, $0, limit, last) }
    }
    (family, self.limit) = (judged.count, limit)
  }

  private static func alarm(
    _ key: NumberKey, _ rows: [NightHistory.Row], _ start: Summary, _ limit: Double, _ last: Int?
  ) -> Alarm? {
    guard var sums = CUSUM(start: start, limit: limit) else { return nil }
    var before: Double?
    var wasAlarm = false
    for row in rows {
      if before != row.value, row.value.isFinite { sums.add(row.value) }
      before = row.value
      if row.night != last { wasAlarm = sums.isAlarm }
    }
    guard sums.isAlarm else { return nil }
    let isUp = sums.up > sums.down
    return Alarm(key: key, direction: isUp ? 1 : -1, sum: max(sums.up, sums.down), isConfirmed: wasAlarm)
  }
}
