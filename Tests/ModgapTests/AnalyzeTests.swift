import Files
import Foundation
import RunSupport
import Testing

/// `modgap analyze`, run as a user runs it, on matrices whose answers are known.
@Suite(.enabled(if: Program.isBuilt, "\(Program.missing)"))
struct AnalyzeTests {
  private let bench: Workbench
  private let program: Program

  init() throws {
    bench = try Workbench()
    program = Program(folder: bench.folder, bench: bench)
  }

  private static let (rows, columns) = (60, 8)
  /// Row i of y is row i of x, a little moved, and 2 further on in dimension 0.
  private let x = scatteredRows(rows, columns, seed: 1, shift: 0)
  private var y: [[Float]] {
    zip(x, scatteredRows(Self.rows, Self.columns, seed: 4, shift: 0)).map { row, noise in
      zip(row, noise).enumerated().map { $1.0 + 0.05 * $1.1 + ($0 == 0 ? 2 : 0) }
    }
  }

  private func analyze(_ x: [[Float]], _ y: [[Float]]?, _ more: String...) throws -> Program.Result {
    try bench.npy(x, to: "x.npy")
    if let y { try bench.npy(y, to: "y.npy") }
    return try program.run(["analyze", "x.npy"] + (y == nil ? [] : ["y.npy"]) + ["--out", "out"] + more)
  }

  /// The line of the warning of this name.
  private func warning(_ name: String, in result: Program.Result) -> String? {
    result.output.split(separator: "\n").map(String.init).first { $0.hasPrefix("warning: \(name)") }
  }

  private func value(_ metric: String, _ side: String = "both", of folder: String = "out") throws -> Double? {
    let table = try CSV.read("\(bench.folder)/\(folder)/analysis/tables/metrics.csv")
    let row = (0..<table.rowCount).first { row in
      table["metric"]?.cell(row) == .text(metric) && table["side"]?.cell(row) == .text(side)
    }
    return row.flatMap { table["value"]?.cell($0).number }
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(bench.folder)/\(name)")
  }

  // MARK: - Answers

