import Contracts
import Statistics

/// The difference of the means of a and b: paired by replicate where both have the same ones, else Welch's. Nil where
/// neither has several replicates.
func meanDifference(_ a: Sample, _ b: Sample) -> MeanDifference? {
  if let pairs = paired(a, b) { return MeanDifference(ofPairs: pairs.map { $0.0 - $0.1 }) }
  return MeanDifference(a.summary, b.summary)
}

/// The test of mean(a) − θ·mean(b) = 0, paired where both have the same replicates.
func differenceTest(_ a: Sample, _ b: Sample, times ratio: Double) -> MeanDifference? {
  meanDifference(a, Sample(b.values.map { $0 * ratio }, replicates: b.replicates))
}

/// Fieller's interval of the ratio of the means, paired where both have the same replicates.
func ratioInterval(_ a: Sample, _ b: Sample, level: Double = 0.95) -> RatioInterval? {
  ratioInterval(a.summary, b.summary, pairs: paired(a, b), level: level)
}

/// The values of both samples by replicate, where both have the same two or more replicates.
func paired(_ a: Sample, _ b: Sample) -> [(Double, Double)]? {
  guard a.values.count > 1, Set(a.replicates) == Set(b.replicates), a.replicates.count == a.values.count
  else { return nil }
  let other = Dictionary(zip(b.replicates, b.values)) { first, _ in first }
  return zip(a.replicates, a.values).compactMap { label, value in other[label].map { (value, $0) } }
}
