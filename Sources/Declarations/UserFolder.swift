import Foundation

/// Where this program keeps what is the user's own, beside results and stores.
package enum UserFolder: String {
  /// What may be lost: it is made again.
  case cache = "XDG_CACHE_HOME"
  case state = "XDG_STATE_HOME"

  /// `modgap` in the folder that the variable names, or in its usual place; nil where there is no home.
  package var path: String? {
    let environment = ProcessInfo.processInfo.environment
    // The specification of XDG says to ignore what is not absolute.
    if let named = environment[rawValue], named.hasBytes(first: "/") { return named + "/modgap" }
    guard let home = environment["HOME"], home.hasBytes(first: "/") else { return nil }
    return home + (self == .cache ? "/.cache/modgap" : "/.local/state/modgap")
  }
}
