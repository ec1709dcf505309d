import DataCatalog
import Declarations
import Execution
import Files
import Foundation

/// `modgap data get`: one entry after the other; one that fails does not keep the others from being got.
struct GetRun {
  private let command: DataCommand
  private let entries: [(entry: CatalogEntry, store: DataStore)]
  private let interruption: Interruption
  private let bar = TransferBar()

  init(_ command: DataCommand, _ entries: [(entry: CatalogEntry, store: DataStore)]) {
    self.command = command
    self.entries = entries
    interruption = Interruption(resumeCommand: ShellCommand(command.getCommand(command.names)))
  }

  func run() throws -> Int32 {
    tellOfOtherFolder()
    let how = try acquisition()
    var failed: (any Failure)?
    var results: [JSONValue] = []
    for (entry, store) in entries {
      do {
        let result = try DataGetter(catalog: command.catalog, store: store, how: how).get(entry)
        bar.clear()
        results.append(
          .object([
            "name": .string(entry.name), "result": .string(result.rawValue),
            "path": .string(store.path(of: entry)),
          ]))
        try tell(entry, store, result)
      } catch is Cancelled {
        bar.clear()
        interruption.tellHowToResume()
        return interruption.exitStatus ?? 130
      } catch let failure as any Failure where !(failure is OutputFailure) {
        bar.clear()
        Terminal.errLines(
          Terminal.styled("modgap: ", .red, onError: true) + PlainText.escaped(failure.message))
        results.append(
          .object(["name": .string(entry.name), "result": "failed", "message": .string(failure.message)]))
        failed = failed ?? failure
      }
    }
    let status = failed?.kind.rawValue ?? 0
    if command.arguments.has("--json") {
      try Terminal.out(command.json("get", entries: results, exitStatus: status))
    }
    return status
  }

  private func acquisition() throws -> Acquisition {
    let environment = ProcessInfo.processInfo.environment
    let bar = bar
    return Acquisition(
      folder: command.arguments.value("--from"), mirror: environment["MODGAP_MIRROR"],
      timeout: try command.arguments.integer("--timeout", in: 1...3600) ?? 20,
      attempts: try command.arguments.integer("--attempts", in: 1...100) ?? 5,
      environment: environment, cancellation: interruption.cancellation, tell: bar.receive)
  }

  private func tell(_ entry: CatalogEntry, _ store: DataStore, _ result: DataGetter.Result) throws {
    let path = store.path(of: entry)
    let record = store.recordPath(of: entry)
    let basis = entry.sha256 == nil ? "recorded in \(record)" : "as the catalogue says"
    switch result {
    case .got: Terminal.err("\(entry.name): done; SHA-256 \(basis)")
    case .here: Terminal.err("\(entry.name): here already, and unchanged")
    case .recorded:
      Terminal.err("\(entry.name): was here already, and is now recorded in \(record); SHA-256 \(basis)")
    }
    if !command.arguments.has("--json") { try Terminal.out(path + "\n") }
  }

  /// Configs look in the folder that the variable names.
  private func tellOfOtherFolder() {
    guard command.arguments.value("--into") == nil, !command.arguments.has("--for"),
      let other = ProcessInfo.processInfo.environment["MODGAP_DATA"], !other.isEmpty,
      Paths.real(other) == nil || Paths.real(other) != Paths.real(command.store.path)
    else { return }
    Terminal.err(
      "note: MODGAP_DATA is \(other), where configs look for the authors' arrays; this gets data into "
        + "\(command.store.path): add --into \(ShellWord.quoted(other)) to get them there")
  }
}
