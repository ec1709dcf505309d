import Declarations
import Execution
import Files
import Runner

extension Command {
  static let export = Command(
    name: "export",
    summary: "writes the embeddings of a stage, as its shifts leave them, for NumPy or anndata",
    usage: "CONFIG STAGE --npy DIR | --h5ad FILE [--run NAME] [--member N] [--set PATH=VALUE]",
    examples: [
      (
        "modgap export configs/interventions.json centred --npy centred",
        "x.npy and y.npy, float32, row i of y the partner of row i of x; else partner.npy says which"
      ),
      (
        "modgap export configs/interventions.json whitened --h5ad whitened.h5ad",
        "one file that anndata.read_h5ad opens: rows of x, then of y; obs has modality, item and row"
      ),
      (
        "modgap export configs/figure3.json moved --member 20 --npy moved",
        "one of the shifts of a sweep; without --member, they are listed"
      ),
    ],
    options: [
      .value("--npy", "DIR", "the folder for x.npy and y.npy"),
      .value("--h5ad", "FILE", "the file in anndata's layout"),
      .value("--run", "NAME", "the run, as `plan` names it (default: the first)"),
      .value("--member", "N", "which of several sets of embeddings, from 0: a shift of a sweep, a layer"),
      CommonOptions.set, CommonOptions.env, CommonOptions.results, CommonOptions.jobs,
    ]
  ) { arguments in
    try ExportCommand(arguments).run()
  }
}

private struct ExportCommand {
  private enum Target {
    case folder(String)
    case file(String)
  }

  private let arguments: Arguments
  private let target: Target

  init(_ arguments: Arguments) throws {
    guard arguments.positional.count == 2 else {
      throw UsageError.wrongCount(
        found: arguments.positional.count, expected: "a config and one of its stages", command: "export")
    }
    switch (arguments.value("--npy"), arguments.value("--h5ad")) {
    case (let folder?, nil): target = .folder(folder)
    case (nil, let file?): target = .file(file)
    default:
      throw UsageError.wrongCount(
        found: 2, expected: "a config, a stage, and one of --npy DIR and --h5ad FILE", command: "export")
    }
    self.arguments = arguments
  }

  func run() throws -> Int32 {
    let loaded = try arguments.load(named: arguments.positional[0])
    let budget = ThreadBudget(jobs: try arguments.jobs())
    budget.acquire()
    defer { budget.release() }
    let export = try StageExport(
      loaded.plan, stage: arguments.positional[1], run: arguments.value("--run"),
      member: try arguments.integer("--member", in: 0...1_000_000), resultsRoot: arguments.resultsRoot,
      recipe: arguments.recipe(loaded.config), budget: budget)
    switch target {
    case .folder(let folder):
      for (name, bytes) in try export.arrays() { try write(bytes, to: "\(folder)/\(name)") }
    case .file(let path): try write(export.annData(), to: path)
    }
    return 0
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try GivenFile.write(bytes, to: path)
    try Terminal.out(path + "\n")
  }
}
