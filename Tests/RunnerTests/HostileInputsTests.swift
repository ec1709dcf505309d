import AllocationCount
import Contracts
import Foundation
import RunSupport
import Runner
import Storage
import Testing

/// Files and names that are no data, told apart by the program before it waits for them or believes them.
@Suite(.enabled(if: Program.isBuilt, "the program is not built beside the tests"))
struct HostileInputsTests {
  private static func config(_ path: String, more: String = "") -> String {
    """
    { "name": "p"\(more), "stages": [
      { "id": "s", "stage": "init", "kind": "embeddings", "with": { "path": "\(path)" } },
      { "id": "g", "stage": "evaluate", "kind": "gap", "from": "s" } ] }
    """
  }

  @Test(arguments: ["m.npy", "m.h5", "m.safetensors", "m.csv"], [true, false])
  func aPipeIsNoDataFile(name: String, isExtended: Bool) throws {
    let bench = try Workbench()
    try #require(mkfifo("\(bench.folder)/\(name)", 0o600) == 0)
    let config = isExtended ? Self.config("x.npy", more: ", \"extends\": \"\(name)\"") : Self.config(name)
    try bench.write(config, to: "c.json")
    let result = try Program(folder: bench.folder).run("run", "c.json", "--no-figures")
    #expect(result.status == 65, "\(result.errors)")
    #expect(result.errors.contains(name))
  }

  @Test(arguments: ["validate", "plan", "run"])
  func aPipeInTheFileSystemIsNoConfig(command: String) throws {
    let bench = try Workbench()
    try #require(mkfifo("\(bench.folder)/c.json", 0o600) == 0)
    let result = try Program(folder: bench.folder).run(command, "c.json")
    #expect(
      result.status == 65 && result.errors.contains("c.json, which is not a regular file"), "\(result.errors)"
    )
    // One that the shell has opened is at its end in time.
    try bench.write(Self.sphere, to: "s.json")
    let piped = Program(folder: bench.folder).through(shell: #"cat s.json | "$0" "$@""#)
    #expect(try piped.run("validate", "/dev/stdin").status == 0)
  }