  @Test func answersFirstAndWritesAllOfIt() throws {
    let result = try analyze(x, y)
    try #require(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("The gap between the centroids of x and y is "), "\(result.output)")
    for name in [
      "analysis.json", "analysis.html", "analysis-tables/cosines.csv", "analysis-tables/interventions.csv",
    ] {
      #expect(exists("out/\(name)"), "\(name)")
    }
    let means = [x, y].map { side -> [Double] in
      let unit = side.map { row -> [Double] in
        let norm = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return row.map { Double($0) / norm }
      }
      return (0..<Self.columns).map { k in unit.reduce(0) { $0 + $1[k] } / Double(Self.rows) }
    }
    let gap = zip(means[0], means[1]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    // Rows are stored as float32, whose rounding is 6e-8 of each number.
    let measured = try #require(try value("l2m"))
    #expect(abs(measured - gap) < 1e-6)
    #expect(warning("row order", in: result) == nil, "\(result.output)")
    let page = try bench.text("out/analysis.html")
    for text in ["explorer", "Citation", "CLIP", "l2m"] { #expect(page.contains(text), "\(text)") }
    #expect(!page.contains("src=\"http") && !page.contains("href=\"http://"))
  }

  @Test func itsConfigRunsAgainFromTheCache() throws {
    try #require(analyze(x, y).status == 0)
    let again = try program.run(["run", "out/analysis.json", "--results", "out", "--no-figures"])
    #expect(again.output.contains("0 computed"), "\(again.output)\(again.errors)")
    let edited = try program.run([
      "run", "out/analysis.json", "--results", "out", "--no-figures", "--set",
      "stages.metrics.with.bootstrap=50",
    ])
    #expect(edited.output.contains("1 computed"), "\(edited.output)\(edited.errors)")
  }

  /// The command beside a metric computes the same number without the cache.
  @Test func oneMetricIsComputedAlone() throws {
    let result = try analyze(x, y)
    let line = try #require(
      result.output.split(separator: "\n").first { $0.hasPrefix("one metric: modgap ") })
    #expect(line.contains("stages.metrics.with.metrics=[\"l2m\"]"), "\(line)")
    let all = try #require(try value("l2m"))
    let again = try program.run([
      "run", "out/analysis.json", "--set", "stages.metrics.with.metrics=[\"l2m\"]", "--results", "out/again",
      "--only",
      "metrics",
    ])
    try #require(again.status == 0, "\(again.errors)")
    let table = try bench.text("out/again/analysis/tables/metrics.csv")
    #expect(table.contains(",\(all),") && !table.contains("cka"), "\(table)")
  }

  @Test func picturesAreDrawn() throws {
    try #require(analyze(x, y).status == 0)
    guard Program.hasGnuplot else { return }
    let names = [
      "points", "cosines", "dimensions", "loss", "interventions", "interventions-union", "k-occurrence",
    ]
    for name in names {
      #expect(exists("out/analysis-pictures/\(name).svg"), "\(name)")
    }
  }

  @Test func oneMatrixIsAnalysedAlone() throws {
    let result = try analyze(x, nil)
    try #require(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("x alone: the mean cosine of two rows is "), "\(result.output)")
    #expect(!result.output.contains("own-side-top1"))
    #expect(try value("uniformity", "x") != nil)
  }

  @Test func identicalSidesHaveNoGap() throws {
    let result = try analyze(x, x)
    try #require(result.status == 0, "\(result.errors)")
    #expect(try value("l2m") == 0)
    #expect(!exists("out/analysis-pictures/loss.svg"))
  }

  // MARK: - Warnings

  @Test(arguments: [1, -1, 3, -5]) func shiftedRowsAreFoundAtTheirOffset(offset: Int) throws {
    let moved = x.indices.map { y[($0 - offset + Self.rows) % Self.rows] }
    let result = try analyze(x, moved)
    try #require(result.status == 0, "\(result.errors)")
    let line = try #require(warning("row order", in: result), "\(result.output)")
    #expect(line.contains("row i of x fits row i \(offset > 0 ? "+" : "−") \(abs(offset)) of y"), "\(line)")
  }

  @Test func rowsWithoutOrderAreFound() throws {
    let result = try analyze(x, scatteredRows(Self.rows, Self.columns, seed: 9, shift: 2))
    let line = try #require(warning("row order", in: result), "\(result.output)\(result.errors)")
    #expect(line.contains("No better than chance"), "\(line)")
  }

  @Test func brokenRowsAreLeftOutAndTold() throws {
    var (x, y) = (x, y)
    x[3] = [Float](repeating: 0, count: Self.columns)
    y[7][2] = .nan
    y[9][1] = .infinity
    let result = try analyze(x, y)
    try #require(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("3 items of 60 are left out"), "\(result.output)")
    #expect(
      warning("zero and NaN rows of x", in: result)?.contains(
        "1 of norm zero, 0 not finite, of 60 rows, the first is row 3")
        == true)
    let other = try #require(warning("zero and NaN rows of y", in: result))
    #expect(
      other.contains("2 not finite") && other.contains("row 7") && other.contains("2 dimensions"), "\(other)")
  }

  @Test func repeatsConstantsAndNormsAreTold() throws {
    var x = x
    for row in x.indices { x[row][5] = 0 }
    (x[1], x[2]) = (x[0], x[0])
    let result = try analyze(x, y)
    #expect(
      warning("duplicates of x", in: result)?.contains("2 of 60 rows repeat another") == true,
      "\(result.output)")
    #expect(warning("constant rows and dimensions of x", in: result)?.contains("1 zero and 0 other") == true)
    #expect(warning("norms of x", in: result) != nil && warning("duplicates of y", in: result) == nil)
    #expect(warning("rows for each dimension", in: result) == nil)
  }

  @Test func centredSidesAreTold() throws {
    func centred(_ rows: [[Float]]) -> [[Float]] {
      var rows = rows
      // Directions and their opposites have the mean zero exactly.
      for row in rows.indices where row % 2 == 1 { rows[row] = rows[row - 1].map { -$0 } }
      return rows
    }
    let result = try analyze(centred(x), y)
    #expect(
      warning("mean of x", in: result) != nil && warning("mean of y", in: result) == nil, "\(result.output)")
  }

  @Test func unitRowsPassTheCheckOfNorms() throws {
    let unit = x.map { row in
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / norm }
    }
    let result = try analyze(unit, y)
    #expect(
      warning("norms of x", in: result) == nil && warning("norms of y", in: result) != nil, "\(result.output)"
    )
  }

  // MARK: - What is given

  @Test func sidesThatDoNotFitAreRefused() throws {
    let fewer = try analyze(x, Array(y.dropLast()))
    #expect(
      fewer.status == 65 && fewer.errors.contains("x has 60 rows and y has 59")
        && fewer.errors.contains("--map"))
    let narrower = try analyze(x, y.map { Array($0.dropLast()) })
    #expect(
      narrower.status == 65 && narrower.errors.contains("x has 8 dimensions and y has 7"),
      "\(narrower.errors)")
    let none = try analyze(x.map { $0.map { _ in 0 } }, y)
    #expect(none.status == 65 && none.errors.contains("at least 2 are needed"), "\(none.errors)")
    let counts = try program.run(["analyze"])
    #expect(counts.status == 64)
    let parquet = try program.run(["analyze", "a.parquet", "b.parquet"])
    #expect(parquet.status == 65 && parquet.errors.contains("pyarrow"))
  }

  @Test func severalRowsOfYBelongToOneItem() throws {
    let doubled = y.flatMap { [$0, $0.map { $0 * 1.01 + 0.01 }] }
    try bench.write("row\n" + (0..<120).map { "\($0 / 2)\n" }.joined(), to: "map.csv")
    let result = try analyze(x, doubled, "--map", "map.csv")
    try #require(result.status == 0, "\(result.errors)")
    #expect(warning("rows of y for each item", in: result)?.contains("at most 2") == true, "\(result.output)")
    let without = try program.run(["analyze", "x.npy", "y.npy"])
    #expect(
      without.status == 65 && without.errors.contains("y has 2 rows for each row of x"), "\(without.errors)")
    try bench.write((0..<120).map { "\($0)\n" }.joined(), to: "map.csv")
    let beyond = try program.run(["analyze", "x.npy", "y.npy", "--map", "map.csv"])
    #expect(beyond.status == 65 && beyond.errors.contains("x has the rows 0 to 59"), "\(beyond.errors)")
  }

  @Test func idsAndLabelsMayBeAnything() throws {
    let nasty = "</script><b>\"a\", b\u{202E}\n=1+1"
    let quoted = "\"" + nasty.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    try bench.write(
      "id\n" + (0..<60).map { $0 == 0 ? quoted + "\n" : "item \($0)\n" }.joined(), to: "ids.csv")
    try bench.write((0..<60).map { "\($0 % 3)\n" }.joined(), to: "labels.txt")
    let result = try analyze(x, y, "--ids", "ids.csv", "--labels", "labels.txt")
    try #require(result.status == 0, "\(result.errors)")
    #expect(try !bench.text("out/analysis.html").contains("</script><b>"))
    // The bytes of `np.save(path, ["a", "b"] * 30)`, `<U1`.
    let head = "{'descr': '<U1', 'fortran_order': False, 'shape': (60,), }"
    let header = Array(head.padding(toLength: 117, withPad: " ", startingAt: 0).utf8) + [10]
    let letters = (0..<60).flatMap { [$0 % 2 == 0 ? 97 : 98, 0, 0, 0] as [UInt8] }
    try Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + letters)
      .write(to: URL(fileURLWithPath: "\(bench.folder)/strings.npy"))
    let strings = try program.run([
      "analyze", "x.npy", "y.npy", "--out", "strings", "--labels", "strings.npy",
    ])
    #expect(strings.status == 0, "\(strings.errors)")
    try bench.write("a\nb\n", to: "labels.txt")
    let few = try program.run(["analyze", "x.npy", "y.npy", "--labels", "labels.txt"])
    #expect(
      few.status == 65 && few.errors.contains("found 2 labels, expected one for each of the 60 rows of x"))
    try bench.write("a,b\n", to: "ids.csv")
    let wide = try program.run(["analyze", "x.npy", "y.npy", "--ids", "ids.csv"])
    #expect(wide.status == 65 && wide.errors.contains("found 2 fields, expected one"), "\(wide.errors)")
  }

  @Test func shardsAreOneMatrix() throws {
    try #require(analyze(x, y).status == 0)
    for (folder, matrix) in [("img_emb", x), ("text_emb", y)] {
      try FileManager.default.createDirectory(
        atPath: "\(bench.folder)/\(folder)", withIntermediateDirectories: true)
      for shard in 0..<12 {
        try bench.npy(Array(matrix[shard * 5..<shard * 5 + 5]), to: "\(folder)/\(folder)_\(shard).npy")
      }
    }
    let result = try program.run(["analyze", "img_emb", "text_emb", "--out", "shards"])
    try #require(result.status == 0, "\(result.errors)")
    #expect(try value("rmg", of: "shards") == value("rmg"))
    try FileManager.default.removeItem(atPath: "\(bench.folder)/img_emb/img_emb_4.npy")
    let gone = try program.run(["analyze", "img_emb", "text_emb"])
    #expect(gone.status == 65 && gone.errors.contains("img_emb_4.npy is missing"), "\(gone.errors)")
    let none = try program.run(["analyze", "out", "text_emb"])
    #expect(none.status == 65 && none.errors.contains("no numbered shards"), "\(none.errors)")
  }

  @Test func membersOfSafetensorsAreRead() throws {
    try #require(analyze(x, y).status == 0)
    let size = 4 * Self.rows * Self.columns
    func entry(_ name: String, _ start: Int) -> String {
      "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(Self.rows),\(Self.columns)],\"data_offsets\":[\(start),\(start + size)]}"
    }
    let header = Array("{\(entry("x", 0)),\(entry("y", size))}".utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    let numbers = (x + y).flatMap { row in
      row.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
    }
    try Data(length + header + numbers).write(to: URL(fileURLWithPath: "\(bench.folder)/both.safetensors"))
    let result = try program.run(["analyze", "both.safetensors:x", "both.safetensors:y", "--out", "other"])
    try #require(result.status == 0, "\(result.errors)")
    #expect(
      try bench.text("other/analysis/tables/metrics.csv") == bench.text("out/analysis/tables/metrics.csv"))
  }

  /// What a run has written is an HDF5 file such as anybody may have; its rows are of unit norm already.
  @Test func membersOfHDF5AreRead() throws {
    try #require(analyze(x, y).status == 0)
    let file = "out/analysis/runs/single/embeddings.h5"
    for words in [["\(file):/pairs/x", "\(file):/pairs/y"], ["\(file):/pairs"]] {
      let result = try program.run(["analyze"] + words + ["--out", "other"])
      try #require(result.status == 0, "\(result.errors)")
      let (found, expected) = (try value("rmg", of: "other"), try value("rmg"))
      #expect(abs((found ?? .nan) - (expected ?? .nan)) < 1e-6)
    }
  }

  @Test func membersOfNumPyArchivesAreRead() throws {
    try #require(analyze(x, y).status == 0)
    let arrays = try ["x", "y"].map { name in
      (
        name: "\(name).npy",
        bytes: Array(try Data(contentsOf: URL(fileURLWithPath: "\(bench.folder)/\(name).npy")))
      )
    }
    try Data(StoredZip.file(arrays)).write(to: URL(fileURLWithPath: "\(bench.folder)/both.npz"))
    for words in [["both.npz"], ["both.npz:x", "both.npz:y"]] {
      let result = try program.run(["analyze"] + words + ["--out", "npz"])
      try #require(result.status == 0, "\(result.errors)")
      #expect(try value("rmg", of: "npz") == value("rmg"))
    }
    let none = try program.run(["analyze", "both.npz:z", "y.npy"])
    #expect(
      none.status == 65 && none.errors.contains("there is no array \"z\"; it has x, y"), "\(none.errors)")
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(bench.folder)/broken.npz"))
    #expect(try program.run(["analyze", "broken.npz"]).status == 65)
  }
}

/// Zip files whose members are stored as they are, as `numpy.savez` makes them.
private enum StoredZip {
  static func file(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    for member in members {
      let head =
        word(20, 2) + word(0, 2) + word(0, 2) + word(0, 4) + word(Int(checksum(member.bytes)), 4)
        + word(member.bytes.count, 4) + word(member.bytes.count, 4) + word(member.name.utf8.count, 2)
        + word(0, 2)
      directory +=
        [0x50, 0x4B, 1, 2] + word(20, 2) + head + word(0, 2) + word(0, 2) + word(0, 2) + word(0, 4)
      directory += word(file.count, 4) + Array(member.name.utf8)
      file += [0x50, 0x4B, 3, 4] + head + Array(member.name.utf8) + member.bytes
    }
    let end =
      [0x50, 0x4B, 5, 6] + word(0, 4) + word(members.count, 2) + word(members.count, 2)
      + word(directory.count, 4)
      + word(file.count, 4) + word(0, 2)
    return file + directory + end
  }

  private static func word(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
      }
    }
  }
}
