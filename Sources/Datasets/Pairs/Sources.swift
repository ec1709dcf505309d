/// Numbers of one shape for each item of a data set: an image, a clip, a vector.
///
/// Any item can be had at any time from any thread, and is the same every time.
package protocol NumberSource: Sendable {
  /// `[3, height, width]`, `[frames, 3, height, width]` or `[length]`.
  var shape: [Int] { get }

  /// Writes the item's numbers; `out` has room for the product of the shape's sides.
  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) throws
}

/// A text for each item of a data set.
package protocol TextSource: Sendable {
  func text(_ index: Int) throws -> String
}

/// Ready-made token ids for each item of a data set.
package protocol TokenSource: Sendable {
  var context: Int { get }
  /// Every id is below it.
  var vocabularySize: Int { get }

  /// `context` ids.
  func tokens(_ index: Int) throws -> [Int32]
}
