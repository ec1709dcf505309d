import Contracts
import DataCatalog
import Declarations
import Files
import Foundation
import RunSupport
import Storage
import Testing

/// The configs of configs/paper as `make reproduce-paper-…` runs them, on files with the names, layouts, shapes and types of the
/// real ones and random values: Tests/standins makes them.
///
/// Random values cannot give the paper's numbers. So claims fail here, as they must; what is tested is that each of them is judged.
@Suite(
  .enabled(
    if: StandIns.isPossible, "needs the built program and a Python with NumPy and Pillow (MODGAP_PYTHON)"))
struct PaperConfigTests {
  @Test func everyConfigOfThePaperGetsItsDataRunsAndIsJudged() throws {
    let standIns = try StandIns()
    try hasTheSizesOfTheCatalogue(standIns)
    #expect(try standIns.run(["data", "get"] + StandIns.authors + ["--from", standIns.made]).status == 0)
    #expect(StandIns.configs.count >= 12)
    for config in StandIns.configs { try getAndRun(config, standIns) }
    try otherNamesAreTheSameNetwork(standIns)
  }

  /// With the right names, shapes and types a file is as long as the real one. That of ResNet-18 is padded otherwise.
  private func hasTheSizesOfTheCatalogue(_ standIns: StandIns) throws {
    let catalog = try DataCatalog(reading: StandIns.root.appendingPathComponent("configs/data.json").path)
    for (name, padding) in [("clip-vit-b-32", 0), ("clip-vit-b-16", 0), ("resnet18", 7)] {
      let entry = try #require(try catalog.entries(named: name).first)
      let size = try #require(FileStatus("\(standIns.made)/\(entry.into)")?.size)
      #expect(abs(Int(size) - (entry.size ?? 0)) <= padding, "\(name): \(size)")
    }
  }

  private func getAndRun(_ config: String, _ standIns: StandIns) throws {
    let path = "configs/paper/\(config).json"
    let got = try standIns.run(["data", "get", "--for", path, "--from", standIns.made])
    #expect(got.status == 0, "\(config): \(got.errors)")
    let again = try standIns.run(["data", "get", "--for", path, "--from", standIns.made])
    #expect(again.errors.contains("no file that the catalogue has is missing"), "\(config): \(again.errors)")
    let run = try standIns.run(["run", path, "--jobs", "2"] + StandIns.smaller(config))
    let said = run.output + run.errors
    // The numbers of the tables have no chance in them: claims on them fail and are not undecided.
    let statuses: [Int32] = config.hasPrefix("table") ? [2] : [0, 2, 3]
    #expect(statuses.contains(run.status), "\(config): \(said)")
    #expect(!said.contains("has no row"), "\(config): \(said)")
    let results = "\(standIns.bench.results)/paper-\(config)"
    let verdicts = try CSV.read(results + "/verdicts.csv")
    let found = (0..<verdicts.rowCount).compactMap { verdicts["verdict"]?.cell($0).plain }
    #expect(found.count > 2 && Set(found).isSubset(of: StandIns.judged), "\(config): \(found)")
    let figures = try FileManager.default.contentsOfDirectory(atPath: results + "/figures")
    let scripts = figures.filter { $0.hasSuffix(".gp") }
    #expect(!scripts.isEmpty, "\(config)")
    guard Program.hasGnuplot else { return }
    for script in scripts { #expect(figures.contains(script.dropLast(2) + "png"), "\(config): \(script)") }
  }

  /// Hugging Face's names, and OpenAI's half precision.
  private func otherNamesAreTheSameNetwork(_ standIns: StandIns) throws {
    func distances(_ name: String) throws -> [Double] {
      let run = try standIns.run(
        ["run", "configs/paper/table2.json", "--only", "coco-gap", "--no-figures", "--results", name],
        ["MODGAP_CLIP": "\(standIns.made)/clip-vit-b-32-\(name).safetensors"])
      #expect([0, 2, 3].contains(run.status), "\(name): \(run.errors)")
      let table = try CSV.read("\(standIns.bench.folder)/\(name)/paper-table2/tables/coco-gap.csv")
      return (0..<table.rowCount).compactMap { table["distance"]?.cell($0).number }
    }
    let single = try standIns.bench.column("distance", of: "paper-table2/tables/coco-gap.csv")
    #expect(single.count == 5)
    #expect(try distances("hugging-face") == single)
    // Weights are rounded to 11 bits, 5e-4 of their size: in 24 blocks that may add up, not cancel, to a hundredth.
    for (rounded, exact) in zip(try distances("half"), single) { #expect(abs(rounded - exact) < 0.012) }
  }
}

/// A project with the configs, and a folder with stand-ins for all that they read.
private final class StandIns {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let isPossible = Program.isBuilt && (try? python(["-c", "import numpy, PIL"])) == 0
  static let judged: Set<String> = ["pass", "fail", "differs", "inconclusive"]
  static let authors = ["clip", "videoclip", "convirt", "clasp"].flatMap {
    ["authors-\($0)", "authors-\($0)-random"]
  }
  static let configs: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("configs/paper").path))
    ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()

