import Declarations
import Foundation
import Testing

/// Names that are canonically equal in Unicode and have other bytes are two names.
@Suite struct ExactNameTests {
  private static let composed = "caf\u{e9}"
  private static let decomposed = "cafe\u{301}"

  @Test func bytesDecide() {
    let (a, b) = (Self.composed, Self.decomposed)
    #expect(a == b, "what these tests are about")
    #expect(ExactString(a) != ExactString(b))
    #expect(Set([a, b, a].map(ExactString.init)).count == 2)
    #expect([b, a].map(ExactString.init).sorted().map(\.text.utf8.count) == [6, 5])
    #expect([a, b].sortedByBytes().map(\.utf8.count) == [6, 5])
    #expect(JSONValue.string(a) != .string(b))
    #expect(JSONValue.object([a: 1]) != .object([b: 1]))
    #expect(JSONValue.array([.string(a)]) == .array([.string(a)]))
    #expect(Cell.text(a) != .text(b))
    #expect(Set([Cell.text(a), .text(b), .text(a)]).count == 2)
    #expect(Column.texts([a]) != .texts([b]))
    #expect(Column.texts([a, b]) == .texts([a, b]))
  }

  @Test func aCombiningMarkBehindASlashHidesNeitherFolderNorName() {
    let path = "data/a/\u{301}x.npy"
    #expect(PathBytes.folder(of: path) == "data/a")
    #expect(Array(PathBytes.name(of: path).utf8) == Array("\u{301}x.npy".utf8))
    #expect(path.hasBytes(first: "data/a/"))
    #expect(Array(path.droppingBytes(7).utf8) == Array("\u{301}x.npy".utf8))
    #expect("a.csv".hasBytes(last: ".csv") && !"a.csw".hasBytes(last: ".csv"))
  }
}

@Suite struct ReplacedByteTests {
  /// Foundation and the standard library see no `/` in `/` and a combining mark.
  @Test func marksHideNothing() {
    #expect("a/\u{301}b/c".replacingBytes("/", with: "_") == "a_\u{301}b_c")
    #expect("aaa".replacingBytes("aa", with: "b") == "ba")
    #expect("".replacingBytes("a", with: "b") == "" && "ab".replacingBytes("", with: "x") == "ab")
    #expect("ééx".replacingBytes("é", with: "").utf8.elementsEqual("x".utf8))
  }
}

/// What is printed for a shell comes back out of it as it was.
@Suite struct ShellWordTests {
  private static let words = [
    "plain-1_2.json", "", "it's mine.json", "it'\u{301}s", "'", "''", "a b", "a  b", "$HOME", "`id`", "$(id)",
    "a;b", "a&b|c>d<e", "!x", "#x", "~", "~/x", "*", "?[a]", "{a,b}", "a\\b", "\\", "\"", "a\nb", "a\n", "\t",
    "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{2028}", "\u{202e}x", "caf\u{e9}", "cafe\u{301}", "\u{301}", "😀",
    "stages.g.with.delta=[0.1,\"it's\"]", "a\r\nb", "0\u{1}7", "-x", "--", "=", "a=b", "%s", "\u{feff}x",
  ]

  @Test func bashGivesBackTheSameBytes() throws {
    let command = "printf '%s\\0' " + ShellCommand(Self.words).text
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", command]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let found = Array(output).split(separator: 0, omittingEmptySubsequences: false).dropLast().map(Array.init)
    #expect(found == Self.words.map { Array($0.utf8) })
    #expect(!command.utf8.contains(10), "it stands on one line")
  }

  @Test func aPathIsNoOption() {
    #expect(ShellWord.path("-x.json") == "./-x.json")
    #expect(ShellWord.path("x.json") == "x.json")
    #expect(ShellCommand(["=ls", "a=b"]).text == "'=ls' a=b", "zsh runs =ls")
  }
}
