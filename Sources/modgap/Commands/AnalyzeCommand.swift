import Declarations
import Execution
import ExperimentConfig
import Figures
import Files
import Foundation
import Metrics
import Runner

extension Command {
  static let analyze = Command(
    name: "analyze",
    summary:
      "measures two matrices of paired embeddings, or one: the gap, retrieval, interventions, warnings, on one page",
    usage: "X [Y] [--map FILE] [--ids FILE] [--labels FILE] [--temperature T] [--out DIR]",
    examples: [
      ("modgap analyze image.npy text.npy", "row i of both files is a pair; into results/image/"),
      ("modgap analyze features_clip.npy", "one file with both sides, of shape (2, n, d)"),
      (
        "modgap analyze img_emb text_emb --out laion",
        "folders of numbered shards, as clip-retrieval writes them"
      ),
      (
        "modgap analyze e.h5:/image e.h5:/text --labels class.csv",
        "members of one file; points are coloured by label"
      ),
      ("modgap analyze image.npz:emb text.npz:emb --map image-of-text.npy", "several texts for each image"),
    ],
    options: [
      .value("--map", "FILE", "for each row of Y its row of X, from 0 (default: row i belongs with row i)"),
      .value(
        "--ids", "FILE",
        "an id for each row of X: .csv or .txt with one column, or an array of strings or integers"),
      .value("--labels", "FILE", "a label for each row of X, in such a file"),
      .value("--temperature", "T", "of the contrastive loss (default: 0.01, to which CLIP was trained)"),
      .value("--out", "DIR", "the folder of what is written (default: results/ and the name of X)"),
      CommonOptions.jobs,
    ]
  ) { arguments in
    try AnalyzeCommand(arguments).run()
  }
}

private struct AnalyzeCommand {
  private let arguments: Arguments
  private let temperature: Double
  private let out: String

  private static let usualTemperature = 0.01

  init(_ arguments: Arguments) throws {
    guard (1...2).contains(arguments.positional.count) else {
      throw UsageError.wrongCount(
        found: arguments.positional.count, expected: "one matrix of embeddings, or two", command: "analyze")
    }
    self.arguments = arguments
    temperature = try arguments.number("--temperature", in: 1e-6...1e6) ?? Self.usualTemperature
    out = arguments.value("--out") ?? "results/\(Self.stem(arguments.positional[0]))"
  }

  /// A name that is no folder's becomes one.
  private static func stem(_ path: String) -> String {
    let stem = GivenArrays.stem(path)
    return ConfigNames.isName(stem) ? stem : "embeddings"
  }

  func run() throws -> Int32 {
    try KernelTrust().check { Terminal.err("modgap: " + $0) }
    let interruption = Interruption(resumeCommand: ShellCommand(CommandLine.arguments))
    let budget = ThreadBudget(jobs: try arguments.jobs(), cancellation: interruption.cancellation)
    let pairs = try pairs()
    let texts = try (texts("--ids", pairs.total), texts("--labels", pairs.total))
    let plane = try GapPlane(pairs.x, pairs.y)
    let config = AnalysisConfig(pairs: pairs, temperature: temperature, hasGap: plane.hasGap)
    let folder = try OutputFolder(out)
    guard let results = try measure(config, interruption) else {
      interruption.tellHowToResume()
      return interruption.exitStatus ?? FailureKind.leaseTimeout.rawValue
    }
    budget.acquire()
    defer { budget.release() }
    let near = try PairNeighbours(
      pairs.x, pairs.y, k: min(AnalysisConfig.nearest, pairs.x.rows - 1), budget)
    let pictures = AnalysisPictures(
      pairs: pairs, results: results, plane: plane, neighbours: near, temperature: temperature)
    let points = try AnalysisPoints(
      pairs: pairs, results: results, plane: plane, axes: pictures.axes, neighbours: near, ids: texts.0,
      labels: texts.1
    ).points(budget)
    let drawn = try pictures.write(to: folder, budget)
    try write(config, results, points, drawn, to: folder)
    return 0
  }

  // MARK: - What goes in

  private func pairs() throws -> AnalyzedPairs {
    let inputs = "\(out)/\(AnalysisConfig.inputs)"
    let (first, second) = (arguments.positional[0], arguments.positional.dropFirst().first)
    let x = try GivenArrays(first, inputs: inputs)
    if second != nil, x.sides.count == 2 { throw AnalyzeFailure.hasBothSides(path: first) }
    let map = arguments.value("--map")
    if map != nil, second == nil, x.sides.count == 1 { throw AnalyzeFailure.mapWithoutY }
    var selection = PairSelection(inputs: inputs, map: map)
    return try selection.pairs(x: x, y: second.map { y in { try GivenArrays(y, inputs: inputs) } })
  }

