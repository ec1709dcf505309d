import CAllocator
import DataCatalog
import Declarations
import Execution
import ExperimentConfig
import Foundation
import Runner

@main
struct Entry {
  static func main() {
    StandardStreams.prepare()
    if let failure = NameCheck.failure { end(failure) }
    if let failure = OpenFileLimit.prepare() { end(failure) }
    keepFreedMemory()
    KernelRestart.ifBetter()
    guardAllocations()
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  private static func end(_ failure: some Failure) -> Never {
    Terminal.err(message(failure.message))
    exit(failure.kind.rawValue)
  }

  /// Buffers of up to 32 MB are used again rather than given back to the system: mapping fresh pages for
  /// each costs more than filling them.
  private static func keepFreedMemory() {
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, 256 << 20)
  }

  /// An allocation that fails in spite of all checks ends in a sentence.
  private static func guardAllocations() {
    let limit = ProcessMemory.tightest
    modgap_guard_allocations(
      Int(limit.bytes), "\(MemoryFailure.spell(limit.bytes)) (\(limit.source.rawValue))",
      FailureKind.invalidInput.rawValue)
  }

  private static func run(_ arguments: [String]) -> Int32 {
    do {
      return try dispatch(arguments)
    } catch let failure as any Failure {
      // What is wrong with a config or a catalogue is a list, whose lines are known to be lines.
      if failure is ConfigError || failure is CatalogFailure {
        Terminal.errLines(message(failure.message))
      } else {
        Terminal.err(message(failure.message))
      }
      return failure.kind.rawValue
    } catch {
      Terminal.err(message("internal error: \(error)"))
      return FailureKind.internal.rawValue
    }
  }

  private static func dispatch(_ arguments: [String]) throws -> Int32 {
    var arguments = arguments
    try takeColor(&arguments)
    guard let name = arguments.first else {
      Terminal.errLines(Command.overview)
      return FailureKind.usage.rawValue
    }
    if ["--help", "-h", "help"].contains(name) { return try showHelp(arguments.dropFirst().first) }
    if name == "--version" {
      try Terminal.out("modgap \(Version.text)\n")
      return 0
    }
    guard let command = Command.all.first(where: { $0.name == name }) else {
      throw UsageError.unknownCommand(name, known: Command.all.map(\.name))
    }
    let rest = Array(arguments.dropFirst())
    if rest.contains("--help") || rest.contains("-h") { return try showHelp(name) }
    return try command.run(Arguments(rest, command: name, options: command.options))
  }

  private static func showHelp(_ name: String?) throws -> Int32 {
    let command = Command.all.first { $0.name == name }
    try Terminal.out(command?.help ?? Command.overview)
    return 0
  }

  /// `--color WORD` stands anywhere.
  private static func takeColor(_ arguments: inout [String]) throws {
    let words = ["auto", "always", "never"]
    while let index = arguments.firstIndex(where: { $0 == "--color" || $0.hasPrefix("--color=") }) {
      let argument = arguments.remove(at: index)
      var word = String(argument.dropFirst("--color=".count))
      if argument == "--color" { word = index < arguments.count ? arguments.remove(at: index) : "" }
      guard words.contains(word) else {
        throw UsageError.badValue(
          option: "--color", found: word, expected: words.joined(separator: ", "), command: "modgap")
      }
      Terminal.setColor(word)
    }
  }

  private static func message(_ sentence: String) -> String {
    Terminal.styled("modgap: ", .red, onError: true) + sentence
  }
}

enum Version {
  static let text = "0.1.0"
}
