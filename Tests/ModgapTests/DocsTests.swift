import Declarations
import ExperimentConfig
import Foundation
import RunSupport
import Runner
import Testing
import modgap

/// Every command in the documents is one of this program, and what a newcomer is told to do works.
@Suite struct DocsTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static let documents: [String] =
    ["README.md"]
    + ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/docs")) ?? []).filter {
      $0.hasSuffix(".md")
    }
    .filter { !["reference.md", "reproduction.md"].contains($0) }.map { "docs/\($0)" }.sorted()

  /// The fenced blocks of a language.
  private func blocks(_ document: String, _ language: String) throws -> [String] {
    let text = try String(contentsOfFile: "\(Self.root)/\(document)", encoding: .utf8)
    return text.components(separatedBy: "\n```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  /// The words of each call of the program, up to a pipe, a redirection or a comment.
  private func calls(_ block: String) -> [[String]] {
    block.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n").compactMap { line in
      let words = Self.words(String(line))
      guard let place = words.firstIndex(where: { $0 == "modgap" || $0.hasSuffix("/modgap") }) else {
        return nil
      }
      let rest = words[(place + 1)...].prefix { !["|", "||", ">", "2>", "#", "&&", ";"].contains($0) }
      return Array(rest)
    }
  }

  private static func words(_ line: String) -> [String] {
    var (words, word, quote, isIn) = ([String](), "", Character?.none, false)
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "'" || character == "\"" {
        (quote, isIn) = (character, true)
      } else if character == " " {
        if isIn { words.append(word) }
        (word, isIn) = ("", false)
      } else {
        word.append(character)
        isIn = true
      }
    }
    return isIn ? words + [word] : words
  }

  @Test(arguments: documents) func commandsAreThoseOfTheProgram(document: String) throws {
    for words in try blocks(document, "sh").flatMap(calls) {
      guard let name = words.first, !name.hasPrefix("-"), !name.hasPrefix("…"), name != "COMMAND" else {
        continue
      }
      let command = try #require(Command.all.first { $0.name == name }, "\(document): modgap \(name)")
      let rest = words.dropFirst().filter { $0 != "…" }.map { $0.hasSuffix("…") ? String($0.dropLast()) : $0 }
      #expect(throws: Never.self, "\(document): \(words.joined(separator: " "))") {
        _ = try Arguments(Array(rest), command: name, options: command.options)
      }
      for path in rest where path.hasPrefix("configs/") && path.hasSuffix(".json") && !path.contains("*") {
        #expect(FileManager.default.fileExists(atPath: "\(Self.root)/\(path)"), "\(document): \(path)")
      }
    }
  }

  /// Whole experiments in the documents are valid.
  @Test(arguments: documents) func configsAreValid(document: String) throws {
    let bench = try Workbench()
    for block in try blocks(document, "json") where block.contains("\"stages\"") && block.contains("\"name\"")
    {
      guard block.hasPrefix("{"), !block.contains("…") else { continue }
      let path = try bench.write(block, to: "config.json")
      let loader = ExperimentLoader(grammar: .program, environment: [:])
      do {
        _ = try loader.load(path)
      } catch let error as ConfigError {
        // The reader's own files.
        let issues = error.issues.filter { $0.missing == nil && !$0.found.hasPrefix("no file ") }
        #expect(issues.isEmpty, "\(document): \(error.message)")
      }
    }
  }

  @Test(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
  func theFirstFiveMinutesWork() throws {
    let bench = try Workbench()
    let document = "docs/getting-started.md"
    try FileManager.default.copyItem(atPath: "\(Self.root)/configs", toPath: "\(bench.folder)/configs")
    try bench.write(try #require(blocks(document, "json").first), to: "cones.json")
    let program = Program(folder: bench.folder, bench: bench)
    let commands = try blocks(document, "sh").flatMap(calls)
    #expect(commands.count == 6)
    for words in commands {
      let result = try program.run(
        words + (words[0] == "run" && !words.contains("--no-figures") ? ["--no-figures"] : []))
      let isEdited = words.contains("name=mine")
      #expect(isEdited ? [2, 65].contains(result.status) : result.status == 0, "\(words): \(result.errors)")
    }
    #expect(FileManager.default.fileExists(atPath: "\(bench.results)/cones/tables/cosine.csv"))
  }
}
