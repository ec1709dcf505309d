import Contracts
import Files
import Foundation
import RunSupport
import Runner
import Storage
import Testing

/// Every command that is printed can be pasted into a shell, whatever the names in it.
@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct PrintedCommandTests {
  private static let config = """
    { "name": "s", "stages": [
        { "id": "points", "stage": "init", "kind": "sphere" },
        { "id": "g", "stage": "evaluate", "kind": "gap", "from": "points" } ],
      "claims": [ { "id": "k", "source": "here", "says": "x", "table": "g",
        "check": { "value": { "of": "l2m", "equals": 99 } } } ] }
    """

  /// Runs a line as a shell does, with the program under its name.
  private func shell(_ line: String, in folder: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "modgap() { '\(Program.path)' \"$@\"; }; \(line)"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  private static let names = [
    "it's mine.json", "it'\u{301}s.json", "a b$(touch pwned)`touch pwned`;touch pwned;.json", "-x.json",
    "a\nb.json",
    "cafe\u{301}  \"two\".json", "a``b`c.json", "\u{202e}x\u{85}y.json",
  ]

  @Test(arguments: names) func everyReportSaysACommandThatRuns(name: String) throws {
    let bench = try Workbench()
    try bench.write(Self.config, to: name)
    let set = #"title=it's "two" $HOME"#
    let options = ["--no-figures", "--set", set, "--results", "my 'results'"]
    let program = Program(folder: bench.folder)
    let run = try program.run(["run", "./" + name] + options)
    #expect(run.status == 2, "\(run.errors)")
    let table = try CSV.read("\(bench.folder)/my 'results'/s/verdicts.csv")
    let command = try #require(table["command"]?.cell(0).plain)
    let wanted = ["--only", "g", "--force", "g", "--set", "--results"]
    #expect(wanted.allSatisfy { command.contains($0) }, "\(command)")
    let report = try bench.text("my 'results'/s/report.md")
    #expect(report.contains(command), "the report has it in one piece: \(report)")
    let junit = try bench.text("my 'results'/s/junit.xml")
    let html = try bench.text("my 'results'/s/report.html")
    for text in [junit, html] {
      let plain = [("&#39;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        // By code points: an entity and a combining accent behind it are no one character.
        .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1, options: .literal) }
      #expect(plain.contains(command), "\(text)")
    }
    #expect(run.output.contains(command), "\(run.output)")
    let pasted = try shell(command, in: bench.folder)
    #expect(pasted.status == 2, "\(command): \(pasted.output)")
    #expect(pasted.output.contains("1 computed, 1 cached"), "\(pasted.output)")
    #expect(!FileManager.default.fileExists(atPath: bench.folder + "/pwned"))
    let again = try CSV.read("\(bench.folder)/my 'results'/s/verdicts.csv")
    #expect(again["command"]?.cell(0).plain == command)
    #expect(try bench.text("my 'results'/s/report.md") == report, "it is of the same title")
  }

  @Test func verifyAndReportSayTheirOptionsToo() throws {
    let bench = try Workbench()
    try bench.write(Self.config, to: "it's.json")
    let program = Program(folder: bench.folder)
    let options = ["--results", "r 1", "--set", "seed=4"]
    let before = try program.run(["verify", "it's.json"] + options)
    let advice = try #require(before.errors.components(separatedBy: "run it first: ").last)
    #expect(try shell(advice, in: bench.folder).status == 2, "\(advice)")
    for name in ["verify", "report"] {
      #expect(try program.run([name, "it's.json"] + options).status == 2)
      let table = try CSV.read("\(bench.folder)/r 1/s/verdicts.csv")
      let command = try #require(table["command"]?.cell(0).plain)
      #expect(command == #"modgap run 'it'\''s.json' --set seed=4 --results 'r 1' --only g --force g"#)
    }
    let verify = try program.run(["verify", "it's.json"] + options)
    #expect(
      verify.output.contains(#"modgap run 'it'\''s.json' --set seed=4 --results 'r 1' --only g --force g"#))
  }

  @Test func aManifestIsNamedAsTheManifest() throws {
    let bench = try Workbench()
    try bench.write(Self.config, to: "e.json")
    let program = Program(folder: bench.folder)
    #expect(
      try program.run("run", "e.json", "--set", "seed=4", "--results", "r 1", "--no-figures").status == 2)
    #expect(try program.run("run", "--manifest", "r 1/s/manifest.json", "--no-figures").status == 2)
    let table = try CSV.read("\(bench.folder)/r 1/s/verdicts.csv")
    let command = try #require(table["command"]?.cell(0).plain)
    #expect(command == "modgap run --manifest 'r 1/s/manifest.json' --only g --force g")
    #expect(try shell(command, in: bench.folder).status == 2)
    try FileManager.default.removeItem(atPath: "\(bench.folder)/r 1/.store")
    let task = try program.run("run", "--manifest", "r 1/s/manifest.json", "--task", "g")
    let advice = try #require(task.errors.components(separatedBy: "run that task first: ").last)
    let line = advice.split(separator: "\n").first.map(String.init) ?? ""
    #expect(line == "modgap run --manifest 'r 1/s/manifest.json' --task points", "\(task.errors)")
    #expect(try shell(line, in: bench.folder).status == 0)
  }
}
