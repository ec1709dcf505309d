import Glibc

/// What the operating system said when the program touched a file.
package struct FileFailure: AbsenceFailure, Equatable {
  package enum Operation: String, Sendable {
    case open, read, list
    case write, sync, rename
    case makeFolder = "create the folder"
    case remove
  }

  package let operation: Operation
  package let path: String
  /// The value of `errno`.
  package let code: Int32
  /// What a symbolic link names that cannot be followed.
  package let target: String?

  package init(_ operation: Operation, _ path: String, code: Int32, target: String? = nil) {
    self.operation = operation
    self.path = path
    self.code = code
    self.target = target
  }

  /// The code of a link among the files of results or of a store, which is never followed.
  package static let linkInside = EMLINK
  /// The code of a file that has other names, which may lie elsewhere.
  package static let otherNames = EXDEV

  /// The code of a folder, a pipe or a device in the place of a file of the program's own.
  package static let notAFile = ENOTBLK

  /// A path that leads nowhere is the config's fault; everything else is the machine's.
  package var kind: FailureKind {
    guard isReading else { return .io }
    return [ENOENT, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, EINVAL].contains(code) ? .invalidInput : .io
  }

  package var message: String {
    if let target { return "\(path): this is a symbolic link to \(target), \(linkReason)" }
    return "\(path): could not \(operation.rawValue): \(reason)"
  }

  private var linkReason: String {
    switch code {
    case Self.linkInside:
      "and links inside a results folder or a store are not followed, because they may lead outside of it; replace "
        + "the link by the file or folder itself, or remove it"
    case ENOENT: "which does not exist; create that folder, or remove the link"
    case ENOTDIR: "which is not a folder; make it a link to a folder, or remove it"
    default: "which cannot be followed (\(String(cString: strerror(code)))); correct or remove the link"
    }
  }

  package var absent: String? { code == ENOENT && isReading && target == nil ? path : nil }

  private var isReading: Bool { [.open, .read, .list].contains(operation) }

  private var reason: String {
    switch code {
    case ENOENT where isReading: "there is no such file; check the path"
    case ENOTDIR: "a part of this path is a file, not a folder; choose another path"
    case EISDIR: "it is a folder, but a file was expected; check the path"
    case ELOOP: "its symbolic links form a circle; remove one of them"
    case EINVAL where isReading: "it is not a regular file; copy the data into one"
    case ENOSPC:
      "the disk is full; what was written before is intact: free some space and run the same command again"
    case EDQUOT:
      "the disk quota is used up; what was written before is intact: free some space and run the same "
        + "command again"
    case Self.notAFile:
      "this is not a regular file, but a file of this program was expected here; remove it, or move it elsewhere"
    case EFBIG where isReading:
      "the file is larger than the memory that this process may use for it; check whether it is the right file"
    case EXDEV where operation == .write:
      "the file has other names (hard links), which may be in other folders, so it is not changed; replace it by a copy"
    case EFBIG:
      "the file would be larger than allowed; raise the limit (ulimit -f unlimited) and run the same "
        + "command again"
    case EROFS: "the file system is read-only; choose another folder with --results"
    case EACCES where isReading, EPERM where isReading:
      "permission denied; make the file readable for this user"
    case EACCES, EPERM: "permission denied; make the folder writable or choose another with --results"
    case ENAMETOOLONG: "the name is too long for this file system; choose a shorter one"
    case EMFILE, ENFILE: "too many files are open; raise the limit (ulimit -n) or use fewer --jobs"
    case EIO: "the device reported an input/output error; check the disk"
    default: "\(String(cString: strerror(code))) (errno \(code)); check the path and the disk"
    }
  }
}
