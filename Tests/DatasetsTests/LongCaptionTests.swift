import Contracts
import Datasets
import Foundation
import Kernels
import TestSupport
import Testing

/// `information` on captions of many words: a random sample of the words, whatever their number.
@Suite struct LongCaptionTests {
  private func kept(_ words: Int, _ information: Double, captions: Int) throws -> [[Int]] {
    try withFolder { folder in
      let caption = (0..<words).map { "w\($0)" }.joined(separator: " ")
      let path = try write(
        "path,caption\n" + String(repeating: "p.png,\(caption)\n", count: captions), folder + "/list.csv")
      let data = try DatasetCatalog.make(
        "captioned-images", with: ["path": .string(path), "information": .number(information)], seed: 0)
      return try data.y?.texts(0..<captions).map { text in
        text.split(separator: " ").compactMap { Int($0.dropFirst()) }
      } ?? []
    }
  }

  /// Of the first half of the words, a hypergeometric number is kept: mean n/2, variance n·¼·(N − n)/(N − 1). The
  /// bounds are five standard errors.
  @Test(arguments: [(400, 0.8), (400, 0.2), (128, 0.5), (1000, 0.9), (65, 0.99)])
  func theWordsAreARandomSample(words: Int, information: Double) throws {
    let captions = 400
    let sizes = Int((information * Double(words)).rounded())
    let kept = try kept(words, information, captions: captions)
    #expect(kept.allSatisfy { $0.count == sizes && $0 == $0.sorted() && Set($0).count == sizes })
    let half = kept.map { Double($0.count { $0 < words / 2 }) }
    let mean = half.reduce(0, +) / Double(captions)
    let deviation = (half.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(captions - 1)).squareRoot()
    let share = Double(words / 2) / Double(words)
    let expected = (Double(sizes) * share * (1 - share) * Double(words - sizes) / Double(words - 1))
      .squareRoot()
    let half5 = 5 / Double(captions).squareRoot()
    #expect(abs(mean - Double(sizes) * share) < half5 * expected, "\(mean)")
    #expect(abs(deviation / expected - 1) < half5 / 2.0.squareRoot(), "\(deviation) and not \(expected)")
    // Each word is kept as often as the others.
    let counts = kept.reduce(into: [Int](repeating: 0, count: words)) { counts, places in
      for place in places { counts[place] += 1 }
    }
    let each = (information * (1 - information) * Double(captions)).squareRoot()
    #expect(counts.allSatisfy { abs(Double($0) - Double(sizes * captions) / Double(words)) < 5.5 * each })
  }

  /// Up to 64 numbers are those that an item always had, so that shorter captions keep their words; and the words of
  /// any number are taken from those that are left, one by one.
  @Test(arguments: [1, 2, 7, 63, 64, 100, 128]) func theNumbersAreThoseOfTheStream(words: Int) throws {
    let count = Int((0.6 * Double(words)).rounded())
    let stream = RandomStream(seed: 0, stage: "data", name: "wording")
    for (index, found) in try kept(words, 0.6, captions: 5).enumerated() {
      var numbers = [Float](repeating: 0, count: 64)
      numbers.withSlice { stream.uniforms(into: $0, offset: index * 64) }
      if count > 64 {
        let own = RandomStream(seed: stream.key, stage: "item", name: String(index))
        var more = [Float](repeating: 0, count: 64)
        more.withSlice { own.uniforms(into: $0) }
        numbers += more
      }
      var rest = Array(0..<words)
      let expected = numbers.prefix(count).map {
        rest.remove(at: min(rest.count - 1, Int($0 * Float(rest.count))))
      }
      #expect(found == expected.sorted())
    }
  }

  /// A caption as long as a book takes no quadratic time.
  @Test func hugeCaptions() throws {
    let kept = try kept(200_000, 0.5, captions: 1)
    #expect(kept.first?.count == 100_000)
    let half = Double(kept.first?.count { $0 < 100_000 } ?? 0)
    // √(10⁵ · ½ · ½ · ½) = 112.
    #expect(abs(half - 50_000) < 5 * 112)
  }
}
