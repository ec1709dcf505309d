import Foundation

/// Folders in which the system shows itself as files. What a link in a data folder finds there are no data, and to
/// read some of them does something, or never ends.
enum SystemFolders {
  /// `/dev/shm` holds ordinary files, in memory.
  private static let all = ["/proc", "/sys", "/dev"]
  private static let ordinary = ["/dev/shm"]

  /// - Throws: `DataFileFailure.ofTheSystem` where the path, its links followed, leads into one of them.
  static func refuse(_ path: String) throws {
    guard let resolved = realpath(path, nil) else { return }
    defer { free(resolved) }
    let real = String(cString: resolved)
    guard all.contains(where: { lies(real, below: $0) }), !ordinary.contains(where: { lies(real, below: $0) })
    else { return }
    throw DataFileFailure.ofTheSystem(path: path, real: real)
  }

  private static func lies(_ path: String, below folder: String) -> Bool {
    path == folder || path.utf8.starts(with: (folder + "/").utf8)
  }
}
