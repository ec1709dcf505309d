import Contracts
import Statistics

/// The difference of the means of a and b: paired by replicate where both have the same ones, else Welch's. Nil where
/// neither has several replicates.
func meanDifference(_ a: Sample, _ b: Sample) -> MeanDifference? {
  if let pairs = paired(a, b) { return MeanDifference(ofPairs: pairs.map { $0.0 - $0.1 }) }
  if let difference = bootstrapped(a, b, -) { return difference }
  return MeanDifference(a.summary, b.summary)
}

/// The test of mean(a) − θ·mean(b) = 0, paired where both have the same replicates.
func differenceTest(_ a: Sample, _ b: Sample, times ratio: Double) -> MeanDifference? {
  meanDifference(
    a,
    Sample(
      b.values.map { $0 * ratio }, replicates: b.replicates, resamples: b.resamples.map { $0 * ratio }))
}

/// Fieller's interval of the ratio of the means, paired where both have the same replicates.
func ratioInterval(_ a: Sample, _ b: Sample, level: Double = 0.95) -> RatioInterval? {
  if let ratio = bootstrapped(a, b, /) { return .bounded(ratio.interval(level: level)) }
  return ratioInterval(a.summary, b.summary, pairs: paired(a, b), level: level)
}

/// A number made of two that are means over the same items, by the samples that both have: sample b is of the same items
/// however many there are. Nil without any.
private func bootstrapped(
  _ a: Sample, _ b: Sample, _ combine: (Double, Double) -> Double
) -> MeanDifference? {
  guard let first = a.values.first, let second = b.values.first, !a.resamples.isEmpty, !b.resamples.isEmpty
  else { return nil }
  return MeanDifference(
    value: combine(first, second), resamples: zip(a.resamples, b.resamples).map { combine($0, $1) })
}

/// The values of both samples by replicate, where both have the same two or more replicates.
func paired(_ a: Sample, _ b: Sample) -> [(Double, Double)]? {
  guard a.values.count > 1, Set(a.replicates) == Set(b.replicates), a.replicates.count == a.values.count
  else { return nil }
  let other = Dictionary(zip(b.replicates, b.values)) { first, _ in first }
  return zip(a.replicates, a.values).compactMap { label, value in other[label].map { (value, $0) } }
}
