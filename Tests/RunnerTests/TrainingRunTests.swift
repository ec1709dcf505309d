import Contracts
import Datasets
import Foundation
import RunSupport
import Runner
import Storage
import Testing

@Suite(.serialized, .enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct TrainingRunTests {
  private static let clip = """
    "vision": { "image": 16, "patch": 8, "width": 24, "layers": 2, "heads": 3 },
    "text": { "vocabulary": 259, "context": 24, "width": 24, "layers": 2, "heads": 3 }, "embedding": 16,
    "data": { "kind": "shapes", "count": 80, "size": 16, "context": 24, "seed": 0 }
    """

  /// A claim on a log that any trainings decide: their epochs are no matter of chance.
  private static let epochs = """
    { "id": "epochs", "source": "here", "basis": "beyond", "says": "Later steps are of later epochs",
      "table": "tuned.log", "where": { "temperature": 0.05 },
      "check": { "greater": { "of": "epoch", "where": [{ "step": 59 }, { "step": 0 }] } } }
    """

  /// A common start, then two temperatures from it; long enough to be interrupted.
  private static func config(
    seeds: [Int] = [], steps: Int = 60, start: String = "", more: String = "", claims: String = ""
  ) -> String {
    """
    { "name": "train", "matrix": { "temperature": [0.05, 1]\(seeds.isEmpty ? "" : ", \"seed\": \(seeds)") },\(seeds.isEmpty ? "" : " \"replicates\": \"seed\",")
      "stages": [
        { "id": "clip", "stage": "init", "kind": "clip", "with": { \(start) \(clip) } },
        { "id": "start", "stage": "train", "kind": "contrastive", "from": "clip",
          "with": { "temperature": 0.07, "batch": 16, "steps": 30, "checkpoint_every": 7,
            "optimizer": { "lr": 0.001 } } },
        { "id": "tuned", "stage": "train", "kind": "contrastive", "from": "start" \(more),
          "with": { "temperature": "${temperature}", "batch": 16, "steps": \(steps), "checkpoint_every": 5,
            "log_every": 3, "optimizer": { "kind": "adamw", "lr": 0.001 } } },
        { "id": "gap", "stage": "evaluate", "kind": "gap", "from": "tuned" } ],
      "figures": [ { "name": "loss", "kind": "lines", "table": "tuned.log", "x": "step", "y": "loss",
        "series": "temperature" } ],
      "claims": [\(claims)] }
    """
  }

  private func bench(_ config: String = config()) throws -> (Workbench, Program) {
    let bench = try Workbench()
    try bench.write(config, to: "e.json")
    return (bench, Program(folder: bench.folder, bench: bench))
  }

  private func exports(_ bench: Workbench) -> [String: Data] {
    var found: [String: Data] = [:]
    for run in ["temperature=0.05", "temperature=1"] {
      for stage in ["start", "tuned"] {
        let path = "\(bench.results)/train/runs/\(run)/\(stage).safetensors"
        found["\(run)/\(stage)"] = FileManager.default.contents(atPath: path)
      }
    }
    return found
  }

  private func checkpoints(_ bench: Workbench) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "\(bench.results)/.store/.checkpoints")) ?? []
  }

  /// Whether there is one, with the note of its stage, and nothing else.
  private func hasOne(_ bench: Workbench) -> Bool {
    let names = checkpoints(bench).sorted()
    return names.count == 2 && names[1] == names[0] + ".stage"
  }

  private static let run = ["run", "e.json", "--jobs", "2", "--no-figures"]

  @Test(arguments: [1, 4]) func killedAndInterruptedItEndsWithTheSameBytes(jobs: Int) throws {
    let (calm, program) = try bench()
    let whole = try program.run("run", "e.json", "--jobs", "\(jobs)", "--no-figures")
    #expect(whole.status == 0, "\(whole.output)\(whole.errors)")
    #expect(exports(calm).count == 4)
    let (bench, disturbed) = try bench()
    var random = SystemRandomNumberGenerator()
    var stopped = 0
    for round in 0..<12 {
      if round % 6 == 0 { try? FileManager.default.removeItem(atPath: bench.results) }
      let process = try disturbed.start(Self.run)
      usleep(UInt32.random(in: 20_000...300_000, using: &random))
      if process.isRunning { stopped += 1 }
      kill(process.processIdentifier, round % 3 == 2 ? SIGINT : SIGKILL)
      process.waitUntilExit()
    }
    let last = try disturbed.run(Self.run)
    #expect(last.status == 0, "\(last.output)\(last.errors)")
    #expect(stopped > 0)
    #expect(try bench.digests("train") == calm.digests("train"))
    #expect(try bench.tables("train") == calm.tables("train"))
    #expect(exports(bench) == exports(calm))
    #expect(checkpoints(bench).filter { !$0.hasPrefix(".") }.isEmpty)
  }

  @Test func interruptedItLeavesACheckpointThatGCKeeps() throws {
    let (bench, program) = try bench(Self.config(steps: 100_000))
    // The second time it says at once where it goes on from.
    for sign in ["started", "resumed after step "] {
      let log = URL(fileURLWithPath: "\(bench.folder)/log of \(sign)")
      let process = try program.start(["run", "e.json", "--jobs", "1", "--no-figures"], output: log)
      let awaited = "tuned@temperature=0.05: \(sign)"
      for _ in 0..<3000 where !((try? String(contentsOf: log, encoding: .utf8))?.contains(awaited) ?? false) {
        usleep(2000)
      }
      usleep(30_000)
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      #expect(process.terminationStatus == 130)
      #expect(try String(contentsOf: log, encoding: .utf8).contains(awaited))
      #expect(hasOne(bench), "\(checkpoints(bench))")
      #expect(try program.run("gc", "--delete").status == 0)
      #expect(hasOne(bench), "\(checkpoints(bench))")
      for command in [["plan", "e.json"], ["why", "e.json", "tuned"]] {
        let said = try program.run(command).output
        #expect(said.contains(/resumes at step [1-9][0-9]* of 100000/), "\(said)")
      }
      let plan = try program.run("plan", "e.json", "--json").output
      #expect(plan.contains("\"resumes_at_step\":") && plan.contains("\"steps\":100000"))
    }
    // With other steps nothing waits for it any more.
    try bench.write(Self.config(), to: "e.json")
    #expect(try program.run(Self.run).status == 0)
    #expect(try program.run("gc", "--delete").status == 0)
    #expect(checkpoints(bench).isEmpty)
    #expect(try program.run(Self.run).output.contains("0 computed"))
  }

  @Test func aLogIsATableThatClaimsAndFiguresMayName() throws {
    let (bench, program) = try bench(Self.config(more: ", \"keep\": false"))
    let result = try program.run("run", "e.json", "--jobs", "2")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let lines = try bench.text("results/train/tables/tuned.log.csv").split(separator: "\n")
    #expect(lines[0] == "temperature,step,epoch,loss,gap,learning_rate")
    #expect(lines.count == 1 + 2 * 21)
    let rows = lines.dropFirst().map { $0.split(separator: ",") }
    let losses = rows.filter { $0[0] == "0.05" }.map { Double($0[3]) }
    let (first, last) = (try #require(losses.first ?? nil), try #require(losses.last ?? nil))
    #expect(losses.count == 21 && last < first, "the loss falls")
    #expect(exports(bench).keys.sorted() == ["temperature=0.05/start", "temperature=1/start"])
    #expect(FileManager.default.fileExists(atPath: "\(bench.results)/train/figures/loss.gp"))
    // What is not kept is computed again where something needs it, and leaves no checkpoint.
    try bench.write(
      Self.config(more: ", \"keep\": false").replacingOccurrences(
        of: "\"kind\": \"gap\"", with: "\"kind\": \"retrieval\""),
      to: "e.json")
    #expect(try program.run(Self.run).status == 0)
    #expect(checkpoints(bench).isEmpty)
  }

  @Test func threeTrainingsDecideAClaimOnTheirLogs() throws {
    let (_, program) = try bench(Self.config(seeds: [0, 1, 2], claims: Self.epochs))
    let result = try program.run(Self.run)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("claims: 1 pass"))
    // The temperatures share the start, and each seed has its own.
    #expect(result.output.contains("18 computed"), "\(result.output)")
  }

  @Test func aModelWhoseFilesWereMovedCanBeTrained() throws {
    let (bench, program) = try bench()
    #expect(try program.run(Self.run).status == 0)
    let manager = FileManager.default
    try manager.createDirectory(atPath: "\(bench.folder)/a", withIntermediateDirectories: true)
    try manager.copyItem(
      atPath: "\(bench.results)/train/runs/temperature=1/tuned.safetensors",
      toPath: "\(bench.folder)/a/w.safetensors")
    try bench.write(Self.config(start: "\"weights\": \"a/w.safetensors\","), to: "e.json")
    #expect(try program.run(Self.run).status == 0)
    try manager.moveItem(atPath: "\(bench.folder)/a", toPath: "\(bench.folder)/b")
    try bench.write(Self.config(steps: 9, start: "\"weights\": \"b/w.safetensors\","), to: "e.json")
    let moved = try program.run(Self.run)
    #expect(moved.status == 0 || moved.status == 2, "\(moved.output)\(moved.errors)")
    #expect(moved.output.contains("4 computed, 2 cached"), "\(moved.output)")
  }

  /// A picture of one white pixel.
  private static let png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQI12P4//8/AAX+Av7czFnnAAAAAElFTkSuQmCC"

  @Test func aDamagedPictureInTheMiddleOfAnEpochIsNamedAndExitsWith65() throws {
    let (bench, program) = try bench(
      Self.config().replacingOccurrences(
        of: "\"temperature\": 0.07,",
        with: """
          "temperature": 0.07, "shuffle": false, "held_out": 8,
          "data": { "kind": "captioned-images", "path": "list.csv", "size": 16, "context": 24 },
          """))
    let picture = try #require(Data(base64Encoded: Self.png))
    var list = "path,caption\n"
    for index in 0..<48 {
      let bytes = index == 21 ? picture.prefix(50) : picture
      try bytes.write(to: URL(fileURLWithPath: "\(bench.folder)/\(index).png"))
      list += "\(index).png,a white picture\n"
    }
    try bench.write(list, to: "list.csv")
    let result = try program.run(Self.run)
    #expect(result.status == 65, "\(result.output)\(result.errors)")
    let told = result.output + result.errors
    // It is of the second batch, and not of those whose gap is measured.
    #expect(told.contains("step 1 of 30"), "\(told)")
    #expect(told.contains("21.png") && !told.contains("20.png"), "\(told)")
    // Once the picture is whole again, the training goes through.
    try picture.write(to: URL(fileURLWithPath: "\(bench.folder)/21.png"))
    let whole = try program.run(Self.run)
    #expect(whole.status == 0 || whole.status == 2, "\(whole.output)\(whole.errors)")
  }

  @Test func whatCannotBeTrainedExitsWith65() throws {
    let (_, program) = try bench(
      Self.config().replacingOccurrences(of: "\"batch\": 16", with: "\"batch\": 99"))
    let result = try program.run(Self.run)
    #expect(result.status == 65)
    #expect((result.output + result.errors).contains("less than one batch of 99 is left"))
  }
}
