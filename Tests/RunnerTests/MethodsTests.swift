import Datasets
import Declarations
import Foundation
import HDF5
import RunSupport
import Runner
import Testing

/// What was used is in the report, in `embeddings.h5` and in the manifest, computed or cached.
@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct MethodsTests {
  private static let config = """
    { "name": "m",
      "stages": [
        { "id": "clip", "stage": "init", "kind": "clip", "with": {
          "vision": { "image": 16, "patch": 8, "width": 24, "layers": 1, "heads": 3 },
          "text": { "vocabulary": 400, "context": 16, "width": 24, "layers": 1, "heads": 3 }, "embedding": 16,
          "data": { "kind": "shapes", "count": 60, "size": 16, "context": 16, "seed": 0 } } },
        { "id": "stuck", "stage": "train", "kind": "contrastive", "from": "clip",
          "with": { "temperature": 1, "batch": 16, "steps": 3, "held_out": 0, "optimizer": { "lr": 0 } } },
        { "id": "loss", "stage": "evaluate", "kind": "contrastive-loss", "from": "stuck",
          "with": { "temperature": 0.07 } },
        { "id": "all", "stage": "evaluate", "kind": "contrastive-loss", "from": "stuck",
          "with": { "temperature": 0.07, "batch": 0 } } ] }
    """

  @Test func whatWasUsedIsSaidComputedAndCached() throws {
    let bench = try Workbench()
    try bench.write(Self.config, to: "e.json")
    let program = Program(folder: bench.folder, bench: bench)
    let first = try program.run("run", "e.json", "--no-figures")
    #expect(first.status == 0, "\(first.errors)")
    let second = try program.run("run", "e.json", "--no-figures")
    for told in [first.errors, second.errors] {
      for part in [
        "the training has not learnt", "a vocabulary of 400, but the data's tokens are bytes", "60 of 60 ",
        "loss: `batch` is not given",
      ] { #expect(told.contains(part), "\(part) in \(told)") }
      #expect(!told.contains("all: `batch`"))
    }
    for name in ["report.md", "report.html"] {
      let report = try bench.text("results/m/\(name)")
      for part in [
        "the training has not learnt", "Methods", "quick-gelu", "optimizer.weight", "60 of 60",
        "bytes, 259 ids",
      ] {
        #expect(report.contains(part), "\(part) in \(name)")
      }
    }
    #expect(
      try bench.text("results/m/report.md").contains(
        "| loss | evaluate/contrastive-loss | batch | 50 (default) |"))
    let report = try bench.text("results/m/report.md")
    #expect(report.contains("| data.information | 1 (default) |"), "\(report)")
    #expect(report.contains("| data.normalize | clip (default) |"))
    #expect(report.contains("| data.count | 60 |") && report.contains("| data.seed | 0 |"))
    let file = bench.results + "/m/runs/single/embeddings.h5"
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    let methods = try HDF5Image.read(bytes) { try $0.text("methods") }
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(methods.utf8))
    #expect(json["loss"]?["settings"]?["batch"] == 50)
    #expect(json["stuck"]?["settings"]?["optimizer.betas"] == [0.9, 0.98])
    #expect(json["stuck"]?["notices"]?.array?.count == 1)
    #expect(json["clip"]?["settings"]?["tokenizer"] == "bytes, 259 ids")
    let manifest = try Manifest.read(bench.results + "/m/manifest.json")
    #expect(manifest.results["stuck"]?.notes?.notices.count == 1)
    #expect(try bench.text("results/m/tables/loss.csv").hasPrefix("temperature,batch,distance,loss"))
    #expect(try bench.text("results/m/tables/loss.csv").contains("\n0.07,50,"))
    #expect(try bench.text("results/m/tables/all.csv").contains("\n0.07,60,"))
  }

  @Test func exportedModelsAreDescribedBesideThem() throws {
    let bench = try Workbench()
    try bench.write(Self.config, to: "e.json")
    let program = Program(folder: bench.folder, bench: bench)
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    let run = bench.results + "/m/runs/single"
    let config = try JSONDecoder().decode(
      JSONValue.self, from: Data(contentsOf: URL(fileURLWithPath: run + "/config.json")))
    #expect(
      config["model_cfg"]?["vision_cfg"]?["head_width"] == 8 && config["model_cfg"]?["quick_gelu"] == true)
    try bench.write(
      Self.config.replacing(
        #"{ "id": "loss""#,
        with:
          #"{ "id": "more", "stage": "train", "kind": "contrastive", "from": "clip", "with": { "temperature": 0.5, "batch": 16, "steps": 3, "held_out": 0 } }, { "id": "loss""#
      ),
      to: "e.json")
    #expect(try program.run("run", "e.json", "--no-figures").status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: run).filter {
      $0.hasSuffix("config.json")
    }
    #expect(names.sorted() == ["more.config.json", "stuck.config.json"])
    try bench.write(
      #"""
      { "name": "back", "stages": [ { "id": "clip", "stage": "init", "kind": "clip", "with": {
        "weights": "results/m/runs/single/more.safetensors",
        "data": { "kind": "shapes", "count": 60, "size": 16, "context": 16, "seed": 0 } } } ] }
      """#, to: "back.json")
    let back = try program.run("run", "back.json", "--no-figures")
    #expect(back.status == 0, "\(back.errors)")
    #expect(!back.errors.contains("modgap assumes"), "\(back.errors)")
    let (trained, read) = (
      try EmbeddingFile.load(run + "/embeddings.h5:/more/x"),
      try EmbeddingFile.load(bench.results + "/back/runs/single/embeddings.h5:/clip/x")
    )
    #expect(trained == read)
  }
}
