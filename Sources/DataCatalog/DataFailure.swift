import Declarations
import Files

/// Why an entry of the catalogue could not be got, or is not what it was.
package enum DataFailure: Failure, Equatable {
  package enum Expectation: Sendable, Equatable {
    case catalogue(String)
    case record(String)
  }

  /// A URL that was tried, and what came of it.
  package struct Attempt: Sendable, Equatable {
    let url: String
    let reason: String
  }

  case noCurl(name: String)
  case curlNotStarted(path: String, reason: String)
  case needsConsent(name: String, licence: String, place: String, from: String, command: ShellCommand)
  case notDownloaded(name: String, [Attempt])
  case notInFolder(name: String, folder: String, names: [String])
  case wrongSize(name: String, source: String, found: Int, expected: Int)
  case wrongDigest(name: String, source: String, found: Digest, expected: Digest, by: Expectation)
  case noRoom(name: String, needed: Int, free: Int, folder: String)
  /// After so many bytes, of which there are more.
  case diskFull(name: String, come: Int, folder: String)
  case noRoomForFiles(name: String, needed: Int, free: Int, folder: String)
  case changed(name: String, path: String, by: Expectation, command: ShellCommand)
  case inTheWay(name: String, path: String)
  case badRecord(name: String, path: String, command: ShellCommand)
  case notHere(name: String, path: String, command: ShellCommand)

  package var kind: FailureKind {
    switch self {
    case .noCurl, .curlNotStarted, .notDownloaded, .noRoom, .diskFull, .noRoomForFiles: .io
    default: .invalidInput
    }
  }

  package var message: String {
    switch self {
    case .noCurl(let name):
      "\(name): the program curl, which downloads, is not installed; apt-get install curl, or download the file elsewhere "
        + "and name its folder with --from FOLDER"
    case .curlNotStarted(let path, let reason): "\(path) could not be started: \(reason); reinstall curl"
    case .needsConsent(let name, let licence, let place, let from, let command):
      "\(name) cannot be downloaded by a program, because everybody has to accept its terms in person: \(licence). Then "
        + "put the download as \(from) into a folder, and run \"\(command)\" with the name of that folder, which puts it into "
        + place
    case .notDownloaded(let name, let attempts):
      "\(name) could not be downloaded: " + attempts.map { "\($0.url): \($0.reason)" }.joined(separator: "; ")
        + ". Run the same command again, or download it elsewhere and name its folder with --from FOLDER"
    case .notInFolder(let name, let folder, let names):
      "\(name): \(folder) has no file \(names.joined(separator: " or ")); put it there, or name another folder with --from"
    case .wrongSize(let name, let source, let found, let expected):
      "\(name): \(source) has \(found) bytes, expected \(expected) (the \"size\" of the catalogue); it was not used: it is "
        + "another file, or the page of a server"
    case .wrongDigest(let name, let source, let found, let expected, let expectation):
      "\(name): \(source) has the SHA-256 \(found), expected \(expected) (\(Self.origin(expectation))); it was not used"
        + Self.advice(expectation)
    case .noRoom(let name, let needed, let free, let folder):
      "\(name) needs \(ByteCount.text(needed)) on the disk of \(folder), which has \(ByteCount.text(free)) left; free some "
        + "space, or choose another folder with --into DIR"
    case .diskFull(let name, let come, let folder):
      "\(name): the disk of \(folder) has no room for more after \(ByteCount.text(come)); free some space and run the same "
        + "command again, or choose another folder with --into DIR"
    case .noRoomForFiles(let name, let needed, let free, let folder):
      "\(name) has \(needed) files, but the file system of \(folder) can hold only \(free) more; choose another folder "
        + "with --into DIR"
    case .changed(let name, let path, let expectation, let command):
      "\(name): \(path) is not what it was when it was got (\(Self.origin(expectation))); nothing was replaced: move it "
        + "away and run \"\(command)\" again"
    case .inTheWay(let name, let path):
      "\(name): \(path) is there already, with other content, and was not put there by modgap data get; nothing was "
        + "replaced: move it away, or choose another folder with --into DIR"
    case .badRecord(let name, let path, let command):
      "\(name): the record \(path) is damaged; remove it, and run \"\(command)\" to record again what is there"
    case .notHere(let name, let path, let command): "\(name): there is no \(path); run \"\(command)\""
    }
  }

  private static func origin(_ expectation: Expectation) -> String {
    switch expectation {
    case .catalogue(let path): "as \(path) says"
    case .record(let path): "as recorded at first use in \(path)"
    }
  }

  private static func advice(_ expectation: Expectation) -> String {
    switch expectation {
    case .catalogue: ": it is another file, damaged, or not from its publisher"
    case .record(let path): "; if its publisher replaced it on purpose, remove \(path) to record the new one"
    }
  }
}
