import Foundation
import RunSupport
import Testing
import modgap

/// What is made from the declarations of commands and options.
@Suite struct HelpTests {
  @Test func theManualHasEveryCommandAndOption() {
    let text = ManPage.text
    for command in Command.all {
      #expect(text.contains(".SS \(ManPage.escaped(command.name))\n"))
      for option in command.options {
        #expect(text.contains("\\fB\(ManPage.escaped(option.name))\\fR"), "\(option.name)")
      }
    }
    // Nothing that roff would take for a request of its own.
    let requests = [".TH", ".SH", ".SS", ".B", ".I", ".TP", ".PP", ".nf", ".fi", ".RS", ".RE"]
    for line in text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
      #expect(requests.contains(String(line.split(separator: " ")[0])), "\(line)")
    }
  }

  @Test(arguments: [".a", "'a", "a-b\\c…"]) func roffIsEscaped(text: String) {
    let escaped = ManPage.escaped(text)
    #expect(!escaped.hasPrefix(".") && !escaped.hasPrefix("'") && !escaped.contains("…"))
    #expect(escaped.replacingOccurrences(of: "\\e", with: "").contains("\\c") == false)
  }

  @Test(arguments: Completions.allCases) func completionsHaveEveryCommandAndOption(shell: Completions) {
    let text = shell.text
    for command in Command.all {
      #expect(text.contains(command.name))
      for option in command.options {
        let name = shell == .fish ? "-l \(option.name.dropFirst(2))" : option.name
        #expect(text.contains(name), "\(shell.rawValue): \(option.name)")
      }
    }
  }

  /// A shell that is here takes its completions; bash offers what it should.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash"), "there is no bash here"))
  func bashCompletes() throws {
    let bench = try Workbench()
    try bench.write(Completions.bash.text, to: "completion.bash")
    func complete(_ words: [String]) throws -> Set<String> {
      let list = words.map { "'\($0)'" }.joined(separator: " ")
      let script =
        "source completion.bash; COMP_WORDS=(\(list)); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _modgap; "
        + "printf '%s\\n' \"${COMPREPLY[@]}\""
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["--norc", "-c", script]
      process.currentDirectoryURL = URL(fileURLWithPath: bench.folder)
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardError = FileHandle.nullDevice
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return Set(String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init))
    }
    #expect(try complete(["modgap", "ve"]) == ["verify"])
    #expect(try complete(["modgap", "run", "--fa"]) == ["--fail-fast", "--failed"])
    #expect(try complete(["modgap", "nightly", "--skip", "c"]) == ["canary", "confirm"])
  }
}
