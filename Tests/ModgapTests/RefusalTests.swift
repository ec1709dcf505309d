import AllocationCount
import Foundation
import RunSupport
import Testing

/// What the program does where the machine says no: output that cannot be written, memory that may not be had,
/// folders that lead nowhere.
@Suite(.enabled(if: Program.isBuilt, Comment(rawValue: Program.missing)))
struct RefusalTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.write(Self.small, to: "small.json")
  }

  private static let small = """
    { "name": "small", "stages": [
        { "id": "points", "stage": "init", "kind": "sphere" },
        { "id": "gap", "stage": "evaluate", "kind": "gap", "from": "points" } ] }
    """

  /// Runs a line of shell, in which `$modgap` is the program.
  private func shell(_ line: String) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = URL(fileURLWithPath: bench.folder)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["modgap": Program.path, "SWIFT_BACKTRACE": "enable=no"]) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  private let run = "$modgap run small.json --jobs 1 --no-figures"

  @Test(arguments: [
    ("run small.json --no-figures >/dev/full", "the disk is full"),
    ("plan small.json >/dev/full", "the disk is full"),
    ("run small.json --no-figures --json >&-", "standard output is closed"),
    ("--help >/dev/full", "the disk is full"),
    ("schema >&-", "standard output is closed"), ("validate small.json >/dev/full", "the disk is full"),
  ])
  func dataThatCannotBeWrittenAre74WithASentence(command: String, sentence: String) throws {
    let result = try shell("$modgap \(command)")
    #expect(result.status == 74 && result.errors.contains(sentence), "\(result)")
    #expect(!result.errors.contains("Fatal error"))
  }

  /// And no file of the program's gets the number of the stream that is closed.
  @Test(arguments: ["2>/dev/full", "2>&-", "<&- 2>&-"])
  func lostMessagesStopNoRun(redirection: String) throws {
    #expect(try shell("\(run) \(redirection)").status == 0)
    #expect(FileManager.default.fileExists(atPath: "\(bench.folder)/results/small/tables/gap.csv"))
    #expect(try shell("\(run) >&- 2>&-").status == 74)
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let result = try shell("set -o pipefail; $modgap schema | head -c 10 >/dev/null")
    #expect(result.status == 141 && result.errors.isEmpty, "\(result)")
    // Who reads the messages may go, and the run goes on.
    #expect(try shell("set -o pipefail; { \(run) 2>&1 >/dev/null; } | head -c 1 >/dev/null").status == 0)
  }

  /// Somebody holds the pipe, and does not read.
  @Test func aPipeThatNobodyReadsStopsNoRun() throws {
    try bench.write(
      """
      import os
      os.set_blocking(2, False)
      try:
          while True: os.write(2, b"x" * 4096)
      except BlockingIOError: pass
      os.set_blocking(2, True)
      """, to: "fill.py")
    let result = try shell(
      "mkfifo held; sleep 60 <> held & exec 2>held; python3 fill.py; \(run); status=$?; kill $!; exit $status"
    )
    #expect(result.status == 0, "\(result)")
  }

  private static let whereAddressesCanBeLimited: ConditionTrait = .enabled(
    if: !a_sanitizer_watches(), "a sanitizer maps terabytes of addresses, which no such limit leaves")

  @Test(Self.whereAddressesCanBeLimited) func weightsBeyondTheProcesssLimitAreRefusedWithTheNumber() throws {
    let config = """
      { "name": "large", "stages": [ { "id": "m", "stage": "init", "kind": "encoder", "with": {
        "architecture": "text", "width": 2048, "layers": 24, "heads": 8, "embedding": 16,
        "data": { "kind": "random-tokens", "count": 4 } } } ] }
      """
    try bench.write(config, to: "large.json")
    let result = try shell("ulimit -v 3000000; $modgap run large.json --jobs 1 --no-figures")
    #expect(result.status == 65, "\(result)")
    #expect(
      result.errors.contains("the weights would need 4.9 GiB of memory, but this process may use at most"))
    #expect(result.errors.contains("2.9 GiB (ulimit -v)") && result.errors.contains("lower `width`"))
  }

  @Test(Self.whereAddressesCanBeLimited) func anArrayLargerThanMemoryIsRefusedByItsSize() throws {
    // A header for 8 GiB, and a file with as many bytes, none of which takes disk.
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2097152, 1024), }"
    let text = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var bytes = Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
    bytes.append(Data(text.utf8))
    let path = "\(bench.folder)/large.npy"
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(truncate(path, 128 + 2_097_152 * 1024 * 4) == 0)
    let config = """
      { "name": "large", "stages": [
        { "id": "m", "stage": "init", "kind": "embeddings", "with": { "x": "large.npy", "y": "large.npy" } } ] }
      """
    try bench.write(config, to: "large.json")
    let result = try shell("ulimit -v 3000000; $modgap run large.json --jobs 1 --no-figures")
    #expect(result.status == 65, "\(result)")
    #expect(result.errors.contains("an array of shape (2097152, 1024) would need 16.0 GiB of memory"))
  }

  /// SIGXFSZ would end the program where a file comes to the limit, without a word. In KiB: the plan is larger, or what
  /// is kept of a stage.
  @Test(arguments: [1, 300]) func aLimitOfTheSizeOfFilesIsSaid(limit: Int) throws {
    let large = #""sphere", "with": { "pairs": 100000 } }"#
    try bench.write(Self.small.replacing("\"sphere\" }", with: large), to: "small.json")
    let result = try shell("ulimit -f \(limit); \(run)")
    #expect(result.status == 74, "\(result)")
    #expect(
      result.errors.contains("the file would be larger than allowed; raise the limit (ulimit -f unlimited)"),
      "\(result)")
    #expect(try shell(run).status == 0)
  }

  /// Below 15 libdispatch traps, at whatever comes first.
  @Test(arguments: [8, 12, 14, 20, 33])
  func tooFewOpenFilesAreSaidBeforeAnythingIsOpened(limit: Int) throws {
    for command in [run, "$modgap plan small.json", "$modgap doctor", "$modgap --version"] {
      let result = try shell("ulimit -n \(limit); \(command)")
      #expect(result.status == 74, "\(result)")
      #expect(result.errors.contains("RLIMIT_NOFILE is \(limit),"), "\(result)")
      #expect(result.errors.contains("modgap needs at least 32; raise the limit (ulimit -n 4096)"))
    }
  }

  @Test func aLowSoftLimitIsRaised() throws {
    #expect(try shell("ulimit -Sn 12; \(run)").status == 0)
  }

  @Test func descriptorsThatTheCallerLeftOpenCount() throws {
    let result = try shell("ulimit -n 48; for i in $(seq 3 25); do eval \"exec $i</dev/null\"; done; \(run)")
    #expect(result.status == 74 && result.errors.contains("RLIMIT_NOFILE is 48, so only "), "\(result)")
  }

  /// OpenBLAS tries for ever where it cannot map its buffers.
  @Test(Self.whereAddressesCanBeLimited) func tooLittleRoomForBLASIsSaidBeforeItIsTried() throws {
    let result = try shell("ulimit -v 400000; $modgap run small.json --jobs 8 --no-figures")
    #expect(result.status == 65 && result.errors.contains("8 threads with OpenBLAS's buffers"), "\(result)")
  }

  @Test(arguments: [
    (
      "ln -s /nowhere/at/all results",
      "results: this is a symbolic link to /nowhere/at/all, which does not exist"
    ),
    ("mkdir results; ln -s /nowhere results/.store", "results/.store: this is a symbolic link to /nowhere"),
    ("mkdir results; ln -s /nowhere results/small", "results/small: this is a symbolic link to /nowhere"),
    ("touch file; ln -s file results", "results: this is a symbolic link to file, which is not a folder"),
    ("touch results", "results: could not create the folder: a part of this path is a file"),
  ])
  func resultsThatLeadNowhereAreNamed(preparation: String, sentence: String) throws {
    let result = try shell("\(preparation); \(run)")
    #expect(result.status == 74 && result.errors.contains(sentence), "\(result)")
  }
}
