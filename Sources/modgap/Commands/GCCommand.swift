import Declarations
import Runner

extension Command {
  static let gc = Command(
    name: "gc",
    summary:
      "lists stored artefacts that no results folder needs any more, and removes them on request; "
      + "the artefacts of a killed run are kept until a run of another plan of the same name has ended",
    usage: "[--delete] [--lease-timeout SECONDS] [--forget FOLDER] [--results DIR] [--json]",
    examples: [
      ("modgap gc", "a dry run: what would be removed, and how many bytes"),
      ("modgap gc --delete", "removes it"),
      (
        "modgap gc --forget ../old/results",
        "ignore a results folder that shared this store and no longer exists"
      ),
    ],
    options: [
      .flag("--delete", "remove what the dry run lists"),
      .value(
        "--lease-timeout", "SECONDS",
        "how long to wait for a run that starts or for another gc (default: a day)"),
      .value(
        "--forget", "FOLDER", "ignore this results folder, which no longer exists (repeatable)", repeats: true
      ),
      CommonOptions.results, CommonOptions.json,
    ]
  ) { arguments in
    let collector = try GarbageCollector(resultsRoot: arguments.resultsRoot)
    for folder in arguments.all("--forget") {
      let isKnown = try collector.forget(folder)
      Terminal.err(isKnown ? "\(folder): forgotten" : "\(folder): this store does not know this folder")
    }
    let deletes = arguments.has("--delete")
    var found: GarbageCollector.Garbage?
    var left: [GarbageCollector.Stranger] = []
    if deletes {
      let timeout = try arguments.number("--lease-timeout", in: 0...1e9) ?? 24 * 3600
      left = try collector.collect(timeout: timeout) { found = $0 }
    } else {
      found = try collector.find()
    }
    guard let garbage = found else { return 0 }
    tell(garbage, left, arguments)
    if arguments.has("--json") {
      try Terminal.out(garbage.json(deleted: deletes, left: left))
      return 0
    }
    let names = Set(left.map { ExactString($0.name) })
    let gone = garbage.items.filter { !names.contains(ExactString($0.name)) }
    for item in gone {
      try Terminal.out("\(ByteCount.text(item.bytes))  \(item.name)  \(item.why)\n")
    }
    let verb = deletes ? "removed" : "would be removed by --delete"
    try Terminal.out(
      "\(gone.count) of \(counted(garbage.total, "artefact")), "
        + "\(ByteCount.text(gone.reduce(0) { $0.adding(bounded: $1.bytes) })), \(verb); \(ByteCount.text(garbage.keptBytes)) kept\n"
    )
    return 0
  }

  private static func tell(
    _ garbage: GarbageCollector.Garbage, _ left: [GarbageCollector.Stranger], _ arguments: Arguments
  ) {
    for root in garbage.unreadable {
      let command = ["modgap", "gc", "--forget", root.path] + repeated(arguments)
      Terminal.err(
        "\(root.path) shares this store, but what it needs cannot be read (\(root.reason)), so no artefact is "
          + "removed; if the folder no longer exists: \(ShellCommand(command))")
    }
    for stranger in garbage.strangers { Terminal.err("\(stranger.name): left alone: \(stranger.why)") }
    for item in left { Terminal.err("\(item.name): could not be removed: \(item.why)") }
  }
}

private func repeated(_ arguments: Arguments) -> [String] {
  arguments.value("--results").map { ["--results", $0] } ?? []
}
