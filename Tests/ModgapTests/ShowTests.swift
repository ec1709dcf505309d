import Datasets
import Declarations
import Foundation
import RunSupport
import Testing

/// `modgap show`, run as a user runs it.
@Suite(.enabled(if: Program.isBuilt && Program.hasGnuplot, "needs the built program and gnuplot"))
struct ShowTests {
  private static let config = """
    { "name": "seen", "matrix": { "information": [1, 0], "seed": [0, 1] },
      "data": {
        "pictures": { "kind": "shapes", "count": 20, "size": 16, "context": 30 },
        "worse": { "kind": "shapes", "count": 20, "size": 16, "information": "${information}" },
        "clips": { "kind": "moving-shapes", "count": 5, "size": 16, "frames": 20, "normalize": "none" },
        "chains": { "kind": "proteins", "count": 5, "length": 40 },
        "noise": { "kind": "noise-images", "count": 4, "size": 8 },
        "ids": { "kind": "random-tokens", "count": 4, "context": 7 },
        "vectors": { "kind": "gaussian", "dimensions": 9 }
      },
      "stages": [
        { "id": "tower", "stage": "init", "kind": "encoder",
          "with": { "architecture": "vit", "image": 16, "patch": 8, "width": 8, "layers": 1, "heads": 1, "embedding": 8,
            "data": "worse" } },
        { "id": "gap", "stage": "evaluate", "kind": "cosine-similarity", "from": "tower" } ] }
    """

  private struct Shown {
    let path: String
    let texts: [[String]]
    let pictures: [Int]
    let errors: String
  }

  private func bench() throws -> (Workbench, Program) {
    let bench = try Workbench()
    try bench.write(Self.config, to: "e.json")
    return (bench, Program(folder: bench.folder, bench: bench))
  }

  private func show(_ program: Program, _ arguments: String...) throws -> Shown {
    let result = try program.run(["show", "e.json"] + arguments + ["--json"])
    try #require(result.status == 0, "\(result.errors)")
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
    let items = json["items"]?.array ?? []
    let path = json["path"]?.string ?? ""
    return Shown(
      path: path.hasPrefix("/") ? path : program.folder + "/" + path,
      texts: items.map { $0["texts"]?.array?.compactMap(\.string) ?? [] },
      pictures: items.map { $0["pictures"]?.integer ?? -1 }, errors: result.errors)
  }

  @Test func captionsAreThoseThatTheTokenizerReads() throws {
    let (_, program) = try bench()
    let shown = try show(program, "pictures", "--count", "5")
    let data = try DatasetCatalog.make("shapes", with: ["count": 20, "size": 16], seed: 0)
    let captions = try data.y?.texts(0..<5) ?? []
    for (caption, seen) in zip(captions, shown.texts) {
      let bytes = Array(caption.utf8)
      let expected =
        bytes.count > 28
        ? String(decoding: bytes.prefix(28), as: UTF8.self) + " [first 28 of \(bytes.count) tokens]"
        : caption
      #expect(seen == [expected])
    }
    #expect(shown.pictures == [1, 1, 1, 1, 1])
    #expect(shown.path.hasSuffix("/results/seen/show/pictures.png"))
  }

