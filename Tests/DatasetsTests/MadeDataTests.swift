import Datasets
import Declarations
import Foundation
import Kernels
import TestSupport
import Testing

/// Data that the program makes itself.
@Suite struct MadeDataTests {
  private func shapes(_ more: [String: JSONValue] = [:], count: Int = 200) throws -> PairedData {
    let values: [String: JSONValue] = ["count": .number(Double(count)), "size": 64, "normalize": "none"]
    return try DatasetCatalog.make("shapes", with: values.merging(more) { $1 }, seed: 7)
  }

  private func captions(_ data: PairedData) throws -> [String] { try data.y?.texts(0..<data.count) ?? [] }

  private func named(_ caption: String) -> Int {
    let words = Set(
      "red green blue yellow orange purple pink brown black grey small medium large circle square triangle diamond pentagon star cross ring"
        .split(separator: " ").map(String.init))
    let places =
      caption.components(separatedBy: " at the ").count + caption.components(separatedBy: " on the ").count
      + caption.components(separatedBy: " in the centre").count - 3
    return caption.split { !$0.isLetter }.filter { words.contains(String($0)) }.count + places
  }

  @Test func aFullCaptionSaysWhatIsDrawn() throws {
    let data = try shapes(["objects": 1])
    let colours: [String: SIMD3<Float>] = [
      "red": SIMD3(220, 30, 35), "blue": SIMD3(30, 80, 210), "black": SIMD3(20, 20, 20),
    ]
    let texts = try captions(data)
    let pixels = try withBudget(jobs: 1) { try data.x.matrix(0..<data.count, budget: $0) }
    var checked = 0
    for (index, text) in texts.enumerated() {
      #expect(named(text) == 4, "\(text)")
      guard text.contains("in the centre"), !text.contains("ring"),
        let colour = colours.first(where: { text.contains(" \($0.key) ") })
      else { continue }
      checked += 1
      let row = Array(pixels.row(index))
      let middle = 32 * 64 + 32
      for channel in 0..<3 {
        #expect(abs(row[channel * 4096 + middle] * 255 - colour.value[channel]) < 1, "\(text)")
      }
    }
    #expect(checked > 0)
  }

