import Datasets
import Encoders
import Files
import Kernels
import TestSupport
import Testing

@Suite("Transformer towers against their formulas")
struct TransformerTowerTests {
  @Test("vision, whatever the sizes")
  func vision() throws {
    for (image, patch, width, layers, heads) in [(8, 4, 14, 2, 2), (7, 3, 5, 1, 1), (4, 4, 48, 3, 3)] {
      let tower = VisionTransformer(
        image: image, patch: patch, width: width, layers: layers, heads: heads, embedding: 6)
      let (weights, batch) = (try drawn(tower), pictures(3, [3, image, image]))
      let found = try encode(tower, weights, batch)
      let twin = TransformerTwin(weights: weights, heads: heads)
      for item in 0..<3 {
        let feature = twin.vision(Array(batch.numbers.row(item)), image: image, patch: patch, layers: layers)
        #expect(difference(found.row(item), twin.project(feature, "proj", 6)) < 1e-5)
      }
    }
  }

  @Test("text, of one token up to the whole context")
  func text() throws {
    for (context, width, heads) in [(9, 14, 2), (1, 5, 1), (40, 32, 2)] {
      let tower = TextTransformer(
        vocabulary: 19, context: 40, width: width, layers: 2, heads: heads, embedding: 7)
      let weights = try drawn(tower)
      let tokens = texts(11, context: context, vocabulary: 19)
      let found = try encode(tower, weights, TowerBatch(tokens: tokens, context: context))
      let twin = TransformerTwin(weights: weights, heads: heads)
      for item in 0..<11 {
        let ids = Array(tokens[item * context..<(item + 1) * context])
        let expected = twin.project(twin.text(ids, width: width, layers: 2), "text_projection", 7)
        #expect(difference(found.row(item), expected) < 1e-5)
      }
    }
  }

  @Test("sequences, padding anywhere and everywhere", arguments: SequenceTransformer.Pooling.allCases)
  func sequences(pooling: SequenceTransformer.Pooling) throws {
    let context = 9
    let tower = SequenceTransformer(
      vocabulary: 12, context: context, width: 15, layers: 2, heads: 3, embedding: 5, pooling: pooling)
    let weights = try drawn(tower)
    var tokens = texts(4, context: context, vocabulary: 12)
    tokens.replaceSubrange(0..<9, with: [0, 0, 3, 4, 0, 5, 0, 0, 0])
    tokens.replaceSubrange(9..<18, with: [Int32](repeating: 0, count: 9))
    let found = try encode(tower, weights, TowerBatch(tokens: tokens, context: context))
    let twin = TransformerTwin(weights: weights, heads: 3)
    for item in 0..<4 {
      let ids = Array(tokens[item * context..<(item + 1) * context])
      let feature = twin.sequence(ids, width: 15, layers: 2, hasClass: pooling == .classToken)
      #expect(difference(found.row(item), twin.project(feature, "proj", 5)) < 1e-5, "item \(item)")
    }
    if pooling == .mean { #expect(found.row(1).allSatisfy { $0 == 0 }) }
  }

  @Test("clips", arguments: [0, 2])
  func video(temporal: Int) throws {
    let tower = VideoTransformer(
      frames: 3, image: 8, patch: 4, width: 14, layers: 2, heads: 2, temporalLayers: temporal, embedding: 6)
    let (weights, batch) = (try drawn(tower), pictures(2, [3, 3, 8, 8]))
    let found = try encode(tower, weights, batch)
    let twin = TransformerTwin(weights: weights, heads: 2)
    for item in 0..<2 {
      let feature = twin.video(
        Array(batch.numbers.row(item)), frames: 3, image: 8, patch: 4, layers: 2, temporal: temporal)
      #expect(difference(found.row(item), twin.project(feature, "proj", 6)) < 1e-5)
    }
  }

  @Test(
    "PyTorch's embeddings of a small CLIP, from files of both kinds", .enabled(if: SharedData.isPresent),
    arguments: ["openai", "hf"])
  func golden(kind: String) throws {
    let file = try SafetensorsFile(SharedData.golden("tiny_clip.\(kind).safetensors"))
    let expected = try SafetensorsFile(SharedData.golden("tiny_clip.io.safetensors"))
    let vision = VisionTransformer(image: 32, patch: 8, width: 48, layers: 2, heads: 3, embedding: 24)
    let images = try expected.load("images").values
    let seen = try encode(
      vision, load(vision, "visual.", file, kind),
      TowerBatch(numbers: Matrix(rows: 6, columns: 3 * 32 * 32, values: images), shape: [3, 32, 32]))
    let text = TextTransformer(vocabulary: 64, context: 12, width: 32, layers: 2, heads: 2, embedding: 24)
    let tokens = try expected.load("tokens").values.map { Int32($0) }
    let read = try encode(text, load(text, "", file, kind), TowerBatch(tokens: tokens, context: 12))
    for (found, name) in [(seen, "image_embeddings"), (read, "text_embeddings")] {
      let reference = try expected.load(name).values
      #expect(zip(found.values, reference).allSatisfy { abs($0 - $1) <= 2e-5 })
    }
  }

  private func load(
    _ tower: any Tower, _ prefix: String, _ file: SafetensorsFile, _ kind: String
  ) throws -> NetworkWeights {
    var weights = NetworkWeights(
      layout: tower.layout, values: [Float](repeating: .nan, count: tower.layout.count))
    for (tensor, offset) in zip(tower.layout.tensors, tower.layout.offsets) {
      let name = prefix + tensor.name
      let values = try values(kind == "hf" ? huggingFaceSource(of: name) : .tensor(name), file)
      #expect(values.count == tensor.count)
      weights.values.replaceSubrange(offset..<offset + values.count, with: values)
    }
    return weights
  }

  private func values(_ source: TensorSource, _ file: SafetensorsFile) throws -> [Float] {
    switch source {
    case .tensor(let name): return try file.load(name).values
    case .joined(let names): return try names.flatMap { try file.load($0).values }
    case .transposed(let name):
      let tensor = try file.load(name)
      let (rows, columns) = (tensor.shape[0], tensor.shape[1])
      return (0..<rows * columns).map { tensor.values[$0 % rows * columns + $0 / rows] }
    }
  }
}