  /// Every picture of the data is somewhere on the sheet, enlarged by a whole number, to the byte.
  @Test func thePicturesAreOnTheSheetAsTheyAreEncoded() throws {
    let (_, program) = try bench()
    let shown = try show(program, "pictures", "--count", "3")
    let sheet = try ImageFile(shown.path).decode()
    let data = try DatasetCatalog.make(
      "shapes", with: ["count": 20, "size": 16, "normalize": "none"], seed: 0)
    guard case .numbers(let source) = data.x else {
      Issue.record("pictures are numbers")
      return
    }
    var values = [Float](repeating: 0, count: 3 * 256)
    var found = 0
    for item in 0..<3 {
      try values.withUnsafeMutableBufferPointer { try source.write(item, into: #require($0.baseAddress)) }
      let color = { (x: Int, y: Int) in
        SIMD3((0..<3).map { UInt8((values[$0 * 256 + y * 16 + x] * 255).rounded()) })
      }
      let places = (0..<sheet.height - 160).flatMap { y in (0..<sheet.width - 160).map { (x: $0, y: y) } }
      found +=
        places.contains { place in
          sheet[place.x, place.y] == color(0, 0) && sheet[place.x + 159, place.y + 159] == color(15, 15)
            && (0..<160).allSatisfy { y in
              (0..<160).allSatisfy { x in sheet[place.x + x, place.y + y] == color(x / 10, y / 10) }
            }
        } ? 1 : 0
    }
    #expect(found == 3)
  }

  @Test func aStageAndARunAreShown() throws {
    let (_, program) = try bench()
    let first = try show(program, "tower", "--count", "2")
    let data = try DatasetCatalog.make("shapes", with: ["count": 20, "size": 16], seed: 0)
    let captions = try data.y?.texts(0..<2).map { String($0.prefix(60)) } ?? []
    #expect(first.texts.map { String($0[0].prefix(60)) } == captions)
    let worse = try show(program, "tower", "--count", "2", "--run", "information=0,seed=1")
    #expect(worse.texts == [["a picture"], ["a picture"]])
    let set = try show(program, "worse", "--count", "1", "--set", "matrix.information=[0]")
    #expect(set.texts == [["a picture"]])
  }

  @Test func clipsSequencesTokensAndNoiseAreShown() throws {
    let (_, program) = try bench()
    #expect(try show(program, "clips").pictures == [8, 8, 8, 8, 8])
    let chains = try show(program, "chains")
    #expect(chains.texts.allSatisfy { $0[0].hasPrefix("M") && $0[0].contains("[first 38 of ") })
    #expect(chains.texts.allSatisfy { $0[1].hasPrefix("a protein with ") })
    #expect(try show(program, "ids").texts.allSatisfy { $0[0].split(separator: " ").count == 7 })
    let noise = try show(program, "noise", "--output", "deep/n.png")
    #expect(noise.path == program.folder + "/deep/n.png" && noise.pictures == [1, 1, 1, 1])
    #expect(try ImageFile(noise.path).decode().width > 100)
  }

  @Test func whatCannotBeShownIsSaid() throws {
    let (_, program) = try bench()
    func says(_ arguments: String...) throws -> (Int32, String) {
      let result = try program.run(["show", "e.json"] + arguments)
      return (result.status, result.errors)
    }
    let vectors = try says("vectors")
    #expect(vectors.0 == 65 && vectors.1.contains("vectors of 9 numbers"), "\(vectors)")
    let unknown = try says("picture")
    #expect(unknown.0 == 64 && unknown.1.contains("did you mean `pictures`?"), "\(unknown)")
    let run = try says("worse", "--run", "seed=9")
    #expect(run.0 == 64 && run.1.contains("`information=1,seed=0`"), "\(run)")
    #expect(try says("pictures", "--count", "0").0 == 64)
    #expect(try says().0 == 64)
    #expect(try says("pictures", "--output", "/proc/none/x.png").0 == 74)
  }

  /// Captions are data: none of them is a command, a format or a number of gnuplot.
  @Test func hostileCaptionsAreDrawnAsTheyStand() throws {
    let (bench, program) = try bench()
    let captions = [
      "`touch pwned`", "$(touch pwned)", "'; system(\"touch pwned\") #", "\\\"@x %d {/Bold a}_b^c",
      "'\u{301}",
      "кириллица العربية", "\u{202E}reversed", "\u{10FFFD}", String(repeating: "long ", count: 400),
      "line\nbreak\ttab", "", "1e5\\0612",
    ]
    let rows = captions.map { "p.png,\"" + $0.replacing("\"", with: "\"\"") + "\"\n" }.joined()
    try bench.write("path,caption\n" + rows, to: "list.csv")
    // A picture of one white pixel.
    try #require(
      Data(
        base64Encoded:
          "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==")
    ).write(to: URL(fileURLWithPath: bench.folder + "/p.png"))
    try bench.write(
      """
      { "name": "seen", "data": { "list": { "kind": "captioned-images", "path": "list.csv", "size": 8, "context": 4000 } },
        "stages": [ { "id": "s", "stage": "init", "kind": "sphere" } ] }
      """, to: "e.json")
    let shown = try show(program, "list")
    #expect(shown.texts == captions.map { [$0] })
    #expect(!FileManager.default.fileExists(atPath: bench.folder + "/pwned"))
    #expect(shown.errors.contains("no installed font has 1 of the characters"), "\(shown.errors)")
    #expect(try ImageFile(shown.path).decode().width > 100)
  }

  @Test func remarksAreSaid() throws {
    let (bench, program) = try bench()
    try FileManager.default.createDirectory(atPath: bench.folder + "/d/a", withIntermediateDirectories: true)
    try bench.write("GIF89a", to: "d/a/x.gif")
    try FileManager.default.copyItem(
      atPath: try show(program, "pictures", "--count", "1").path, toPath: bench.folder + "/d/a/p.png")
    try bench.write(
      """
      { "name": "seen", "data": { "folder": { "kind": "image-folder", "folder": "d", "size": 32 } },
        "stages": [
          { "id": "tower", "stage": "init", "kind": "encoder",
            "with": { "architecture": "vit", "image": 32, "patch": 16, "width": 8, "layers": 1, "heads": 1,
              "embedding": 8, "data": "folder" } },
          { "id": "gap", "stage": "evaluate", "kind": "cosine-similarity", "from": "tower" } ] }
      """, to: "e.json")
    let shown = try show(program, "folder")
    #expect(shown.texts == [["a photo of a a."]])
    #expect(shown.errors.contains("a/x.gif (GIF)"), "\(shown.errors)")
    // The stage that encodes them says it, too.
    let run = try program.run("run", "e.json", "--no-figures")
    #expect(run.errors.contains("a/x.gif (GIF)"), "\(run.errors)")
    #expect(try bench.text("results/seen/runs/single/log.txt").contains("a/x.gif (GIF)"))
  }
}
