import DataCatalog
import Declarations
import Execution
import ExperimentConfig
import Files
import Foundation

extension Command {
  static let data = Command(
    name: "data",
    summary: "lists, downloads and verifies the data and weights that experiments read",
    usage: "list | get NAME… | get --for CONFIG | verify [NAME…] | path NAME",
    examples: [
      ("modgap data list", "what there is, what it is for, its size, its licence, and whether it is here"),
      ("modgap data get authors", "downloads all entries whose names begin with `authors-`"),
      ("modgap data get coco-captions coco-val2017 --into /big/data", "two entries, into another folder"),
      ("modgap data get clip-vit-b-32 --from /media/usb", "without a network, from a folder of downloads"),
      ("modgap data get --for configs/paper/figure2.json", "all that this config reads and that is missing"),
      ("modgap data verify", "compares the SHA-256 of everything that is here with what it should be"),
      ("modgap data path clip-vocabulary", "prints where it is"),
    ],
    options: [
      .value("--catalogue", "FILE", "another catalogue (default: \(DataCatalog.usualPath))"),
      .value("--into", "DIR", "the folder of data (default: data)"),
      .value("--for", "CONFIG", "get: what this config reads and does not find, to where it looks for it"),
      .value("--from", "FOLDER", "get: take the downloads from this folder, and use no network"),
      .value(
        "--timeout", "SECONDS",
        "get: give up a server that does not answer, or sends less than 1 kB/s, for so long (default: 20)"),
      .value(
        "--attempts", "N", "get: how often to ask a server that breaks off or is overloaded (default: 5)"),
      CommonOptions.json,
    ]
  ) { arguments in
    guard let action = arguments.positional.first else {
      throw UsageError.wrongCount(
        found: 0, expected: "one of \(DataCommand.actions.joined(separator: ", "))", command: "data")
    }
    let command = try DataCommand(arguments, action)
    switch action {
    case "list": return try command.list()
    case "get": return try command.get()
    case "verify": return try command.verify()
    default: return try command.path()
    }
  }
}

struct DataCommand {
  static let actions = ["list", "get", "verify", "path"]
  private static let optionsOfGet = ["--for", "--from", "--timeout", "--attempts"]

  let arguments: Arguments
  let names: [String]
  let catalog: DataCatalog
  let store: DataStore

  init(_ arguments: Arguments, _ action: String) throws {
    guard Self.actions.contains(action) else {
      throw UsageError.unknownCommand("data \(action)", known: Self.actions.map { "data \($0)" })
    }
    if action != "get", let option = Self.optionsOfGet.first(where: arguments.has) {
      throw UsageError.unknownOption(option, command: "data", known: [])
    }
    names = Array(arguments.positional.dropFirst())
    self.arguments = arguments
    let near = arguments.value("--for").map {
      [ExperimentArgument.path(of: $0, in: arguments.resultsRoot)]
    }
    guard let path = arguments.value("--catalogue") ?? DataCatalog.find(near: near ?? []) else {
      throw CatalogFailure.notFound
    }
    catalog = try DataCatalog(reading: path)
    let said = CatalogueCommand(
      names: [], folder: arguments.value("--into"), catalogue: arguments.value("--catalogue"))
    store = DataStore(said.folder ?? Self.usualFolder, options: said.options)
  }

  /// Relative to the current folder.
  static let usualFolder = "data"

  /// The entries that are named, each once; all where none is.
  private func entries() throws -> [CatalogEntry] {
    guard !names.isEmpty else { return catalog.entries }
    var found: [CatalogEntry] = []
    for entry in try names.flatMap(catalog.entries) where !found.contains(entry) { found.append(entry) }
    return found
  }

  // MARK: - list

  func list() throws -> Int32 {
    guard names.isEmpty else {
      throw UsageError.wrongCount(found: names.count + 1, expected: "only `list`", command: "data")
    }
    if arguments.has("--json") {
      try Terminal.out(json("list", entries: catalog.entries.map(described)))
      return 0
    }
    let width = (catalog.entries.map(\.name.count).max() ?? 0) + 2
    for entry in catalog.entries {
      let size = entry.size.map(ByteCount.text) ?? "size unknown"
      let isHere = store.isHere(entry)
      let mark = Terminal.styled(isHere ? "here" : "-   ", isHere ? .green : .dim)
      try Terminal.out(
        "\(entry.name.padding(to: width))\(size.padding(to: 14))\(mark)  \(entry.purpose) [\(entry.licence)]\n"
      )
    }
    return 0
  }

  private func described(_ entry: CatalogEntry) -> JSONValue {
    .object([
      "name": .string(entry.name), "for": .string(entry.purpose),
      "urls": .array(entry.urls.map { .string($0) }),
      "size": entry.size.map { .number(Double($0)) } ?? .null,
      "sha256": entry.sha256.map { .string($0.hex) } ?? .null, "licence": .string(entry.licence),
      "citation": .string(entry.citation), "unpack": .string(entry.unpack.rawValue),
      "path": .string(store.path(of: entry)), "here": .bool(store.isHere(entry)),
    ])
  }

  func json(_ action: String, entries: [JSONValue], exitStatus: Int32 = 0) -> JSONValue {
    .object([
      "format": "modgap-data", "version": 1, "action": .string(action), "catalogue": .string(catalog.path),
      "folder": .string(store.path), "entries": .array(entries), "exit_status": .number(Double(exitStatus)),
    ])
  }

  // MARK: - get

