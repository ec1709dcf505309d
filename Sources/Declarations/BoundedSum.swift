extension Int {
  /// The sum, or the nearest integer where it is beyond all integers: sizes that files state may be any.
  package func adding(bounded other: Int) -> Int {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? (other < 0 ? .min : .max) : sum
  }
}
