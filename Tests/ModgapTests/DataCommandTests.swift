import Declarations
import Files
import Foundation
import RunSupport
import Testing

@Suite(.enabled(if: DataBench.isPossible, "needs the built program, curl, and a Python (MODGAP_PYTHON)"))
struct DataCommandTests {
  @Test func verifySaysWhatIsMissingChangedAndNeverRecorded() throws {
    let bench = try DataBench()
    try bench.makeArchives()
    try bench.serve("a", bytes: 1000)
    try bench.add("zip", [bench.url("whole/good.zip")], unpack: "zip", into: "z")
    try bench.add("one", [bench.url("whole/a")])
    try bench.add("own", [bench.url("whole/none")])
    let hello = Digest(of: Array("hello".utf8)).hex
    try bench.add("known", [bench.url("whole/none")], sha256: hello)
    let nothing = try bench.run("verify")
    #expect(nothing.status == 3 && nothing.output.isEmpty && nothing.errors.contains("nothing was verified"))
    #expect(try bench.run("verify", "one").status == 65)
    #expect(try bench.run("get", "zip", "one").status == 0)
    #expect(try bench.run("verify").status == 0)
    try bench.bench.write("hello", to: "data/known.bin")
    #expect(try bench.run("verify", "known").output.contains("never recorded, but as the catalogue says"))
    #expect(try bench.run("verify").status == 0)
    try bench.bench.write("anything", to: "data/own.bin")
    let unknown = try bench.run("verify")
    #expect(unknown.status == 3 && unknown.output.contains("own: data/own.bin was never recorded"))
    // `get` records what is there, without asking any server.
    let before = try bench.requests().count
    #expect(try bench.run("get", "own", "known").status == 0)
    #expect(try bench.requests().count == before)
    #expect(try bench.run("verify").status == 0)
    try bench.bench.write("other", to: "data/z/pics/a.txt")
    try FileManager.default.removeItem(atPath: bench.data + "/z/naïve.txt")
    try bench.bench.write("other", to: "data/known.bin")
    let result = try bench.run("verify")
    #expect(result.status == 65)
    let lines = Set(result.output.split(separator: "\n").map(String.init))
    #expect(
      lines == [
        "changed   zip: data/z/pics/a.txt", "missing   zip: data/z/naïve.txt", "ok        one",
        "ok        own",
        "changed   known: data/known.bin",
      ])
    let json = try JSONDecoder().decode(
      JSONValue.self, from: Data(try bench.run("verify", "--json").output.utf8))
    #expect(json["exit_status"] == 65)
    #expect(json["entries"]?.array?.map { $0["state"]?.string } == ["changed", "whole", "whole", "changed"])
    // What somebody changed is not replaced.
    let get = try bench.run("get", "zip")
    #expect(get.status == 65 && get.errors.contains("data/z/pics/a.txt is not what it was"))
    #expect(try bench.bench.text("data/z/pics/a.txt") == "other")
    // What is missing alone is put back.
    try FileManager.default.removeItem(atPath: bench.data + "/z/pics/a.txt")
    #expect(try bench.run("get", "zip").status == 0)
    #expect(try bench.run("verify", "zip").status == 0)
  }

  /// A record that is damaged is said, and is no trap.
  @Test(arguments: ["", "{", "{}", #"{"format":"modgap-data-record","sha256":"0"}"#, "[1]"])
  func aDamagedRecordIsNamed(text: String) throws {
    let bench = try DataBench()
    try bench.serve("a", bytes: 1000)
    try bench.add("x", [bench.url("whole/a")])
    #expect(try bench.run("get", "x").status == 0)
    try bench.bench.write(text, to: "data/.modgap/x.json")
    for action in ["get", "verify"] {
      let result = try bench.run(action, "x")
      #expect(result.status == 65 && result.errors.contains("the record data/.modgap/x.json is damaged"))
    }
  }

  @Test func listAndPathSayWhatIsHere() throws {
    let bench = try DataBench()
    try bench.serve("a", bytes: 1000)
    try bench.add("here", [bench.url("whole/a")], size: 1000)
    try bench.add("absent", [])
    #expect(try bench.run("get", "here").status == 0)
    let list = try bench.run("list")
    #expect(list.status == 0 && list.errors.isEmpty)
    let lines = list.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].contains("here") && lines[0].contains("1.0 kB") && lines[0].contains("a test [MIT]"))
    #expect(lines[1].contains("size unknown") && !lines[1].contains(" here "))
    let json = try JSONDecoder().decode(
      JSONValue.self, from: Data(try bench.run("list", "--json").output.utf8))
    #expect(json["entries"]?.array?.map { $0["here"] } == [true, false])
    #expect(try bench.run("path", "here").output == "data/here.bin\n")
    let absent = try bench.run("path", "absent")
    #expect(absent.status == 65 && absent.output.isEmpty)
    #expect(absent.errors.contains("run \"modgap data get absent\""))
    // Whoever has to accept terms is told where.
    let consent = try bench.run("get", "absent")
    #expect(consent.status == 65 && consent.errors.contains("accept") && consent.errors.contains("MIT"))
  }

  @Test func anotherCatalogueAndAnotherFolder() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 1000)
    try bench.add("x", [bench.url("whole/a")])
    try FileManager.default.moveItem(
      atPath: bench.folder + "/configs/data.json", toPath: bench.folder + "/my own.json")
    let result = try bench.run("get", "x", "--catalogue", "my own.json", "--into", "big disk")
    #expect(result.status == 0 && result.output == "big disk/x.bin\n", "\(result.errors)")
    #expect(FileManager.default.contents(atPath: bench.folder + "/big disk/x.bin").map(Array.init) == bytes)
    let absent = try bench.run("path", "x", "--catalogue", "my own.json", "--into", "none")
    #expect(absent.errors.contains("modgap data get x --catalogue 'my own.json' --into none"))
    #expect(try bench.run("list", "--catalogue", "nowhere.json").status == 65)
  }

  /// A command that is printed means the same catalogue and the same folder.
  @Test func printedCommandsHaveTheOptions() throws {
    let bench = try DataBench()
    let bytes = try bench.serve("a", bytes: 1000)
    try bench.add("x", [bench.url("whole/a")], sha256: Digest(of: bytes).hex)
    try bench.add("asked", [])
    try FileManager.default.moveItem(
      atPath: bench.folder + "/configs/data.json", toPath: bench.folder + "/my own.json")
    try bench.bench.write("by hand", to: "big disk/x.bin")
    let options = ["--catalogue", "my own.json", "--into", "big disk"]
    let spelt = "--catalogue 'my own.json' --into 'big disk'"
    func get(_ name: String) throws -> Program.Result {
      try bench.program().run(["data", "get", name] + options)
    }
    let other = try get("x")
    #expect(
      other.status == 65 && other.errors.contains("run \"modgap data get x \(spelt)\" again"),
      "\(other.errors)")
    let consent = try get("asked")
    #expect(
      consent.errors.contains("run \"modgap data get asked \(spelt) --from FOLDER\""), "\(consent.errors)")
    try FileManager.default.removeItem(atPath: bench.folder + "/big disk/x.bin")
    #expect(try get("x").status == 0)
    try bench.bench.write("{", to: "big disk/.modgap/x.json")
    #expect(try get("x").errors.contains("run \"modgap data get x \(spelt)\" to record again"))
    // Nobody else may write to the lock; everybody may read it.
    let umask = try bench.program().run(["data", "verify"] + options)
    #expect(umask.status != 0)
    #expect(FileStatus(bench.folder + "/big disk/.modgap/x.lock")?.permissions == 0o644)
  }

  @Test func withoutANetworkItCopies() throws {
    let bench = try DataBench()
    try bench.makeArchives()
    let bytes = try bench.serve("a.npy", bytes: 5000)
    try bench.serve("model.bin", bytes: 10)
    try bench.add(
      "own-name", ["https://example.invalid/a.npy"], sha256: Digest(of: bytes).hex, into: "n/x.npy")
    try bench.add("zip", ["https://example.invalid/good.zip"], unpack: "zip", into: "z")
    try bench.add("one", ["https://example.invalid/1/model.bin"])
    try bench.add("two", ["https://example.invalid/2/model.bin"])
    try bench.add(
      "wrong", ["https://example.invalid/a.npy?"], sha256: String(repeating: "0", count: 64), into: "a.npy")
    let result = try bench.run("get", "own-name", "zip", "--from", "served")
    // `a.npy` is two entries' name, so that neither is meant by it; the place below the folder of data is one's own.
    #expect(result.status == 65 && result.errors.contains("has no file x.npy"), "\(result.errors)")
    #expect(bench.files == ["z/naïve.txt", "z/pics/a.txt", "z/pics/sub/b.txt"])
    try FileManager.default.createDirectory(atPath: bench.served + "/n", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: bench.served + "/a.npy", toPath: bench.served + "/n/x.npy")
    #expect(try bench.run("get", "own-name", "--from", "served").status == 0)
    #expect(bench.bytes("n/x.npy") == bytes)
    let shared = try bench.run("get", "one", "--from", "served")
    #expect(shared.status == 65 && shared.errors.contains("served has no file one.bin;"), "\(shared.errors)")
    let wrong = try bench.run("get", "wrong", "--from", "served")
    #expect(wrong.status == 65 && wrong.errors.contains("SHA-256") && bench.bytes("a.npy") == nil)
    #expect(try bench.requests().isEmpty)
    #expect(try bench.run("get", "one", "--from", "nowhere").status == 65)
  }

  @Test func withoutCurlItSaysSo() throws {
    let bench = try DataBench()
    try bench.add("x", [bench.url("whole/a")])
    let result = try bench.run("get", "x", environment: ["PATH": bench.folder])
    #expect(result.status == 74 && result.errors.contains("apt-get install curl"), "\(result.errors)")
  }

  static let mistakes: [(arguments: [String], status: Int32, says: String)] = [
    ([], 64, "expected one of list, get, verify, path"), (["gte"], 64, "did you mean data get?"),
    (["get"], 64, "names"), (["get", "pictres"], 64, "has no entry \"pictres\" (did you mean pictures?)"),
    (["get", ""], 64, "no entry"), (["path"], 64, "one name"), (["list", "x"], 64, "only `list`"),
    (["list", "--from", "x"], 64, "--from"), (["get", "pictures", "--timeout", "0"], 64, "--timeout"),
    (["get", "pictures", "--attempts", "none"], 64, "--attempts"),
  ]

  @Test func mistakesAreNamed() throws {
    let bench = try DataBench()
    try bench.add("pictures", [])
    for mistake in Self.mistakes {
      let result = try bench.program().run(["data"] + mistake.arguments)
      #expect(result.status == mistake.status, "\(mistake.arguments): \(result.errors)")
      #expect(result.errors.contains(mistake.says), "\(mistake.arguments): \(result.errors)")
    }
    try FileManager.default.removeItem(atPath: bench.folder + "/configs/data.json")
    try bench.bench.write(#"{"entries": [{"name": "a", "sise": 3}], "x": 1}"#, to: "configs/data.json")
    let broken = try bench.run("list")
    #expect(broken.status == 65 && broken.errors.contains("configs/data.json:1:28: entries[0].sise"))
    #expect(broken.errors.contains("did you mean \"size\"?") && broken.errors.contains("\"urls\" is missing"))
    #expect(try bench.program().run("validate", "configs/data.json").status == 65)
  }
}

