import Declarations
import Foundation

/// 32 random bytes that only this user's processes on this machine, or with this home, know: what they sign nobody
/// who made a folder elsewhere can have signed.
package struct UserSecret: Sendable {
  package let bytes: [UInt8]

  package static let byteCount = 32

  /// The one that is kept in `$XDG_STATE_HOME/modgap`, else `~/.local/state/modgap`, made where there is none. Where
  /// it cannot be kept it is of this process alone, so that nothing signed before is believed.
  package static let own = UserSecret(folder: UserFolder.state.path)

  /// - Parameter folder: where it is kept; nil for nowhere.
  package init(folder: String?) {
    let fresh = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max) }
    guard let folder else {
      bytes = fresh
      return
    }
    bytes = Self.kept(in: folder) ?? Self.keep(fresh, in: folder) ?? fresh
  }

  private static let name = "results-key"

  /// Nil where there is none, or one that others can read or could have made.
  private static func kept(in folder: String) -> [UInt8]? {
    let descriptor = open("\(folder)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.isFile, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0, status.st_size == byteCount,
      let bytes = try? Disk.read(descriptor, size: Int(status.st_size), path: folder),
      bytes.count == byteCount
    else { return nil }
    return bytes
  }

  /// Two that begin at once end with one: the name is given by a link, which the first gets.
  private static func keep(_ bytes: [UInt8], in folder: String) -> [UInt8]? {
    try? Disk.makeFolder(Disk.folder(of: folder))
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { return nil }
    let temporary = "\(folder)/\(TemporaryName.next())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { unlink(temporary) }
    let isWritten = bytes.withUnsafeBytes { buffer in
      (try? Disk.write(buffer, to: descriptor, path: temporary)) != nil && fsync(descriptor) == 0
    }
    guard close(descriptor) == 0, isWritten else { return nil }
    if link(temporary, "\(folder)/\(name)") == 0 || errno != EEXIST { return kept(in: folder) }
    if let first = kept(in: folder) { return first }
    // One that is damaged, or that others could read, is worth nothing.
    return rename(temporary, "\(folder)/\(name)") == 0 ? kept(in: folder) : nil
  }
}
