import Foundation

/// A file named by a config, perhaps with a member behind a colon: `features.h5:/clip/x`.
package enum DataFilePath {
  private static let containers = ["h5", "hdf5", "safetensors"]

  /// Which of this process's descriptors a path names, as `/dev/stdout` and a shell's `<(…)` do; nil where it names none.
  package static func openDescriptor(_ path: String) -> Int32? {
    if let place = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].firstIndex(where: path.isExactly) {
      return Int32(place)
    }
    let folder = ["/dev/fd/", "/proc/self/fd/"].first { path.hasBytes(first: $0) }
    return folder.flatMap { Int32(path.droppingBytes($0.utf8.count)) }
  }

  /// Splits at the colon only where the file's extension says that it has members, so that colons in
  /// folder names stay what they are.
  /// - Parameter exists: whether there is a file of this name; one with such a colon in its own name is itself.
  package static func split(_ path: String, exists: (String) -> Bool) -> (file: String, member: String?) {
    if exists(path) { return (path, nil) }
    for ending in containers {
      guard let range = path.range(of: ".\(ending):", options: [.caseInsensitive, .backwards]) else {
        continue
      }
      let colon = path.index(before: range.upperBound)
      return (String(path[..<colon]), String(path[range.upperBound...]))
    }
    return (path, nil)
  }
}
