import Claims
import Contracts
import ExperimentConfig
import Foundation
import Testing

@testable import Figures

/// Draws with the real gnuplot; skipped where there is none.
@Suite("Rendering", .enabled(if: Gnuplot.find() != nil, "gnuplot is not installed"))
struct RenderingTests {
  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("figures-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  static let tables: [String: Table] = [
    "loss": ScriptTests.losses, "pca": ScriptTests.points,
    "cos.histogram": table(
      ["modality", "bin_low", "bin_high", "pairs"], [["x", 0.1, 0.2, 4], ["x", 0.2, 0.3, 6]]),
  ]

  @Test(arguments: [
    ScriptTests.landscape, #"{"kind": "scatter", "table": "pca", "title": "a_b^2 `x` 'q' {} %d τ"}"#,
    #"{"kind": "arrows", "table": "pca", "legend": "auto", "caption": "(a) shifting"}"#,
    #"{"kind": "histogram", "table": "cos.histogram", "where": {"modality": "x"}}"#,
    #"{"kind": "sphere", "mismatched": false}"#, #"{"kind": "sphere", "pairs": 1, "elevation_degrees": -40}"#,
    #"{"kind": "lines", "table": "none", "x": "x", "y": "y"}"#,
    #"""
    {"kind": "panels", "columns": 2, "row_titles": ["one", "two"], "column_titles": ["a", "b"], "title": "T",
     "panels": [{"kind": "sphere"}, {"kind": "scatter", "table": "pca", "caption": "c"},
       {"kind": "lines", "table": "none", "x": "x", "y": "y", "caption": "missing"},
       {"kind": "panels", "panels": [{"kind": "scatter", "table": "pca", "legend": "none"}]}]}
    """#,
  ])
  func everyKindInEveryFormatWithoutAWarning(config: String) throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("figure.gp")
    try Data(ScriptTests.script(config, Self.tables).utf8).write(to: script)
    let drawing = try draw(script, timeout: 60)
    #expect(drawing == .drawn(files: ["figure.svg", "figure.png", "figure.pdf"], warnings: ""))
    for (file, magic) in [("figure.svg", "<?xml"), ("figure.png", "\u{89}PNG"), ("figure.pdf", "%PDF")] {
      let data = try Data(contentsOf: folder.appendingPathComponent(file))
      #expect(data.count > 1000)
      #expect(data.prefix(magic.unicodeScalars.count) == Data(magic.unicodeScalars.map { UInt8($0.value) }))
    }
  }

  @Test func aBrokenScriptGivesGnuplotsOwnWords() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("broken.gp")
    try Data("plot nonsense(x)\n".utf8).write(to: script)
    do {
      _ = try draw(script)
      Issue.record("a broken script was drawn")
    } catch let failure as FigureFailure {
      #expect(failure.sentence.contains("broken.gp") && failure.sentence.contains("nonsense"))
    }
  }

  @Test func aScriptThatNeverEndsIsStopped() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("slow.gp")
    try Data("pause 30\n".utf8).write(to: script)
    #expect(throws: FigureFailure.gnuplotTooSlow(script: "slow.gp", seconds: 0.3)) {
      try draw(script, timeout: 0.3)
    }
  }
}

@Suite("Without gnuplot")
struct WithoutGnuplotTests {
  @Test func oneSentenceSaysSo() throws {
    let drawing = try draw(
      URL(fileURLWithPath: "/nonexistent/figure.gp"), environment: ["PATH": "/nonexistent"])
    #expect(drawing == .gnuplotMissing(Gnuplot.missingSentence))
    #expect(!Gnuplot.missingSentence.contains("\n"))
  }
}
