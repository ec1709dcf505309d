/// The bootstrap's percentile interval of a mean difference of pairs: the pairs are drawn anew, with replacement.
///
/// Of `draws` means, sorted, the ends are those at ½(1 − level) and ½(1 + level) of the way, with linear interpolation.
/// Nil for fewer than two pairs, or draws.
/// Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, Section 13.3.
///
/// - Parameter differences: of the pairs, first minus second.
package func pairedBootstrap(
  _ differences: [Double], draws: Int = 2000, level: Double = 0.95,
  using generator: inout some RandomNumberGenerator
) -> Interval? {
  let count = differences.count
  guard count > 1, draws > 1 else { return nil }
  var means: [Double] = []
  means.reserveCapacity(draws)
  for _ in 0..<draws {
    var sum = 0.0
    for _ in 0..<count {
      // n·r/2⁶⁴ of a random word r: each place as likely as the others to 2⁻⁶⁴.
      sum += differences[Int(UInt64(count).multipliedFullWidth(by: generator.next()).high)]
    }
    means.append(sum / Double(count))
  }
  means.sort()
  func at(_ share: Double) -> Double {
    let place = share * Double(draws - 1)
    let below = min(Int(place), draws - 2)
    return means[below] + (place - Double(below)) * (means[below + 1] - means[below])
  }
  return Interval(low: at(0.5 - 0.5 * level), high: at(0.5 + 0.5 * level))
}
