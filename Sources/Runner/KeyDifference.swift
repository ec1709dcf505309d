import Declarations

/// One value by which two key trees differ.
package typealias KeyDifference = JSONDifference

extension JSONDifference {
  /// What changed, of a task's key tree.
  package var message: String {
    let field = path.split(separator: "[").first.map(String.init) ?? path
    switch field {
    case "numerics": return "the numeric policy changed, \(change)"
    case "version": return "the stage's own code changed, from version \(change.dropFirst(5))"
    case "inputs": return "its input changed, \(change)"
    case _ where field.hasPrefix("files."): return "the content of its data file changed, \(change)"
    default: return "\(path) changed, \(change)"
    }
  }
}
