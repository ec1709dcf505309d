import Foundation
import Statistics

/// Cumulative sums of one number over the nights, which find a slow drift that no night shows.
///
/// S⁺ ← max(0, S⁺ + u − k) and S⁻ ← max(0, S⁻ − u − k) of standard normals u; beyond h it is an alarm. k = ½ is best for a
/// drift of one standard deviation. Source: Page 1954, Biometrika 41, 100.
///
/// The reference's mean and deviation are estimates, and sums over years would find their error: so each draw is
/// standardised by all before it, u = Φ⁻¹(F(T)) with T = √((n − 1)/n)·(x − x̄)/s of the n − 1 draws so far and F of
/// Student's t with n − 2 degrees of freedom, which is standard normal and independent of the others whatever mean and
/// deviation are. Source: Hawkins 1987, The Statistician 36, 299.
package struct CUSUM: Sendable {
  package static let reference = 0.5
  /// Of u: what is farther out is an outlier of one night, and no drift.
  package static let farthest = 4.0
  /// Between false alarms of the whole family.
  package static let nights = 10 * 365.25

  /// h.
  package let limit: Double
  package private(set) var up = 0.0
  package private(set) var down = 0.0
  private var count: Double
  private var mean: Double
  /// Of the squared deviations from the mean.
  private var squares: Double

  /// - Parameter start: the reference's draws; nil where they are fewer than three or do not differ.
  package init?(start: Summary, limit: Double) {
    guard start.count >= 3, start.standardDeviation > 0, start.standardDeviation.isFinite, start.mean.isFinite
    else { return nil }
    self.limit = limit
    (count, mean) = (Double(start.count), start.mean)
    squares = start.standardDeviation * start.standardDeviation * (count - 1)
  }

  package var isAlarm: Bool { max(up, down) > limit }

  /// - Returns: u.
  @discardableResult
  package mutating func add(_ value: Double) -> Double {
    let deviation = (squares / (count - 1)).squareRoot()
    let t = (count / (count + 1)).squareRoot() * (value - mean) / deviation
    let tail = StudentT.twoSided(t, degrees: count - 1) / 2
    let size = tail > 1e-10 ? min(Self.farthest, -Normal.quantile(tail)) : Self.farthest
    let u = t < 0 ? -size : size
    up = max(0, up + u - Self.reference)
    down = max(0, down - u - Self.reference)
    let step = value - mean
    count += 1
    mean += step / count
    squares += step * (value - mean)
    return u
  }

  /// About how many draws there are until a false alarm, of both sides together: half of
  /// (e^(2kb) − 2kb − 1)/(2k²) with b = h + 1.166. Source: Siegmund 1985, Sequential Analysis.
  package static func averageRunLength(limit: Double) -> Double {
    let place = 2 * reference * (limit + 1.166)
    return (exp(place) - place - 1) / (4 * reference * reference)
  }

  /// The h of each number at which a family has one false alarm in ten years: by Bonferroni, each has one in as many
  /// times ten years as there are numbers.
  package static func limit(family: Int, drawsPerNight: Int = 1, nights: Double = CUSUM.nights) -> Double {
    let wanted = nights * Double(max(1, family)) * Double(max(1, drawsPerNight))
    var (low, high) = (0.0, 100.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if averageRunLength(limit: middle) < wanted { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
