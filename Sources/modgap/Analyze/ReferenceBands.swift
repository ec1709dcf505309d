import Figures
import Statistics

/// What the metrics are on the authors' arrays of 500 pairs: CLIP trained, and with random weights.
enum ReferenceBands {
  static let names = ["CLIP", "random CLIP"]

  /// The bands of a metric: the 95% interval of the reference, or its value where there is no interval.
  static func of(_ metric: String, _ side: String) -> [AnalysisPage.Reference] {
    all["\(metric),\(side)"] ?? []
  }

  private static let all: [String: [AnalysisPage.Reference]] = {
    var bands: [String: [AnalysisPage.Reference]] = [:]
    for line in referenceBands.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 5, let low = Double(fields[3]), let high = Double(fields[4]) else { continue }
      bands["\(fields[0]),\(fields[1])", default: []].append(
        AnalysisPage.Reference(name: fields[2], band: Interval(low: low, high: high)))
    }
    return bands
  }()
}