/// Errors of the project's configs about files that are not there.
@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct MissingDataTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  /// So deep that a data folder of this machine, near its root, is not found from there.
  private static let place = "p/q"

  private func project() throws -> Workbench {
    let bench = try Workbench()
    try FileManager.default.createDirectory(
      atPath: "\(bench.folder)/\(Self.place)", withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: Self.root.appendingPathComponent("configs"),
      to: URL(fileURLWithPath: "\(bench.folder)/\(Self.place)/configs"))
    return bench
  }

  private func program(_ bench: Workbench, data: String = "") -> Program {
    Program(folder: "\(bench.folder)/\(Self.place)", bench: bench, environment: ["MODGAP_DATA": data])
  }

  private static let configs: [String] =
    ["", "literature/", "paper/"].flatMap { folder in
      let names = try? FileManager.default.contentsOfDirectory(
        atPath: root.appendingPathComponent("configs/\(folder)").path)
      return (names ?? []).filter { $0.hasSuffix(".json") && $0 != "data.json" }.sorted().map { folder + $0 }
    }

  /// Every file that is missing is named with the command that gets it.
  @Test(arguments: configs) func everyMissingFileNamesItsCommand(config: String) throws {
    let bench = try project()
    let result = try program(bench).run("validate", "configs/\(config)")
    let lines = result.errors.split(separator: "\n")
    let missing = lines.filter { $0.contains("found no file") || $0.contains("found no folder") }
    let known = lines.filter { $0.contains(#/missing: run "(modgap data get|make) /#) }
    #expect(missing.isEmpty == known.isEmpty, "\(result.errors)")
    #expect(result.status == (missing.isEmpty ? 0 : 65), "\(result.errors)")
    for line in known { #expect(!line.contains("--into"), "\(line)") }
    let named = known.joined(separator: " ")
    for (file, entry) in [
      ("coco/val2017", "coco-val2017"), ("coco/train2017", "coco-train2017"),
      ("annotations/captions_", "coco-captions"), ("clip-vit-b-32.", "clip-vit-b-32"),
      ("clip-vit-b-16.", "clip-vit-b-16"), ("bpe_simple", "clip-vocabulary"),
      ("features_clip.npy", "authors-clip"), ("features_clasp_random.npy", "authors-clasp-random"),
      ("cifar-10-batches-bin", "cifar-10"), ("cifar-100-binary", "cifar-100"), ("eurosat", "eurosat"),
      ("svhn", "svhn-test"), ("hateful_memes", "hateful-memes"), ("fairface/val", "fairface-pictures"),
      ("fairface_label_val", "fairface-labels-val"),
    ] where missing.contains(where: { $0.contains(file) }) {
      #expect(named.contains(entry), "\(file): \(result.errors)")
    }
  }

  /// A download that was broken off leaves the labels in the folder of both.
  @Test func facesThatAreMissingBesideTheirLabelsAreNamed() throws {
    let bench = try project()
    try bench.write("file,age,gender,race\n", to: "\(Self.place)/data/fairface/fairface_label_val.csv")
    let errors = try program(bench).run("validate", "configs/paper/table2.json").errors
    #expect(errors.contains("fairface-pictures") && !errors.contains("fairface-labels-val"), "\(errors)")
  }

  /// A config of one data set, in a folder that is there but for one file.
  private func config(_ data: String) -> String {
    """
    { "name": "c", "data": { "d": { \(data), "size": 8 } }, "stages": [
      { "id": "t", "stage": "init", "kind": "encoder",
        "with": { "architecture": "vit", "image": 8, "patch": 4, "width": 6, "layers": 1, "heads": 1, "embedding": 4, "data": "d" } } ] }
    """
  }

  /// What is missing inside of a folder that is there: data, files in it, and the entry of the catalogue.
  private static let inside: [(data: String, files: [(String, String)], entry: String)] = [
    (
      #""kind": "cifar", "folder": "data/cifar-10-batches-bin", "split": "train""#,
      [("cifar-10-batches-bin/data_batch_1.bin", String(repeating: "\0", count: 3073))], "cifar-10"
    ),
    (
      #""kind": "cifar", "variant": "100", "folder": "data/cifar-100-binary""#, [("cifar-100-binary/x", "")],
      "cifar-100"
    ),
    (#""kind": "eurosat", "folder": "data/eurosat/2750""#, [("eurosat/2750/Forest/a.txt", "")], "eurosat"),
    (
      #""kind": "fairface", "path": "data/fairface/fairface_label_val.csv""#,
      [
        ("fairface/fairface_label_val.csv", "file,age,gender,race\nval/1.jpg,3-9,Male,White\n"),
        ("fairface/val/2.jpg", ""),
      ],
      "fairface-pictures"
    ),
    (
      #""kind": "coco", "annotations": "data/coco/annotations/captions_val2017.json", "folder": "data/coco/val2017""#,
      [
        (
          "coco/annotations/captions_val2017.json",
          #"{"images": [{"id": 1, "file_name": "1.jpg"}], "annotations": [{"image_id": 1, "caption": "a"}]}"#
        ), ("coco/val2017/2.jpg", ""),
      ], "coco-val2017"
    ),
    (
      #""kind": "coco", "annotations": "data/coco/annotations/captions_val2017.json", "folder": "data/coco/val2017""#,
      [("coco/annotations/instances.json", ""), ("coco/val2017/2.jpg", "")], "coco-captions"
    ),
    (
      #""kind": "hateful-memes", "path": "data/hateful_memes/dev_seen.jsonl""#,
      [("hateful_memes/dev_seen.jsonl", #"{"img": "img/1.png", "label": 0, "text": "a"}"#)], "hateful-memes"
    ),
  ]

  @Test(arguments: inside.indices) func whatIsMissingInsideAFolderNamesItsCommand(index: Int) throws {
    let (data, files, entry) = Self.inside[index]
    let bench = try project()
    for (name, text) in files { try bench.write(text, to: "\(Self.place)/data/\(name)") }
    try bench.write(config(data), to: "\(Self.place)/c.json")
    for command in [["run", "c.json", "--no-figures"], ["plan", "c.json"], ["show", "c.json", "d"]] {
      let result = try program(bench).run(command)
      #expect(result.status == 65, "\(command): \(result.errors)")
      #expect(result.errors.contains("run \"modgap data get \(entry)\""), "\(command): \(result.errors)")
    }
    // `get --for` finds it, too: without a network it fails, and says of what.
    let got = try program(bench).run("data", "get", "--for", "c.json", "--from", ".")
    #expect(got.status == 65 && got.errors.contains("\(entry):"), "\(got.errors)")
  }

  /// With a config that is elsewhere, its own catalogue is meant.
  @Test func theCatalogueBesideAConfigIsInTheCommand() throws {
    let bench = try project()
    try bench.write("", to: "\(Self.place)/data/cifar-100-binary/x")
    try bench.write(
      config(#""kind": "cifar", "variant": "100", "folder": "data/cifar-100-binary""#),
      to: "\(Self.place)/c.json")
    try bench.write("", to: "elsewhere/x")
    let other = Program(folder: bench.folder + "/elsewhere", bench: bench, environment: ["MODGAP_DATA": ""])
    let place = "\(bench.folder)/\(Self.place)"
    let result = try other.run("run", "\(place)/c.json")
    #expect(
      result.errors.contains(
        "run \"modgap data get cifar-100 --catalogue \(place)/configs/data.json --into \(place)/data\""),
      "\(result.errors)")
  }

  /// The command puts the file where the config looks for it.
  @Test func anotherFolderIsInTheCommand() throws {
    let bench = try project()
    let result = try program(bench, data: bench.folder + "/big data").run("validate", "configs/figure3.json")
    #expect(
      result.errors.contains("run \"modgap data get authors-clip --into '\(bench.folder)/big data'\""),
      "\(result.errors)")
    let plan = try program(bench).run("plan", "configs/theory.json")
    #expect(
      (plan.output + plan.errors).contains("run \"modgap data get authors-clip\""),
      "\(plan.output)\(plan.errors)")
  }

  @Test func validateTakesTheCatalogue() throws {
    let bench = try project()
    let result = try program(bench).run("validate", "configs/data.json")
    #expect(result.status == 0 && result.output == "configs/data.json: valid\n", "\(result.errors)")
  }
}
