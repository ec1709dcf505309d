import Contracts
import Declarations
import Execution
import Foundation
import Metrics
import Stages
import TestSupport
import Testing

/// What `init` `embeddings` makes of files with repeated rows, groups, maps, and numbers that float32 does not
/// hold.
@Suite("Embeddings from files of one's own")
struct EmbeddingFilesTests {
  private final class Folder: Sendable {
    let path: String

    init() throws {
      path = NSTemporaryDirectory() + "modgap-files-" + UUID().uuidString
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A `.npy` file of version 1.
    func npy<Number>(
      _ name: String, _ type: String, _ shape: [Int], _ values: [Number], fortran: Bool = false
    )
      throws -> JSONValue
    {
      let sides = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
      var header =
        "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(sides)), }"
      header += String(repeating: " ", count: 127 - (10 + header.utf8.count) % 64) + "\n"
      var data = Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
      data += Data([UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]) + Data(header.utf8)
      values.withUnsafeBytes { data += Data($0) }
      return try write(name, data)
    }

    func write(_ name: String, _ data: Data) throws -> JSONValue {
      try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
      return .string("\(path)/\(name)")
    }
  }

  private func open(_ with: [String: JSONValue]) throws -> (pairs: Embeddings, notices: [String]) {
    let notices = Mutex<[String]>([])
    let variant = try #require(stageCatalog.variant(.`init`, "embeddings"))
    let artefact = try withBudget(jobs: 1) { budget in
      try variant.run(
        .object(with), StageInputs(upstream: []),
        StageContext(
          stageID: "p", seed: 0, budget: budget, notice: { line in notices.withLock { $0.append(line) } }))
    }
    return (try #require(artefact.family?.bases.first), notices.withLock { $0 })
  }

  private func failure(_ with: [String: JSONValue]) -> String {
    do {
      _ = try open(with)
      return "no failure"
    } catch let failure as any Failure {
      return failure.kind == .invalidInput ? failure.message : "kind \(failure.kind)"
    } catch { return "\(error)" }
  }

  private func grouped(_ size: Double) -> JSONValue {
    .object(["kind": .string("grouped"), "size": .number(size)])
  }

  /// Six pictures of 4 numbers, each five times, and five captions of each.
  private func captions(_ folder: Folder) throws -> (x: JSONValue, single: JSONValue, y: JSONValue) {
    let (x, noise) = try Pairs.pair(30, 4)
    let repeated = (0..<30).flatMap { Array(x.row($0 / 5)) }
    let y = (0..<30).flatMap { row in zip(x.row(row / 5), noise.row(row)).map { $0 + 0.01 * $1 } }
    return (
      try folder.npy("x.npy", "<f4", [30, 4], repeated),
      try folder.npy("single.npy", "<f4", [6, 4], Array(x.values.prefix(24))),
      try folder.npy("y.npy", "<f4", [30, 4], y)
    )
  }

  private func recall(_ pairs: Embeddings) throws -> [Double] {
    try evaluate("retrieval", ["k": numbers([1])], of: .embeddings(EmbeddingFamily(pairs))).numbers("recall")
  }

  @Test("five captions a picture: any of them is right, however often the picture's row stands")
  func fiveCaptions() throws {
    let folder = try Folder()
    let (x, single, y) = try captions(folder)
    let (plain, notices) = try open(["x": x, "y": y])
    #expect(plain.pairing == .identity)
    #expect(notices.count == 1)
    #expect(notices[0].contains("only 6 of 30 are different") && notices[0].contains("\"size\": 5"))
    #expect(try recall(plain) == [0.2, 0.2])
    for side in [x, single] {
      let (pairs, notices) = try open(["x": side, "y": y, "pairing": grouped(5)])
      #expect(pairs.pairing == .grouped(size: 5) && notices.isEmpty)
      #expect(try recall(pairs) == [1, 1])
    }
    let map = try folder.npy("map.npy", "<i8", [30], (0..<30).map { Int64($0 / 5) })
    let text = try folder.write("map.csv", Data(("x\n" + (0..<30).map { "\($0 / 5)\n" }.joined()).utf8))
    for path in [map, text] {
      let mapped = JSONValue.object(["kind": .string("map"), "path": path])
      #expect(try recall(open(["x": single, "y": y, "pairing": mapped]).pairs) == [1, 1])
    }
  }

  @Test("a tie that decides is said")
  func ties() throws {
    let folder = try Folder()
    let (x, _, y) = try captions(folder)
    let notices = Mutex<[String]>([])
    let pairs = try open(["x": x, "y": y]).pairs
    let variant = try #require(stageCatalog.variant(.evaluate, "retrieval"))
    _ = try withBudget(jobs: 1) { budget in
      try variant.run(
        .object(["k": numbers([1])]),
        StageInputs(upstream: [(id: "p", artefact: .embeddings(EmbeddingFamily(pairs)))]),
        StageContext(
          stageID: "r", seed: 0, budget: budget, notice: { line in notices.withLock { $0.append(line) } }))
    }
    // A caption's picture stands five times; a picture's captions differ.
    #expect(notices.withLock { $0 }.contains { $0.hasPrefix("30 of 60 queries were decided by a tie") })
  }

  @Test("pairings that do not fit are errors that name the numbers")
  func misfits() throws {
    let folder = try Folder()
    let (x, single, y) = try captions(folder)
    #expect(failure(["x": single, "y": y]).contains("x is (6, 4) but y is (30, 4)"))
    #expect(failure(["x": x, "y": y, "pairing": grouped(7)]).contains("groups of 7"))
    let cases: [(Data, String)] = [
      (Data("0\n6\n".utf8), "has 2 numbers, but y has 30 rows"),
      (Data((0..<30).map { "\($0 / 4)\n" }.joined().utf8), "row 6 of x for row 24 of y"),
      (Data("0\none\n".utf8), "map.txt:2"), (Data("-1\n".utf8), "map.txt:1"),
      (Data("0.5\n".utf8), "map.txt:1"),
      (Data("1,2\n".utf8), "map.txt:1"),
    ]
    for (bytes, says) in cases {
      let map = JSONValue.object(["kind": .string("map"), "path": try folder.write("map.txt", bytes)])
      #expect(failure(["x": single, "y": y, "pairing": map]).contains(says))
    }
    let floats = JSONValue.object([
      "kind": .string("map"),
      "path": try folder.npy("floats.npy", "<f4", [30], [Float](repeating: 0, count: 30)),
    ])
    #expect(failure(["x": single, "y": y, "pairing": floats]).contains("expected integers"))
  }

  @Test("any numbers of rows without pairs")
  func unpaired() throws {
    let folder = try Folder()
    let (_, single, y) = try captions(folder)
    let pairs = try open(["x": single, "y": y, "pairing": .string("none")]).pairs
    #expect(pairs.pairing == .unpaired && pairs.x.rows == 6 && pairs.y?.rows == 30)
  }

  @Test("what float32 does not hold is named", arguments: [false, true])
  func narrowing(fortran: Bool) throws {
    let folder = try Folder()
    let good = try folder.npy("good.npy", "<f4", [3, 2], [1, 2, 3, 4, 5, 6] as [Float])
    // Element (1, 0) in either order.
    let place = fortran ? 1 : 2
    var wide = [1.0, 1, 1, 1, 1, 1]
    wide[place] = -3.5e38
    let beyond = failure(["x": good, "y": try folder.npy("a.npy", "<f8", [3, 2], wide, fortran: fortran)])
    #expect(beyond.contains("number \(place) is -3.5e+38, finite but too large for float32"))
    wide[place] = -.infinity
    let infinite = failure(["x": good, "y": try folder.npy("b.npy", "<f8", [3, 2], wide, fortran: fortran)])
    #expect(infinite.contains("row 1 of modality y holds -inf in column 0"))
    let small = fortran ? [1.0, 1e-60, 1, 1, -1e-50, 1] : [1.0, 1, 1e-60, -1e-50, 1, 1]
    let vanished = failure(["x": good, "y": try folder.npy("c.npy", "<f8", [3, 2], small, fortran: fortran)])
    #expect(vanished.contains("row 1 of modality y is zero in float32, though not in the file"))
    let zero = failure([
      "x": good, "y": try folder.npy("d.npy", "<f8", [3, 2], [1.0, 1, 0, 0, 1, 1]),
    ])
    #expect(zero.contains("row 1 of modality y has norm zero"))
    // One number that vanishes beside another that does not is no loss.
    let half = try open(["x": good, "y": try folder.npy("e.npy", "<f8", [3, 2], [1.0, 1, 1e-60, 1, 1, 1])])
    #expect(half.pairs.y?.row(1) == [0, 1])
  }

  @Test(
    "rows of float64 that lose their digits are refused, single numbers are said",
    arguments: ["npy", "safetensors"])
  func faint(format: String) throws {
    let folder = try Folder()
    let good = try folder.npy("good.npy", "<f4", [3, 2], [1, 2, 3, 4, 5, 6] as [Float])
    func file(_ values: [Double]) throws -> JSONValue {
      let bytes = values.withUnsafeBytes { Data($0) }
      switch format {
      case "npy": return try folder.npy("a.npy", "<f8", [3, 2], values)
      case "safetensors":
        let header = #"{"a":{"dtype":"F64","shape":[3,2],"data_offsets":[0,48]}}"#
        return try folder.write(
          "a.safetensors", Data([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]) + Data(header.utf8) + bytes)
      default: throw TestFailure.noVariant(format)
      }
    }
    let lost = failure(["x": good, "y": try file([1, 1, 1.1e-44, -3.3e-44, 1, 1])])
    #expect(lost.contains("row 1 of modality y loses its direction in float32"), "\(lost)")
    let notes = Notes()
    _ = try run(
      .`init`, "embeddings", ["x": good, "y": try file([1, 1, 1.1e-44, 2, 1e-60, 1])], notes: notes)
    let said = notes.notices.first { $0.contains("1.2e-38") } ?? ""
    #expect(
      said.contains("2 of 6 64-bit numbers") && said.contains("1 became zero and 1 lost digits"),
      "\(notes.notices)")
    // What was float32 once has all its digits.
    let exact = Double(Float.leastNonzeroMagnitude)
    let none = Notes()
    _ = try run(
      .`init`, "embeddings", ["x": good, "y": try file([1, 1, exact, 3 * exact, 2, 1])], notes: none)
    #expect(!none.notices.contains { $0.contains("1.2e-38") }, "\(none.notices)")
  }

  @Test("float16 that was too small for its numbers is named")
  func half() throws {
    let folder = try Folder()
    let good = try folder.npy("good.npy", "<f4", [2, 2], [1, 2, 3, 4] as [Float])
    let one = UInt16(0x3C00)
    let infinite = failure([
      "x": good, "y": try folder.npy("a.npy", "<f2", [2, 2], [one, one, 0x7C00, one]),
    ])
    #expect(infinite.contains("holds inf") && infinite.contains("65,504"))
    let zero = failure(["x": good, "y": try folder.npy("b.npy", "<f2", [2, 2], [one, one, 0, 0])])
    #expect(zero.contains("norm zero") && zero.contains("below 6e-8"))
  }
}