  func get() throws -> Int32 {
    if let config = arguments.value("--for") { return try get(for: config) }
    guard !names.isEmpty else {
      throw UsageError.wrongCount(
        found: 1, expected: "`get` and the names of what to get, as `modgap data list` shows them",
        command: "data")
    }
    return try GetRun(self, try entries().map { ($0, store) }).run()
  }

  /// - Throws: `ConfigError` where more is wrong with the config than that files are missing.
  private func get(for config: String) throws -> Int32 {
    guard names.isEmpty, !arguments.has("--into"), !arguments.has("--catalogue") else {
      throw UsageError.wrongCount(
        found: names.count + 1,
        expected: "`get` and --for alone, which finds names, folder and catalogue itself",
        command: "data")
    }
    var found: [(entry: CatalogEntry, store: DataStore)] = []
    for command in try missing(of: config) {
      for name in command.names.sorted() {
        for entry in try catalog.entries(named: name) {
          found.append((entry, DataStore(command.folder ?? Self.usualFolder, options: command.options)))
        }
      }
    }
    if found.isEmpty { Terminal.err("\(config): no file that the catalogue has is missing") }
    return try GetRun(self, found).run()
  }

  /// The commands that get the files which the config does not find, one for each folder.
  private func missing(of config: String) throws -> [CatalogueCommand] {
    let found: [CatalogueCommand]
    do {
      let path = ExperimentArgument.path(of: config, in: arguments.resultsRoot)
      found = try MissingItems.commands(for: arguments.loader(of: path).load(path), near: path)
    } catch let error as ConfigError {
      guard error.issues.allSatisfy({ $0.missing != nil }) else { throw error }
      found = error.issues.compactMap { $0.missing?.catalogued }
    }
    return Dictionary(grouping: found, by: \.folder).sorted { ($0.key ?? "") < ($1.key ?? "") }.map {
      folder, commands in
      CatalogueCommand(
        names: commands.reduce(into: []) { $0.formUnion($1.names) }, folder: folder,
        catalogue: commands.first?.catalogue)
    }
  }

  // MARK: - path

  func path() throws -> Int32 {
    guard names.count == 1 else {
      throw UsageError.wrongCount(
        found: names.count + 1, expected: "`path` and one name", command: "data")
    }
    let found = try entries()
    for entry in found where !store.isHere(entry) {
      throw DataFailure.notHere(
        name: entry.name, path: store.path(of: entry), command: ShellCommand(getCommand([entry.name])))
    }
    if arguments.has("--json") {
      try Terminal.out(json("path", entries: found.map(described)))
    } else {
      for entry in found { try Terminal.out(store.path(of: entry) + "\n") }
    }
    return 0
  }

  /// With the options that say which catalogue and which folder, and all others that were given.
  func getCommand(_ names: [String]) -> [String] {
    ["modgap", "data", "get"] + names
      + (["--catalogue", "--into"] + Self.optionsOfGet).flatMap { option in
        arguments.value(option).map { [option, $0] } ?? []
      }
  }

  // MARK: - verify

  func verify() throws -> Int32 {
    let checks = try entries().map { entry in
      try DataCheck(entry, in: store, catalog: catalog.path)
    }
    let told = checks.filter { !names.isEmpty || $0.state != .absent }
    let status = exitStatus(told)
    if arguments.has("--json") {
      try Terminal.out(json("verify", entries: told.map(described), exitStatus: status))
    } else {
      for check in told { try Terminal.out(text(check)) }
      if told.isEmpty {
        Terminal.err("nothing of the catalogue is in \(store.path), so nothing was verified")
      }
    }
    return status
  }

  /// 65 where anything is missing or changed; 3 where something could not be judged, or there was nothing to judge.
  private func exitStatus(_ checks: [DataCheck]) -> Int32 {
    if checks.contains(where: { [.missing, .changed, .absent].contains($0.state) }) {
      return FailureKind.invalidInput.rawValue
    }
    return checks.isEmpty || checks.contains { $0.state == .unrecorded }
      ? FailureKind.nothingEvaluated.rawValue : 0
  }

  private static let mostPaths = 10

  private func text(_ check: DataCheck) -> String {
    let name = check.entry.name
    let get = ShellCommand(getCommand([name]))
    switch check.state {
    case .absent: return "missing   \(name): there is no \(store.path(of: check.entry)); run \"\(get)\"\n"
    case .whole:
      return "ok        \(name)\(check.isRecorded ? "" : " (never recorded, but as the catalogue says)")\n"
    case .unrecorded:
      let how = check.entry.unpack == .none ? "records it" : "downloads it again, and compares and records it"
      return
        "unknown   \(name): \(store.path(of: check.entry)) was never recorded, so there is nothing to compare it with; "
        + "\"\(get)\" \(how)\n"
    case .missing, .changed:
      return lines("changed", name, check.changed) + lines("missing", name, check.missing)
    }
  }

  private func lines(_ what: String, _ name: String, _ paths: [String]) -> String {
    let more = paths.count - Self.mostPaths
    return paths.prefix(Self.mostPaths).map { "\(what)   \(name): \($0)\n" }.joined()
      + (more > 0 ? "\(what)   \(name): … and \(counted(more, "other file"))\n" : "")
  }

  private func described(_ check: DataCheck) -> JSONValue {
    .object([
      "name": .string(check.entry.name), "state": .string(check.state.rawValue),
      "recorded": .bool(check.isRecorded), "path": .string(store.path(of: check.entry)),
      "missing": .array(check.missing.map { .string($0) }),
      "changed": .array(check.changed.map { .string($0) }),
    ])
  }
}
