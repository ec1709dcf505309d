import Declarations

/// Where the paper expects a number to be, for a drawing of both on one line.
package struct ExpectedBounds: Sendable, Equatable {
  /// What is printed, where it is one number.
  package let value: Double?
  package let low: Double?
  package let high: Double?
}

extension Verdict {
  /// From the claim's parameters, whose names mean the same in all checks; nil where the check compares no number with
  /// one that the claim states.
  package var expectedBounds: ExpectedBounds? {
    guard let parameters = claim?.parameters else { return nil }
    if let value = parameters["equals"]?.number ?? parameters["mean"]?.number {
      let reach = parameters["within"]?.number ?? parameters["margin"]?.number
      return ExpectedBounds(value: value, low: reach.map { value - $0 }, high: reach.map { value + $0 })
    }
    let (low, high) = (parameters["low"]?.number, parameters["high"]?.number)
    return low == nil && high == nil ? nil : ExpectedBounds(value: nil, low: low, high: high)
  }
}
