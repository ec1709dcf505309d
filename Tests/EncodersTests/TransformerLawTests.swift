import Encoders
import Kernels
import Testing

@Suite("What holds for every transformer tower")
struct TransformerLawTests {
  /// Towers and batches of odd sizes, with more rows than one block holds where it says so.
  private static func cases(items: Int) -> [(tower: any Tower, batch: TowerBatch)] {
    let text = TextTransformer(vocabulary: 21, context: 30, width: 24, layers: 2, heads: 2, embedding: 9)
    let video = VideoTransformer(
      frames: 2, image: 8, patch: 4, width: 14, layers: 1, heads: 1, temporalLayers: 1, embedding: 5)
    let residues = TowerBatch(tokens: texts(items, context: 30, vocabulary: 21).map { $0 % 19 }, context: 30)
    return [
      (
        VisionTransformer(image: 16, patch: 4, width: 48, layers: 2, heads: 3, embedding: 10),
        pictures(items, [3, 16, 16])
      ),
      (text, TowerBatch(tokens: texts(items, context: 30, vocabulary: 21), context: 30)),
      (video, pictures(items, [2, 3, 8, 8])),
    ]
      + SequenceTransformer.Pooling.allCases.map { pooling in
        (
          SequenceTransformer(
            vocabulary: 21, context: 30, width: 24, layers: 2, heads: 2, embedding: 9, pooling: pooling),
          residues
        )
      }
  }

  @Test("the same bytes at 1, 2 and 4 threads")
  func threads() throws {
    for (tower, batch) in Self.cases(items: 60) {
      let weights = try drawn(tower)
      let one = try encode(tower, weights, batch, jobs: 1)
      #expect(try encode(tower, weights, batch, jobs: 2) == one)
      #expect(try encode(tower, weights, batch, jobs: 4) == one)
    }
  }