  private func texts(_ option: String, _ rows: Int) throws -> [String]? {
    try arguments.value(option).map {
      try RowTexts.load($0, rows: rows, what: String(option.dropFirst(2)))
    }
  }

  // MARK: - The run

  private var configPath: String { "\(out)/analysis.json" }
  private var recipe: RunRecipe { RunRecipe(config: configPath, results: out) }

  /// Computes one metric anew: in a folder of its own, where there is no cache.
  private func command(for metric: String) -> ShellCommand {
    let stage = AnalysisConfig.metricsStage
    let one = RunRecipe(
      config: configPath, overrides: ["stages.\(stage).with.metrics=[\"\(metric)\"]"], results: "\(out)/again"
    )
    return one.command(["--only", stage])
  }

  /// Nil where it was interrupted.
  private func measure(_ config: AnalysisConfig, _ interruption: Interruption) throws -> AnalysisResults? {
    try GivenFile.write(config.json.pretty + "\n", to: configPath)
    let loaded = try arguments.load(named: configPath, toRun: true)
    var options = RunOptions(jobs: try arguments.jobs())
    (options.drawsFigures, options.recipe) = (false, recipe)
    let ready = ConfigRun.Ready(plan: loaded.plan, digests: loaded.digests, options: options, files: [])
    let run = ConfigRun(config: configPath, recipe: recipe, ready: .success(ready))
    let batch = ConfigBatch(runs: [run], root: out, jobs: options.jobs, isSeveral: false)
    do {
      let ending = try batch.run(interruption.cancellation)[0]
      let summary = try ending.summary.get()
      if summary.wasInterrupted { return nil }
      var results = try AnalysisResults(
        config, folder: "\(out)/\(AnalysisConfig.name)", summary: summary)
      for place in results.metrics.indices {
        results.metrics[place].command = command(for: results.metrics[place].name)
      }
      return results
    } catch is Cancelled {
      return nil
    }
  }

  // MARK: - What comes out

  private func write(
    _ config: AnalysisConfig, _ results: AnalysisResults, _ points: AnalysisPage.Points,
    _ drawn: (pictures: [AnalysisPage.Picture], notes: [String]), to folder: OutputFolder
  ) throws {
    let answer = AnalysisAnswer(pairs: config.pairs, results: results)
    let checks = AnalysisChecks(pairs: config.pairs, results: results).all
    if results.interventions.count > 1 {
      try folder.write(
        CSV.encode(AnalysisPictures.table(of: results.interventions)),
        to: "\(AnalysisPictures.tables)/interventions.csv")
    }
    var page = AnalysisPage.Contents(
      title: "Analysis of " + config.pairs.titles.joined(separator: " and "), sentences: answer.sentences)
    (page.warnings, page.metrics, page.points) = (checks, results.metrics, points)
    page.pictures = drawn.pictures
    page.config = ConfigListing(source: config.json, name: "analysis.json")
    page.command = recipe.command()
    page.notes = config.pairs.notes + results.notes + drawn.notes
    let (shown, total) = (config.pairs.x.rows, config.pairs.total)
    page.facts = [
      Report.Fact("items", shown == total ? "\(total)" : "\(shown) of \(total)"),
      Report.Fact("dimensions", "\(config.pairs.x.columns)"),
      Report.Fact("tables", "\(AnalysisConfig.name)/tables, \(AnalysisPictures.tables)"),
    ]
    try folder.write(analysisPage(page), to: "analysis.html")
    try tell(page, answer)
  }

  private func tell(_ page: AnalysisPage.Contents, _ answer: AnalysisAnswer) throws {
    var text = page.sentences.joined(separator: "\n") + "\n\n" + answer.table + "\n"
    for warning in page.warnings where warning.isRaised {
      text += Terminal.styled("warning: ", .yellow) + "\(warning.name): \(warning.score). \(warning.remedy)\n"
    }
    text += "\(counted(page.warnings.count { !$0.isRaised }, "check")) passed\n"
    for note in page.notes { text += "note: \(note)\n" }
    text += "\npage: \(out)/analysis.html\nagain: \(recipe.command())\n"
    if let first = page.metrics.first { text += "one metric: \(command(for: first.name))\n" }
    try Terminal.out(text)
  }
}
