import Contracts
import Files
import Foundation
import TestSupport
import Testing

/// What vouches for results is known to their user alone.
@Suite struct UserSecretTests {
  @Test func itIsKeptForItsUserAlone() throws {
    try withFolder { folder in
      let place = "\(folder)/state/modgap"
      let first = UserSecret(folder: place)
      #expect(first.bytes.count == UserSecret.byteCount)
      #expect(UserSecret(folder: place).bytes == first.bytes)
      var status = stat()
      #expect(stat("\(place)/results-key", &status) == 0 && status.st_mode & 0o777 == 0o600)
      let names = try FileManager.default.contentsOfDirectory(atPath: place)
      #expect(names == ["results-key"])
      #expect(UserSecret(folder: "\(folder)/other").bytes != first.bytes)
    }
  }

  @Test func oneThatOthersCouldKnowIsReplaced() throws {
    try withFolder { folder in
      let first = UserSecret(folder: folder)
      let path = "\(folder)/results-key"
      chmod(path, 0o644)
      let second = UserSecret(folder: folder)
      #expect(second.bytes != first.bytes && UserSecret(folder: folder).bytes == second.bytes)
      try write([1, 2, 3], path)
      chmod(path, 0o600)
      let third = UserSecret(folder: folder)
      #expect(third.bytes.count == UserSecret.byteCount && third.bytes != second.bytes)
    }
  }

  @Test func whereItCannotBeKeptNothingIsKnownAgain() throws {
    try withFolder { folder in
      try write([1], "\(folder)/file")
      for place in [nil, "\(folder)/file/state"] {
        #expect(UserSecret(folder: place).bytes != UserSecret(folder: place).bytes)
      }
    }
  }
}
