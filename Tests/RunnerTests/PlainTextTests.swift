import Declarations
import Files
import Foundation
import Testing

/// What files and configs say neither steers a terminal nor begins a line of a log.
@Suite struct PlainTextTests {
  private static let unsafe: [Unicode.Scalar] =
    (0...0x1F).map { Unicode.Scalar($0) } + (0x7F...0x9F).map { Unicode.Scalar($0) }
    + [
      "\u{61C}", "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202E}", "\u{2066}",
      "\u{2069}",
    ]

  @Test func controlsAreSpelledOut() throws {
    for scalar in Self.unsafe {
      let text = "a\(Character(scalar))b"
      let escaped = PlainText.escaped(text)
      #expect(!escaped.unicodeScalars.contains(where: PlainText.isUnsafe), "\(scalar.value)")
      // As JSON spells it, so that it can be read back.
      #expect(try JSONDecoder().decode(String.self, from: Data("\"\(escaped)\"".utf8)) == text)
    }
    #expect(PlainText.escaped("a\u{301}\u{1B}\u{301}\r\n") == "a\u{301}\\u001b\u{301}\\u000d\\u000a")
    #expect(PlainText.escaped("a\n\tb\u{1B}", keepsLines: true) == "a\n\tb\\u001b")
    for text in ["", "plain", "é 中 👩‍👧 \u{200D}", "a\\u001b"] { #expect(PlainText.escaped(text) == text) }
  }

  @Test func jsonStaysTheSameValue() throws {
    for scalar in Self.unsafe where scalar.value > 0x1F {
      let value = JSONValue.object(["a": JSONValue.string("x\(Character(scalar))y")])
      let text = PlainText.escapedInJSON(value.canonical)
      #expect(!text.unicodeScalars.contains(where: PlainText.isUnsafe))
      #expect(try JSONReader.value(Array(text.utf8)) == value)
    }
  }

  @Test(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
  func noMessageSteersTheTerminal() throws {
    let bench = try Workbench()
    let name = "t\u{1B}]0;owned\u{7}\nmodgap: all is well\u{202E}"
    func config(title: String, id: String, path: String) -> JSONValue {
      let stage: [String: JSONValue] = [
        "id": .string(id), "stage": "init", "kind": "embeddings", "with": .object(["path": .string(path)]),
      ]
      return .object(["name": "k", "title": .string(title), "stages": .array([.object(stage)])])
    }
    try bench.write(config(title: "t", id: "s", path: "m\(name).npy").canonical, to: "k.json")
    try bench.write(config(title: name, id: name, path: "m.npy").canonical, to: "l.json")
    let program = Program(folder: bench.folder)
    for arguments in [
      ["run", "k.json"], ["validate", "l.json"], ["plan", "k.json"], ["run", "\(name).json"],
      ["verify", name],
    ] {
      let result = try program.run(arguments)
      #expect(result.status != 0)
      for text in [result.errors, result.output] {
        #expect(!text.unicodeScalars.contains { PlainText.isUnsafe($0) && $0 != "\n" }, "\(arguments)")
        #expect(!text.contains("\nmodgap: all is well"), "\(arguments)")
      }
    }
  }
}
