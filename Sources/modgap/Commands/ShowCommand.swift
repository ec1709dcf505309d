import Contracts
import Datasets
import Declarations
import Execution
import ExperimentPlan
import Figures
import Files
import Foundation
import Runner
import Storage

extension Command {
  static let show = Command(
    name: "show",
    summary: "draws items of a data set as an encoder gets them, on a contact sheet with their captions",
    usage: "CONFIG DATA [--count 12] [--output FILE] [--run NAME] [--set PATH=VALUE]",
    examples: [
      (
        "modgap show configs/section4.4.json pictures", "the first 12 items of the entry `pictures` of `data`"
      ),
      ("modgap show configs/figure2.json random-vit --count 30", "items of the data that a stage encodes"),
      (
        "modgap show configs/figure1-modalities.json trained-image-text.validation",
        "items of one parameter of a stage that has several data sets"
      ),
      (
        "modgap show configs/section4.4.json pictures --set data.pictures.seed=1 --output sheet.png",
        "with a changed value, written to another file"
      ),
    ],
    options: [
      .value("--count", "N", "how many items, from the first, at most 100 (default: 12)"),
      .value("--output", "FILE", "the PNG to write (default: RESULTS/NAME/show/DATA.png)"),
      .value("--run", "NAME", "the run whose axis values are used, as `plan` names it (default: the first)"),
      CommonOptions.set, CommonOptions.env, CommonOptions.results, CommonOptions.jobs, CommonOptions.json,
    ]
  ) { arguments in
    try ShowCommand(arguments).run()
  }
}

private struct ShowCommand {
  private let arguments: Arguments
  private let config: String
  private let name: String
  private let count: Int

  init(_ arguments: Arguments) throws {
    guard arguments.positional.count == 2 else {
      throw UsageError.wrongCount(
        found: arguments.positional.count, expected: "a config and one of its data sets", command: "show")
    }
    self.arguments = arguments
    config = arguments.positional[0]
    name = arguments.positional[1]
    count = try arguments.integer("--count", in: 1...100) ?? 12
  }

  func run() throws -> Int32 {
    do {
      return try draw()
    } catch {
      let files = FileSystem.disk(
        catalogueNear: ExperimentArgument.path(of: config, in: arguments.resultsRoot))
      throw error.obtainable { files.catalogued($0)?.command.text }
    }
  }

  private func draw() throws -> Int32 {
    let experiment = try arguments.experiment(config)
    let description = try ShownData(experiment, run: arguments.value("--run")).description(of: name)
    let data = try description.open()
    for remark in try data.remarks() { Terminal.err("note: \(remark)") }
    let items = try read(data, description)
    let sheet = ContactSheet(heading: items.heading(name), items: items.sheet, fonts: .installed())
    let path = try write(try sheet.png(), experiment: experiment.name)
    tell(of: sheet.missing)
    if arguments.has("--json") { try Terminal.out(items.json(path)) } else { try Terminal.out(path + "\n") }
    return 0
  }

  private func read(_ data: PairedData, _ description: DataDescription) throws -> ShownItems {
    let budget = ThreadBudget(jobs: try arguments.jobs())
    budget.acquire()
    defer { budget.release() }
    return try ShownItems(data, description, count: count, budget: budget)
  }

  private func write(_ png: [UInt8], experiment: String) throws -> String {
    let file = name.replacingBytes("/", with: "_") + ".png"
    guard let path = arguments.value("--output") else {
      let results = try ResultsFolder(root: arguments.resultsRoot, experiment: experiment).files
      try OutputFolder(results).write(png, to: "show/\(file)")
      return results.path + "/show/" + file
    }
    try GivenFile.write(png, to: path)
    return path
  }

  private func tell(of missing: Set<Unicode.Scalar>) {
    guard !missing.isEmpty else { return }
    let some = missing.sorted { $0.value < $1.value }.prefix(8).map { String($0) }.joined(separator: " ")
    Terminal.err(
      "note: no installed font has \(missing.count) of the characters (\(some)), so they are shown as code points; "
        + "apt-get install fonts-noto-cjk, or another font that has them")
  }
}
