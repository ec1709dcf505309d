import Declarations
import Statistics

/// What accepting tonight's numbers changes in the reference, line by line; tolerances have lines of their own, so that none
/// is widened unseen.
package struct ReferenceDifference: Sendable, Equatable {
  package let lines: [String]

  /// - Throws: `RegressionFailure.repeated`.
  package init(from before: [ReferenceNumber], to now: [ReferenceNumber]) throws {
    let (old, new) = (try before.byKey(), try now.byKey())
    let keys = Set(old.keys).union(new.keys).sorted()
    lines = keys.flatMap { key -> [String] in
      switch (old[key], new[key]) {
      case (let number?, nil): ["removed \(key): it was \(number.value.plain)"]
      case (nil, let number?): ["added \(key): \(number.value.plain)\(Self.tolerance(number))"]
      case (let a?, let b?): Self.changes(key, a, b)
      case (nil, nil): []
      }
    }
  }

  private static func tolerance(_ number: ReferenceNumber) -> String {
    number.tolerance.map { ", tolerance \(readable($0)) (\(number.toleranceSource ?? "given"))" } ?? ""
  }

  private static func changes(_ key: NumberKey, _ a: ReferenceNumber, _ b: ReferenceNumber) -> [String] {
    var lines: [String] = []
    func compare(_ what: String, _ before: String, _ now: String) {
      if !before.isExactly(now) { lines.append("\(what) of \(key): \(before) → \(now)") }
    }
    func plain(_ value: Double?) -> String { value.map { Cell.real($0).plain } ?? "none" }
    compare("kind", a.kind.rawValue, b.kind.rawValue)
    compare("value", a.value.plain, b.value.plain)
    compare("replicates", a.count.map { "\($0)" } ?? "none", b.count.map { "\($0)" } ?? "none")
    compare("standard deviation", plain(a.deviation), plain(b.deviation))
    compare("interval", a.interval?.described ?? "none", b.interval?.described ?? "none")
    compare("level", plain(a.level), plain(b.level))
    compare(
      "tolerance", "\(plain(a.tolerance)) (\(a.toleranceSource ?? "none"))",
      "\(plain(b.tolerance)) (\(b.toleranceSource ?? "none"))")
    compare("margin", plain(a.margin), plain(b.margin))
    compare("largest change", plain(a.change), plain(b.change))
    return lines
  }
}
