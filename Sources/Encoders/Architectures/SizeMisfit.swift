/// Two sizes of a tower of which the one must divide the other.
package struct SizeMisfit: Error, Sendable, Equatable {
  package let whole: String
  package let wholeValue: Int
  package let part: String
  package let partValue: Int
  package let advice: String

  /// Nil where the part divides the whole.
  package init?(whole: String, _ wholeValue: Int, part: String, _ partValue: Int, advice: String) {
    if partValue > 0, wholeValue.isMultiple(of: partValue) { return nil }
    self.whole = whole
    self.wholeValue = wholeValue
    self.part = part
    self.partValue = partValue
    self.advice = advice
  }

  package var message: String {
    "`\(whole)` is \(wholeValue), which is not a multiple of `\(part)`, \(partValue); \(advice)"
  }
}
