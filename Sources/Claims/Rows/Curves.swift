import Declarations
import Statistics

extension [CurvePoint] {
  var means: [Double] { map(\.sample.summary.mean) }

  var replicates: Int { first?.sample.values.count ?? 0 }

  /// How many samples of the items all points have; 0 where one has none.
  var samples: Int { map(\.sample.resamples.count).min() ?? 0 }

  /// The 95% interval of a number that each of the curve's own curves gives: over replicates that of its mean, over
  /// samples of the items from their 2.5th to their 97.5th percentile, since places have no normal distribution. Nil for
  /// one curve. Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, Chapter 13.
  func interval(of numbers: [Double]) -> Interval? {
    guard samples > 1 else { return Summary(of: numbers).interval() }
    let sorted = numbers.sorted()
    let tail = sorted.count / 40
    guard sorted.indices.contains(tail) else { return nil }
    return Interval(low: sorted[tail], high: sorted[sorted.count - 1 - tail])
  }

  /// `; it holds for 4 of 5 replicates taken alone`, or nothing.
  func agreement(_ evidence: Evidence) -> String {
    guard case .share(let agreeing, let count, _) = evidence else { return "" }
    let unit = samples > 1 ? "bootstrap sample" : "replicate"
    return "; it holds for \(agreeing) of \(counted(count, unit)) taken alone"
  }

  /// The curve of each replicate, in the order of the grid; or of each sample of the items, where there are such; or
  /// the points themselves.
  var ownCurves: [[Double]] {
    if samples > 1 { return (0..<samples).map { sample in map { $0.sample.resamples[sample] } } }
    return (0..<replicates).map { replicate in
      map { $0.sample.values.indices.contains(replicate) ? $0.sample.values[replicate] : .nan }
    }
  }

  /// Samples of the items say nothing of other draws of something random; nil where no such draw would be judged by them.
  var resampledSingleDraw: Evidence? { samples > 1 ? Evidence.singleDraw(map(\.sample)) : nil }

  /// Whether the curve has a property: of one curve, that one; over replicates, their mean and a share of their own.
  func evidence(_ has: ([Double]) -> Bool) -> Evidence {
    if let none = resampledSingleDraw { return none }
    let own = ownCurves
    guard own.count > 1 else { return .exact(holds: has(means)) }
    return .share(agreeing: own.count(where: has), of: own.count, holds: has(means))
  }

  /// The finding where the mean is no finite number somewhere.
  func notFinite(_ of: String, over: String) -> Finding? {
    let means = means
    return means.firstIndex { !$0.isFinite }.map {
      .notFinite("\(of) at \(over) = \(readable(self[$0].x))", means[$0])
    }
  }
}
