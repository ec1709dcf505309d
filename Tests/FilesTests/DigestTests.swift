import Declarations
import Files
import Foundation
import TestSupport
import Testing

@Suite struct DigestTests {
  /// FIPS 180-2, appendix B.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func publishedVectors(text: String, hex: String) {
    #expect(Digest(of: text).hex == hex)
    #expect(Digest(of: Array(text.utf8)) == Digest(hex: hex))
    #expect(Digest(of: Data(text.utf8)) == Digest(hex: hex.uppercased()))
  }

  /// RFC 4231, test cases 2 and 6.
  @Test func publishedAuthentications() {
    let short = Digest(authenticating: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(short.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let long = Digest(
      authenticating: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      key: [UInt8](repeating: 0xAA, count: 131))
    #expect(long.hex == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test func piecesGiveWhatTheWholeGives() throws {
    var numbers = TestNumbers(4)
    let bytes = (0..<3_000_017).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
    var hasher = SHA256Hasher()
    var place = 0
    while place < bytes.count {
      let end = min(bytes.count, place + Int.random(in: 0...70_000, using: &numbers))
      hasher.update(Array(bytes[place..<end]))
      place = end
    }
    #expect(hasher.finish() == Digest(of: bytes))
    #expect(hasher.finish() == Digest(of: ""), "a finished hasher begins anew")
    try withFolder { folder in
      let path = try write(bytes, "\(folder)/a")
      #expect(try Digest(file: path) == Digest(of: bytes))
    }
  }

  @Test(arguments: ["", "ba78", String(repeating: "g", count: 64), String(repeating: "a", count: 65), "é"])
  func otherTextIsNoDigest(text: String) {
    #expect(Digest(hex: text) == nil)
  }

  @Test func digestsTravelAsJSON() throws {
    let digest = Digest(of: "abc")
    let data = try JSONEncoder().encode([digest])
    #expect(String(decoding: data, as: UTF8.self) == "[\"\(digest.hex)\"]")
    #expect(try JSONDecoder().decode([Digest].self, from: data) == [digest])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Digest].self, from: Data("[\"a\"]".utf8))
    }
  }

  @Test func missingFilesAndFoldersAreFailuresWithAKind() throws {
    try withFolder { folder in
      let missing = #expect(throws: FileFailure.self) { try Digest(file: folder + "/none") }
      #expect(missing?.kind == .invalidInput)
      #expect(missing?.message == "\(folder)/none: could not open: there is no such file; check the path")
      let isFolder = #expect(throws: FileFailure.self) { try Digest(file: folder) }
      #expect(isFolder?.code == EISDIR)
      mkfifo(folder + "/pipe", 0o600)
      #expect(throws: FileFailure.self) { try Digest(file: folder + "/pipe") }
    }
  }

  @Test func manyThreadsHashAtOnce() {
    let expected = (0..<64).map { Digest(of: "text \($0)").hex }
    DispatchQueue.concurrentPerform(iterations: 64) { index in
      for _ in 0..<200 { #expect(Digest(of: "text \(index)").hex == expected[index]) }
    }
  }
}
