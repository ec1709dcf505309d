/// The interval of a proportion, by inverting the score test: with z = Φ⁻¹(½ + ½·level) and p̂ = successes/trials,
/// (p̂ + z²/2n ± z·√(p̂(1 − p̂)/n + z²/4n²))/(1 + z²/n). Within 0 and 1. Nil without trials, or for successes that are
/// not between 0 and their number.
/// Source: Wilson 1927, J. Am. Stat. Assoc. 22, 209, doi 10.1080/01621459.1927.10502953.
package func wilsonInterval(successes: Double, trials: Double, level: Double = 0.95) -> Interval? {
  guard trials > 0, trials.isFinite, (0...trials).contains(successes) else { return nil }
  let z = Normal.quantile(0.5 + 0.5 * level)
  let share = successes / trials
  let square = z * z / trials
  let middle = share + square / 2
  let reach = z * (share * (1 - share) / trials + square / (4 * trials)).squareRoot()
  return Interval(
    low: successes == 0 ? 0 : max(0, (middle - reach) / (1 + square)),
    high: successes == trials ? 1 : min(1, (middle + reach) / (1 + square)))
}