  @Test(arguments: [0, 0.25, 0.5, 1])
  func theInformationIsTheShareOfWhatCaptionsName(share: Double) throws {
    let full = try captions(shapes())
    let some = try captions(shapes(["information": .number(share)]))
    let total = full.map(named).reduce(0, +)
    #expect(abs(Double(some.map(named).reduce(0, +)) - share * Double(total)) < 1)
    if share == 0 { #expect(Set(some) == ["a picture"]) }
  }

  @Test(arguments: [0, 0.1, 0.5, 1])
  func mismatchSwapsExactlyTheShare(rate: Double) throws {
    let own = try captions(shapes())
    let swapped = try captions(shapes(["mismatch": .number(rate)]))
    #expect(own.sorted() == swapped.sorted())
    let moved = zip(own, swapped).filter { $0 != $1 }.count
    // Two pictures may have the same caption, and look unswapped.
    #expect(abs(Double(moved) - rate * 200) <= 2)
    let images = try withBudget(jobs: 1) {
      try shapes(["mismatch": .number(rate)]).x.matrix(0..<4, budget: $0)
    }
    #expect(try withBudget(jobs: 1) { try shapes().x.matrix(0..<4, budget: $0) } == images)
  }

  @Test func edgesAreSmooth() throws {
    let data = try shapes(["objects": 1, "size": 96], count: 20)
    let pixels = try withBudget(jobs: 1) { try data.x.matrix(0..<20, budget: $0) }
    for index in 0..<20 {
      let row = Array(pixels.row(index))
      let colours = Set((0..<96 * 96).map { SIMD3(row[$0], row[9216 + $0], row[18432 + $0]) })
      #expect(colours.count > 2, "nothing but two colours")
    }
  }

  @Test func clipsMoveTheWayTheirCaptionsSay() throws {
    let data = try DatasetCatalog.make(
      "moving-shapes",
      with: ["count": 80, "size": 48, "frames": 5, "objects": 1, "normalize": "none"], seed: 4)
    let texts = try captions(data)
    let size = 5 * 3 * 48 * 48
    let clips = try withBudget(jobs: 2) { try data.x.matrix(0..<80, budget: $0) }
    var seen: Set<String> = []
    for (index, text) in texts.enumerated() {
      let row = Array(clips.row(index))
      #expect(row.count == size)
      let (first, last) = (centre(row, 0), centre(row, 4))
      let way = last - first
      for (words, along) in [
        ("to the right", way.x), ("to the left", -way.x), ("down", way.y), ("up", -way.y),
      ]
      where text.hasSuffix(words) {
        #expect(along > 8, "\(text): \(way)")
        seen.insert(words)
      }
      if text.hasSuffix("stays still") { #expect(way == SIMD2(0, 0), "\(text)") }
    }
    #expect(seen.count == 4)
  }

  /// The centre of what differs from the background, in pixels.
  private func centre(_ clip: [Float], _ frame: Int) -> SIMD2<Float> {
    let plane = clip[frame * 3 * 2304..<(frame + 1) * 3 * 2304].map { $0 }
    var sum = SIMD2<Float>(0, 0)
    var weight: Float = 0
    for place in 0..<2304 {
      let apart = (0..<3).map { abs(plane[$0 * 2304 + place] - plane[$0 * 2304]) }.reduce(0, +)
      sum += SIMD2(Float(place % 48), Float(place / 48)) * apart
      weight += apart
    }
    return sum / weight
  }

  @Test func madeProteinsHoldWhatTheirCaptionsName() throws {
    let data = try DatasetCatalog.make("proteins", with: ["count": 300], seed: 1)
    let sequences = try data.x.texts(0..<300)
    let captions = try captions(data)
    let motifs = [
      "a nuclear localisation signal": "PKKKRKV", "a histidine tag": "HHHHHH", "a retention signal": "KDEL",
    ]
    var found = 0
    for (sequence, caption) in zip(sequences, captions) {
      #expect(sequence.allSatisfy { "ACDEFGHIKLMNPQRSTVWY".contains($0) })
      #expect((90...240).contains(sequence.count))
      #expect(caption.hasPrefix("a protein with a"))
      for (name, pattern) in motifs where caption.contains(name) {
        found += 1
        #expect(sequence.contains(pattern), "\(caption): \(sequence)")
      }
    }
    #expect(found > 50)
  }

  @Test func noiseIsStandardNormal() throws {
    let data = try DatasetCatalog.make("noise-images", with: ["count": 8, "size": 64], seed: 0)
    let values = try withBudget(jobs: 2) { try data.x.matrix(0..<8, budget: $0).values }
    // Moments of N(0, 1), each within four standard errors.
    let moments: [(power: Int, expected: Double, variance: Double)] = [
      (1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96),
    ]
    let count = Double(values.count)
    for (power, expected, variance) in moments {
      let moment = values.reduce(0.0) { $0 + pow(Double($1), Double(power)) } / count
      #expect(abs(moment - expected) < 4 * (variance / count).squareRoot(), "\(power): \(moment)")
    }
    for lag in [1, 2, 64, 4096, 3 * 4096] {
      let pairs = zip(values, values.dropFirst(lag)).map { Double($0) * Double($1) }
      let mean = pairs.reduce(0, +) / Double(pairs.count)
      #expect(
        abs(mean) < 4 / Double(pairs.count).squareRoot(), "neighbours at \(lag) are correlated: \(mean)")
    }
    #expect(data.x.inputKind == .numbers(shape: [3, 64, 64]))
  }

  @Test func tokensAreUniform() throws {
    let data = try DatasetCatalog.make("random-tokens", with: ["count": 2000], seed: 0)
    #expect(data.x.inputKind == .tokens(context: 77, vocabulary: 49408))
    let tokens = try withBudget(jobs: 2) { try data.x.tokens(0..<2000, budget: $0) }
    #expect(tokens.count == 2000 * 77)
    #expect(tokens.allSatisfy { (0..<49408).contains($0) })
    // χ² over 64 equal bins; 63 ± 11.2.
    var bins = [Double](repeating: 0, count: 64)
    for token in tokens { bins[Int(token) / 772] += 1 }
    let expected = Double(tokens.count) / 64
    let statistic = bins.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    #expect(abs(statistic - 63) < 45, "\(statistic)")
  }
}