  @Test("an item's embedding is the same bytes alone, in any company and in any place")
  func company() throws {
    for (tower, batch) in Self.cases(items: 60) {
      let weights = try drawn(tower)
      let all = try encode(tower, weights, batch)
      for items in [[0], [59], Array(7..<20), Array((0..<60).reversed()), [3, 3, 4]] {
        let some = try encode(tower, weights, pick(items, of: batch))
        for (row, item) in items.enumerated() {
          #expect(
            some.row(row).elementsEqual(all.row(item)), "\(tower.input), item \(item) of \(items.count)")
        }
      }
    }
  }

  /// At CLIP's width, where the last block's rows, one an item, are more than all rows before it.
  @Test("equal texts have the embedding of one, however many there are", arguments: [2, 13, 14, 20, 32, 64])
  func equalTexts(count: Int) throws {
    let tower = TextTransformer(vocabulary: 21, context: 8, width: 512, layers: 1, heads: 8, embedding: 16)
    let weights = try drawn(tower)
    let text: [Int32] = [19, 3, 4, 5, 6, 7, 20, 0]
    let alone = try encode(tower, weights, TowerBatch(tokens: text, context: 8))
    let tokens = (0..<count).flatMap { _ in text }
    let all = try encode(tower, weights, TowerBatch(tokens: tokens, context: 8))
    for item in 0..<count { #expect(all.row(item).elementsEqual(alone.row(0)), "item \(item)") }
  }

  @Test("sequences of padding alone, more of them than there are rows, spoil no other's embedding")
  func emptySequences() throws {
    let tower = SequenceTransformer(
      vocabulary: 21, context: 6, width: 768, layers: 1, heads: 12, embedding: 5, pooling: .mean)
    let weights = try drawn(tower)
    let text: [Int32] = [3, 0, 4, 5, 0, 0]
    let alone = try encode(tower, weights, TowerBatch(tokens: text, context: 6))
    let tokens = text + [Int32](repeating: 0, count: 6 * 62) + text
    let all = try encode(tower, weights, TowerBatch(tokens: tokens, context: 6))
    for item in [0, 63] { #expect(all.row(item).elementsEqual(alone.row(0))) }
    for item in 1..<63 { #expect(all.row(item).allSatisfy { $0 == 0 }) }
  }

  @Test("a picture without numbers spoils no other's embedding")
  func spoilt() throws {
    let (tower, batch) = Self.cases(items: 12)[0]
    let weights = try drawn(tower)
    var numbers = batch.numbers
    for column in 0..<numbers.columns { numbers[5, column] = .nan }
    let (clean, found) = (
      try encode(tower, weights, batch),
      try encode(tower, weights, TowerBatch(numbers: numbers, shape: batch.shape))
    )
    #expect(found.row(5).allSatisfy { $0.isNaN })
    for item in 0..<12 where item != 5 { #expect(found.row(item).elementsEqual(clean.row(item))) }
  }

  private func pick(_ items: [Int], of batch: TowerBatch) -> TowerBatch {
    if batch.numbers.columns > 0 {
      let values = items.flatMap { Array(batch.numbers.row($0)) }
      return TowerBatch(
        numbers: Matrix(rows: items.count, columns: batch.numbers.columns, values: values), shape: batch.shape
      )
    }
    let context = batch.shape[0]
    return TowerBatch(
      tokens: items.flatMap { batch.tokens[$0 * context..<($0 + 1) * context] }, context: context)
  }

  @Test("what stands after a text's end changes nothing, and what stands before it does")
  func causality() throws {
    let tower = TextTransformer(vocabulary: 21, context: 12, width: 24, layers: 2, heads: 2, embedding: 9)
    let weights = try drawn(tower)
    let tokens: [Int32] = [19, 3, 4, 5, 20, 0, 0, 0, 0, 0, 0, 0]
    func embed(_ tokens: [Int32]) throws -> Matrix {
      try encode(tower, weights, TowerBatch(tokens: tokens, context: tokens.count))
    }
    let expected = try embed(tokens)
    var other = tokens
    other.replaceSubrange(5..<12, with: [7, 20, 8, 20, 1, 2, 19])
    #expect(try embed(other) == expected)
    #expect(try embed(Array(tokens[..<5])) == expected)
    other = tokens
    other[1] = 4
    #expect(try embed(other) != expected)
  }

  @Test("no items give no embeddings")
  func nothing() throws {
    for (tower, batch) in Self.cases(items: 1) {
      let none = try encode(tower, drawn(tower), pick([], of: batch))
      #expect(none.rows == 0)
      #expect(none.columns == tower.embedding)
    }
  }

  @Test("ids outside the vocabulary are refused, after the end as well")
  func badIDs() throws {
    let tower = TextTransformer(vocabulary: 21, context: 6, width: 8, layers: 1, heads: 1, embedding: 4)
    let weights = try drawn(tower)
    for (id, position) in [(-1, 0), (21, 2), (Int32.max, 5), (Int32.min, 5)] as [(Int32, Int)] {
      var tokens: [Int32] = [19, 1, 20, 0, 0, 0, 19, 1, 20, 0, 0, 0]
      tokens[6 + position] = id
      #expect(
        throws: TowerFailure.tokenOutOfRange(item: 1, position: position, id: Int(id), vocabulary: 21)
      ) { try encode(tower, weights, TowerBatch(tokens: tokens, context: 6)) }
    }
  }

  @Test("batches of another shape or kind are refused")
  func badShapes() throws {
    let cases = Self.cases(items: 2)
    let long = TowerBatch(tokens: [Int32](repeating: 1, count: 62), context: 31)
    for (tower, _) in cases {
      for (other, batch) in cases where other.input != tower.input {
        #expect(throws: TowerFailure.self) { try encode(tower, drawn(tower), batch) }
      }
      for batch in [long, pictures(1, [3, 8, 8]), pictures(1, [192])] {
        #expect(throws: TowerFailure.self) { try encode(tower, drawn(tower), batch) }
      }
    }
  }

  @Test("sizes that no transformer can have are refused")
  func impossible() throws {
    let towers: [any Tower] = [
      VisionTransformer(image: 8, patch: 16, width: 8, layers: 1, heads: 2, embedding: 4),
      VisionTransformer(image: 8, patch: 4, width: 9, layers: 1, heads: 2, embedding: 4),
      TextTransformer(vocabulary: 5, context: 4, width: 8, layers: 1, heads: 0, embedding: 4),
    ]
    for tower in towers {
      #expect(throws: TowerFailure.self) { try encode(tower, drawn(tower), pictures(1, [3, 8, 8])) }
    }
  }
}