  let bench: Workbench
  var made: String { bench.folder + "/made" }

  init() throws {
    bench = try Workbench()
    let script = Self.root.appendingPathComponent("Tests/standins/standins.py").path
    guard try Self.python([script, made, "--naming", "--archives"]) == 0 else { throw Unmade() }
    let configs = URL(fileURLWithPath: bench.folder + "/configs")
    try FileManager.default.copyItem(at: Self.root.appendingPathComponent("configs"), to: configs)
    // Sizes and digests are those of the real files.
    let catalogue = try bench.text("configs/data.json").replacing(/"(size|sha256)": ("[^"]*"|\d+)/) {
      "\"\($0.1)\": null"
    }
    try FileManager.default.removeItem(at: configs.appendingPathComponent("data.json"))
    try bench.write(catalogue, to: "configs/data.json")
  }

  private struct Unmade: Error {}

  private static func python(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// In the project, whatever files this machine's variables name.
  func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Program.Result {
    let names = [
      "DATA", "MIRROR", "CLIP", "CLIP_B16", "CLIP_VOCABULARY", "RESNET18", "COCO", "CIFAR10", "CIFAR100",
      "EUROSAT", "SVHN", "FAIRFACE", "HATEFUL_MEMES",
    ]
    let unset = Dictionary(uniqueKeysWithValues: names.map { ("MODGAP_" + $0, "") })
    return try Program(folder: bench.folder, environment: unset.merging(environment) { $1 }).run(arguments)
  }

  // MARK: - Smaller experiments

  private static let vision = #""image": 224, "patch": 16, "width": 48, "layers": 1, "heads": 3"#
  private static let text = #""vocabulary": 49408, "context": 77, "width": 48, "layers": 1, "heads": 3"#

  /// A step of ViT-B/16 takes seconds and gigabytes: trainings have narrow towers, and the few items that there are.
  private static func narrow(_ more: String) -> String {
    "stages.clip.with={\"vision\": {\(vision)}, \"text\": {\(text)}, \(more)}"
  }

  private static let tuned =
    #""embedding": 32, "activation": "quick-gelu", "weights": "made/clip-small.safetensors", "data": "test""#
  private static let pair =
    #"{"x": {"architecture": "vit", \#(vision)}, "y": {"architecture": "text", \#(text)}, "embedding": 32, "data": "pictures"}"#

  private static func counts(_ names: String...) -> [String] { names.map { "data.\($0).count=12" } }

  private static let sets: [String: [String]] = [
    "figure2": ["matrix.seed=[0, 1]"]
      + counts("pairs", "cone-pairs", "clip-pairs", "noise-images", "random-tokens"),
    "figureS8": [narrow(tuned), "matrix.seed=[0]", "stages.tuned.with.batch=6"] + counts("pictures", "test"),
    "mismatch": [narrow(tuned), "matrix.seed=[0]", "stages.tuned.with.batch=6"]
      + counts("pairs", "wrong-pairs", "test"),
    "figureS16": [
      narrow(#""embedding": "${embedding}", "data": "test""#), "matrix.seed=[0]",
      "stages.trained.with.batch=6",
    ] + counts("pictures", "test"),
    "section4.4": [
      narrow(#""embedding": 32, "data": "pictures", "align": "${align}""#), "matrix.seed=[0]",
      "stages.before.with.batch=6", "stages.before.with.held_out=12", "stages.trained.with.batch=6",
      "stages.trained.with.held_out=12",
    ] + counts("pictures"),
    "figure1-modalities": [
      "matrix.seed=[0]", "stages.image-text.with=\(pair)", "stages.resnet50-text.with.x.width=8",
      "stages.resnet50-text.with.y.layers=1", "stages.trained-video-text.with.steps=2",
      "stages.trained-sequence-text.with.steps=2",
    ]
      + ["image", "video", "resnet50", "sequence"].map { "stages.trained-\($0)-text.with.batch=6" }
      + counts("pictures", "more-pictures", "clips", "more-clips", "sequences", "more-sequences"),
  ]

  static func smaller(_ config: String) -> [String] { (sets[config] ?? []).flatMap { ["--set", $0] } }
}
