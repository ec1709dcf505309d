import ConfigSupport
import Datasets
import Declarations
import ExperimentConfig
import Foundation
import Testing

/// The project's configs that extend another one and name data that few machines have.
@Suite struct FolderConfigTests {
  private func folder() throws -> ConfigFolder {
    let folder = try ConfigFolder()
    for config in GoodConfig.all { try folder.write(config.text, to: "configs/\(config.name)") }
    for name in ["full/figure2.json", "openclipart/figure2.json", "paper/figure2.json"] {
      let file = GoodConfig.root.appendingPathComponent("configs/\(name)")
      try folder.write(try Data(contentsOf: file), to: "configs/\(name)")
    }
    for name in [
      "data/coco/annotations/captions_val2017.json", "data/coco/val2017/1.jpg", "clipart/png/a.png",
      "data/bpe_simple_vocab_16e6.txt.gz", "data/clip-vit-b-32.safetensors", "data/resnet18.safetensors",
      "data/features_clip.npy",
    ] { try folder.write("", to: name) }
    return folder
  }

  @Test func figure2OnClipArtIsValid() throws {
    let folder = try folder()
    let sets = ["pairs", "cone-pairs"].map { "data.\($0).folder=\(folder.path)/clipart" }
    #expect(try folder.problems("configs/openclipart/figure2.json", sets: sets) == "")
    let experiment = try folder.load("configs/openclipart/figure2.json", sets: sets)
    let base = try folder.load("configs/figure2.json")
    #expect(experiment.stages == base.stages && experiment.claims.map(\.id) == base.claims.map(\.id))
    #expect(experiment.data["pairs"]?["count"] == 5000 && experiment.data["cone-pairs"]?["count"] == 200)
  }

  @Test func theNightlysFigure2IsTheDefaultWithMorePictures() throws {
    let folder = try folder()
    #expect(try folder.problems("configs/full/figure2.json") == "")
    let (full, base) = (try folder.load("configs/full/figure2.json"), try folder.load("configs/figure2.json"))
    #expect(
      full.stages == base.stages && full.claims.map(\.id) == base.claims.map(\.id) && full.name != base.name)
    #expect(full.data["pairs"]?["count"] == 1000 && base.data["pairs"]?["count"] == 200)
  }

  @Test func figure2AtThePapersScaleIsValid() throws {
    let folder = try folder()
    #expect(try folder.problems("configs/paper/figure2.json") == "")
    let experiment = try folder.load("configs/paper/figure2.json")
    let trained = try #require(experiment.stages.first { $0.id == "trained" })
    #expect(trained.kind == "clip" && !trained.isOptional && trained.with["path"] == nil)
    #expect(experiment.data["pairs"]?["seed"] == nil && experiment.data["pairs"]?["count"] == 5000)
  }

  /// Where a kind of data says which command gets the folder that it reads by default.
  @Test func aDefaultFolderThatIsMissingNamesItsCommand() throws {
    let folder = try ConfigFolder()
    let kinds = DatasetCatalog.signatures.map { kind in
      DataSignature(
        kind: kind.kind, summary: kind.summary,
        parameters: kind.parameters.map { parameter in
          guard case .folder = parameter.type, parameter.defaultValue != nil else { return parameter }
          return .defaulted(parameter.name, .folder, .string("\(folder.path)/none"), "a folder")
        }, source: kind.source, obtain: kind.obtain)
    }
    let grammar = Grammar(
      stages: grammar.stages, figures: grammar.figures, checks: grammar.checks,
      data: kinds.filter { $0.kind == "fashion-mnist" })
    func problems(_ more: String) throws -> String {
      try folder.write(
        """
        { "name": "a", "data": { "d": { "kind": "fashion-mnist"\(more) } }, "stages": [
          { "id": "s", "stage": "init", "kind": "clip", "with": { "preset": "ViT-B-32", "data": "d" } } ] }
        """)
      return try folder.problems(by: grammar)
    }
    let command = "run \"make fashion-mnist\" to download it"
    #expect(try problems("").contains("<folder>/none is missing: \(command)"))
    #expect(try problems(", \"folder\": \"\(folder.path)/none\"").contains(command))
    let elsewhere = try problems(", \"folder\": \"\(folder.path)/mine\"")
    #expect(elsewhere.contains("found no folder <folder>/mine") && !elsewhere.contains("make"))
    #expect(try problems(", \"folder\": \"\(folder.path)\"") == "")
  }

  @Test func whatThePapersScaleNeedsIsNamed() throws {
    let folder = try ConfigFolder()
    for name in ["figure2.json", "full/figure2.json", "paper/figure2.json"] {
      let file = GoodConfig.root.appendingPathComponent("configs/\(name)")
      try folder.write(try Data(contentsOf: file), to: "configs/\(name)")
    }
    let problems = try folder.problems("configs/paper/figure2.json")
    #expect(problems.contains("found no file <folder>/data/coco/annotations/captions_val2017.json"))
    #expect(problems.contains("found no file <folder>/data/clip-vit-b-32.safetensors"))
  }
}
