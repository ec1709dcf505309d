import Declarations
import Statistics

extension [CurvePoint] {
  var means: [Double] { map(\.sample.summary.mean) }

  /// The curve of each replicate, in the order of the grid; or of each sample of the items, where there are such; or
  /// the points themselves.
  var ownCurves: [[Double]] {
    let samples = first?.sample.resamples.count ?? 0
    if samples > 1, allSatisfy({ $0.sample.resamples.count == samples }) {
      return (0..<samples).map { sample in map { $0.sample.resamples[sample] } }
    }
    let count = first?.sample.values.count ?? 0
    return (0..<count).map { replicate in
      map { $0.sample.values.indices.contains(replicate) ? $0.sample.values[replicate] : .nan }
    }
  }

  /// Whether the curve has a property: of one curve, that one; over replicates, their mean and a share of their own.
  func evidence(_ has: ([Double]) -> Bool) -> Evidence {
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

/// `; 4 of 5 replicates agree`.
extension Evidence {
  var agreement: String {
    guard case .share(let agreeing, let count, _) = self else { return "" }
    return "; it holds for \(agreeing) of \(counted(count, "replicate")) taken alone"
  }
}
