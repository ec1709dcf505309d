import Execution

/// What reading a data file may take, whatever the file says of itself: a part of the memory that is left.
package enum InputBudget {
  package static let advice =
    "check whether it is the right file; if it is, give the run more memory, or make the file smaller"

  /// Bytes that a file may have, or unpack to, to be held in memory: what its kind allows, and an eighth of what is
  /// left, for what is made of them takes several times as much.
  /// - Parameter share: of what is left, one in so many.
  package static func bytes(atMost most: Int, share: Double = 8) -> Int {
    let left = ProcessMemory.tightest.left / share
    // A small file is never refused for lack of memory here.
    return left < Double(most) ? max(1 << 20, Int(left)) : most
  }

  /// What an item takes beside its content: its place, its class, its text, and what stages keep of it.
  private static let bytesOfItem = 128.0

  /// - Throws: `MemoryFailure` where a decoded image of this size, and what it is resized through, does not fit.
  package static func require(pictureOf width: Int, by height: Int, in path: String) throws {
    try ProcessMemory.require(
      Double(width) * Double(height) * 16, for: "\(path): an image of \(width) x \(height) pixels",
      advice: advice)
  }

  /// - Throws: `MemoryFailure` where so many items cannot even be listed.
  package static func require(items count: Int, of path: String) throws {
    try ProcessMemory.require(
      Double(count) * bytesOfItem, for: "\(path): a list of \(count) items",
      advice: "give a `count`, or another file")
  }
}
