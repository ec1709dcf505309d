import Contracts
import Statistics

/// The difference of the means of a and b: paired by replicate where both have the same ones, else Welch's. Nil where
/// neither has several replicates.
func meanDifference(_ a: Sample, _ b: Sample) -> MeanDifference? {
  if let pairs = paired(a, b) { return MeanDifference(ofPairs: pairs.map { $0.0 - $0.1 }) }
  if let pairs = resampled(a, b), let first = a.values.first, let second = b.values.first {
    return MeanDifference(value: first - second, resamples: pairs.map { $0.0 - $0.1 })
  }
  return MeanDifference(a.summary, b.summary)
}

/// The test of mean(a) − θ·mean(b) = 0, paired where both have the same replicates.
func differenceTest(_ a: Sample, _ b: Sample, times ratio: Double) -> MeanDifference? {
  meanDifference(
    a,
    Sample(
      b.values.map { $0 * ratio }, replicates: b.replicates, resamples: b.resamples.map { $0 * ratio }))
}

/// Fieller's interval of the ratio of the means, paired where both have the same replicates, or samples of the same
/// items.
func ratioInterval(_ a: Sample, _ b: Sample, level: Double = 0.95) -> RatioInterval? {
  if let pairs = resampled(a, b), let first = a.values.first, let second = b.values.first {
    return ratioInterval(first, second, resamples: pairs, level: level)
  }
  return ratioInterval(a.summary, b.summary, pairs: paired(a, b), level: level)
}

/// Two numbers that are means over the same items, for each sample that both have: sample b is of the same items however
/// many there are. Nil where they have none.
private func resampled(_ a: Sample, _ b: Sample) -> [(Double, Double)]? {
  guard !a.resamples.isEmpty, !b.resamples.isEmpty else { return nil }
  return Array(zip(a.resamples, b.resamples))
}

/// The values of both samples by replicate, where both have the same two or more replicates.
func paired(_ a: Sample, _ b: Sample) -> [(Double, Double)]? {
  guard a.values.count > 1, Set(a.replicates) == Set(b.replicates), a.replicates.count == a.values.count
  else { return nil }
  let other = Dictionary(zip(b.replicates, b.values)) { first, _ in first }
  return zip(a.replicates, a.values).compactMap { label, value in other[label].map { (value, $0) } }
}
