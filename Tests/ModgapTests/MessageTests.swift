import Declarations
import Foundation
import RunSupport
import Testing

@Suite struct MessageTests {
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