  /// 82 GB that take no room on the disk would take minutes to read.
  @Test func whatDoesNotFitIntoMemoryIsRefusedUnread() throws {
    let bench = try Workbench()
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (40000000000, 512), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    let path = bench.folder + "/m.npy"
    try (Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0]) + Data(header.utf8)).write(
      to: URL(fileURLWithPath: path))
    // Some file systems hold no file as long.
    let isLong = truncate(path, off_t(128 + 40_000_000_000 * 512 * 4)) == 0
    if !isLong { try #require(truncate(path, 1 << 40) == 0) }
    try bench.write(Self.config("m.npy"), to: "c.json")
    let result = try Program(folder: bench.folder).run("run", "c.json", "--no-figures")
    #expect(
      result.status == 65 && result.errors.contains("m.npy: an array of shape (40000000000, 512)"),
      "\(result.errors)")
  }

  /// Results are looked at where their arrays would not fit, and stand where a run of them would not.
  @Test(.enabled(if: !a_sanitizer_watches(), "a sanitizer maps terabytes of addresses"))
  func tooLittleMemoryHereLeavesResultsAlone() throws {
    let bench = try Workbench()
    var values = [Float](repeating: 0.5, count: 100_000 * 200)
    for row in 0..<100_000 { values[row * 200] = Float(row % 7) }
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 200), }"
    var bytes = Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
    bytes += Data((header + String(repeating: " ", count: 117 - header.utf8.count) + "\n").utf8)
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    for name in ["x", "y"] { try bytes.write(to: URL(fileURLWithPath: "\(bench.folder)/\(name).npy")) }
    try bench.write(
      """
      { "name": "p", "stages": [
        { "id": "s", "stage": "init", "kind": "embeddings", "keep": false, "with": { "x": "x.npy", "y": "y.npy" } },
        { "id": "g", "stage": "evaluate", "kind": "gap", "from": "s" } ] }
      """, to: "c.json")
    let program = Program(folder: bench.folder)
    #expect(try program.run("run", "c.json", "--no-figures").status == 0)
    let report = try bench.text("results/p/report.md")
    // In KiB: room for the program, which takes some 140 MB at once, and not for two arrays of 80 MB beside it.
    let small = program.through(shell: #"ulimit -d 180000; exec "$0" "$@""#)
    let run = try small.run("run", "c.json", "--no-figures", "--jobs", "1")
    #expect(run.status == 65 && run.errors.contains("but this process may use at most"), "\(run.errors)")
    for command in ["plan", "report"] {
      let looked = try small.run(command, "c.json")
      #expect(try looked.status == program.run(command, "c.json").status, "\(looked.errors)")
      #expect(looked.status < 64 && !looked.output.isEmpty, "\(looked)")
      #expect(!looked.errors.contains("but this process may use at most"), "\(looked.errors)")
    }
    #expect(try bench.text("results/p/report.md") == report)
  }

  @Test func aBoundOfAScaleThatIsNotLearntIsFound() throws {
    let bench = try Workbench()
    func config(_ temperature: String) -> String {
      """
      { "name": "p", "stages": [
        { "id": "c", "stage": "init", "kind": "clip", "with": { "preset": "mini", "data": { "kind": "shapes" } } },
        { "id": "t", "stage": "train", "kind": "contrastive", "from": "c",
          "with": { "temperature": \(temperature), "steps": 1 } } ] }
      """
    }
    let program = Program(folder: bench.folder)
    for temperature in ["{ \"initial\": 0.1, \"max_scale\": 5 }", "{ \"learn\": true, \"max_scale\": 5 }"] {
      try bench.write(config(temperature), to: "c.json")
      let result = try program.run("validate", "c.json")
      #expect(!result.errors.contains("max_scale"), "\(result.errors)")
    }
    try bench.write(config("{ \"learn\": false, \"max_scale\": 5 }"), to: "c.json")
    let result = try program.run("validate", "c.json")
    #expect(
      result.status == 65
        && result.errors.contains("temperature.max_scale: found this key together with learn false"),
      "\(result.errors)")
  }

  @Test func whatIsNotUTF8IsRefusedByName() throws {
    let bench = try Workbench()
    for arguments in [#"run "$(printf 'c\351.json')""#, #"run c.json --results "$(printf 'r\377')""#] {
      let result = try Program(folder: bench.folder).through(shell: #""$0" \#(arguments)"#).run([])
      #expect(result.status == 64)
      #expect(
        result.errors.contains("is not UTF-8: ") && result.errors.contains("\\x"), "\(result.errors)")
    }
  }

  @Test func validateWarnsOfNamesThatDifferInCaseAlone() throws {
    let bench = try Workbench()
    try bench.write(
      """
      { "name": "p", "matrix": { "activation": ["linear", "tanh"] }, "stages": [
        { "id": "s", "stage": "init", "kind": "sphere" }, { "id": "S", "stage": "init", "kind": "sphere" },
        { "id": "m", "stage": "init", "kind": "mlp", "with": { "activation": "${activation}", "width": 4, "depth": 1 } } ] }
      """, to: "c.json")
    let program = Program(folder: bench.folder)
    let result = try program.run("validate", "c.json")
    #expect(result.status == 0)
    #expect(
      result.errors.contains(
        "warning: \"s\" and \"S\" differ only in the case of letters or in how accents are composed"))
    // Where the file system tells them apart, both are run.
    let run = try program.run("run", "c.json", "--no-figures")
    #expect(
      run.status == 0 || run.errors.contains("this file system does not distinguish the names"),
      "\(run.errors)")
  }

  // MARK: - Manifests and figures

  private static let sphere = """
    { "name": "p", "stages": [
      { "id": "s", "stage": "init", "kind": "sphere", "with": { "pairs": 5 } },
      { "id": "m", "stage": "shift", "kind": "gap", "from": "s", "with": { "delta": [0, 0.5] } },
      { "id": "g", "stage": "evaluate", "kind": "gap", "from": "m" } ],
      "figures": [ { "name": "f", "kind": "lines", "table": "g", "x": "delta", "y": "l2m" } ] }
    """

  @Test(arguments: [
    #""pairs" : 5"#: #""pairs" : -5"#, #""pairs" : 5 "#: #""pairs" : 1e300 "#,
    #""sides" : "both""#: #""sides" : "../x""#,
    #""renormalize" : true"#: #""renormalize" : [1]"#, #""x" : "delta""#: #""x" : 7"#,
  ])
  func aManifestsParametersAreThoseOfItsStages(old: String, new: String) throws {
    let bench = try Workbench()
    try bench.write(Self.sphere, to: "c.json")
    let program = Program(folder: bench.folder)
    let first = try program.run("run", "c.json", "--no-figures")
    try #require(first.status == 0, "\(first.errors)")
    let text = try bench.text("results/p/manifest.json")
    let changed = text.replacing(
      old.trimmingCharacters(in: .whitespaces), with: new.trimmingCharacters(in: .whitespaces))
    try #require(changed != text, "the manifest has no \(old)")
    try bench.write(changed, to: "results/p/other.json")
    let result = try program.run("run", "--manifest", "results/p/other.json", "--no-figures")
    #expect(result.status == 65, "\(result.errors)")
    #expect(result.errors.contains("this version cannot read this manifest"), "\(result.errors)")
    #expect(try program.run("run", "--manifest", "results/p/manifest.json", "--no-figures").status == 0)
  }

  @Test(.enabled(if: Program.hasGnuplot, "needs gnuplot"), arguments: [true, false])
  func aPictureIsNotDrawnOverAFileElsewhere(isHardLink: Bool) throws {
    let bench = try Workbench()
    try bench.write(Self.sphere, to: "c.json")
    let program = Program(folder: bench.folder)
    try #require(try program.run("run", "c.json").status == 0)
    let keys = try bench.write("keys", to: "keys")
    for ending in ["svg", "png", "pdf"] {
      let picture = bench.results + "/p/figures/f.\(ending)"
      try FileManager.default.removeItem(atPath: picture)
      if isHardLink {
        try #require(link(keys, picture) == 0)
      } else {
        try FileManager.default.createSymbolicLink(atPath: picture, withDestinationPath: keys)
      }
    }
    let result = try program.run("run", "c.json", "--set", "stages.m.with.delta=[0,0.25]")
    #expect(try bench.text("keys") == "keys")
    #expect(isHardLink || result.errors.contains("this is a symbolic link to"), "\(result.errors)")
  }

  // MARK: - diff

  private func results(_ bench: Workbench) throws -> Program {
    for name in ["a", "b"] {
      try bench.write("x,y\n1,2\n", to: "\(name)/tables/t.csv")
      try bench.write("x\n1\n", to: "\(name)/deep/inner/u.csv")
    }
    return Program(folder: bench.folder)
  }

  @Test func whatIsEqualIsTheSame() throws {
    let bench = try Workbench()
    #expect(try results(bench).run("diff", "a", "b").status == 0)
  }

  @Test func diffNeverCallsTheSameWhatItDoesNotRead() throws {
    let bench = try Workbench()
    let program = try results(bench)
    let place = "\(bench.folder)/b/deep"
    try FileManager.default.removeItem(atPath: place)
    try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "../a/deep")
    let linked = try program.run("diff", "a", "b")
    #expect(linked.status != 0 && linked.errors.contains("this is a symbolic link to ../a/deep"))
    try FileManager.default.removeItem(atPath: place)
    try #require(mkfifo("\(bench.folder)/b/pipe.h5", 0o600) == 0)
    try #require(mkfifo("\(bench.folder)/a/pipe.h5", 0o600) == 0)
    #expect(try program.run("diff", "a", "b").status != 0)
  }

  @Test(.enabled(if: getuid() != 0, "root may read everything"))
  func aFolderThatCannotBeReadIsAnError() throws {
    let bench = try Workbench()
    let program = try results(bench)
    chmod("\(bench.folder)/b/deep", 0)
    defer { chmod("\(bench.folder)/b/deep", 0o700) }
    let result = try program.run("diff", "a", "b")
    #expect(result.status != 0 && result.errors.contains("b/deep"))
  }

  @Test func numbersBeyondFloat32AreComparedAsTheyAre() throws {
    let bench = try Workbench()
    let program = Program(folder: bench.folder)
    for (name, delta) in [("a", "0.5"), ("b", "0.5000000000000001")] {
      try bench.write(
        """
        { "name": "d", "stages": [
          { "id": "s", "stage": "init", "kind": "sphere", "with": { "pairs": 4 } },
          { "id": "m", "stage": "shift", "kind": "gap", "from": "s", "with": { "delta": [0, \(delta)] } } ] }
        """, to: "\(name).json")
      #expect(try program.run("run", "\(name).json", "--results", name, "--no-figures").status == 0)
    }
    let file = "d/runs/single/embeddings.h5"
    #expect(
      try program.run("diff", "a/\(file)", "b/\(file)").output.contains("m/coordinates/delta  1 of 2 differ"))
    #expect(!(try program.run("diff", "a/\(file)", "a/\(file)").output.contains("differ")))
  }
}
