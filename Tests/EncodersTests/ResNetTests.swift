import Contracts
import Datasets
import Encoders
import Execution
import Files
import Kernels
import TestSupport
import Testing

@Suite("ResNet")
struct ResNetTests {
  private let budget = ThreadBudget(jobs: 1)

  private func weights(_ tower: ResNet) throws -> NetworkWeights {
    var weights = try NetworkWeights(drawing: tower.layout, budget: budget) {
      RandomStream(seed: 1, stage: "resnet", name: $0)
    }
    // Statistics of a network that has seen something.
    for (tensor, offset) in zip(tower.layout.tensors, tower.layout.offsets) where tensor.role == .statistic {
      for index in 0..<tensor.count { weights.values[offset + index] += 0.1 * Float(index % 5) }
    }
    return weights
  }

  private func pictures(_ count: Int, _ height: Int, _ width: Int) throws -> TowerBatch {
    TowerBatch(
      numbers: try RandomStream(seed: 2, stage: "resnet", name: "pictures").gaussianMatrix(
        rows: count, columns: 3 * height * width, budget: budget), shape: [3, height, width])
  }

  @Test(
    "features as PyTorch's, on even and odd sizes",
    .enabled(if: SharedData.isPresent, "\(SharedData.missing)"),
    arguments: [("images", "features"), ("odd_images", "odd_features")])
  func golden(_ images: String, _ features: String) throws {
    let tower = ResNet(depth: .eighteen, width: 8)
    let file = try SafetensorsFile(SharedData.golden("tiny_resnet18.safetensors"))
    #expect(Set(file.names.filter { !ResNet.ignores($0) }) == Set(tower.layout.tensors.map(\.name)))
    var values = [Float](repeating: 0, count: tower.layout.count)
    for (tensor, offset) in zip(tower.layout.tensors, tower.layout.offsets) {
      let loaded = try file.load(tensor.name)
      #expect(loaded.shape == tensor.shape)
      values.replaceSubrange(offset..<offset + tensor.count, with: loaded.values)
    }
    let examples = try SafetensorsFile(SharedData.golden("tiny_resnet18.io.safetensors"))
    let (input, output) = (try examples.load(images), try examples.load(features))
    let batch = TowerBatch(
      numbers: Matrix(
        rows: input.shape[0], columns: input.values.count / input.shape[0], values: input.values),
      shape: Array(input.shape[1...]))
    let prepared = try tower.prepare(NetworkWeights(layout: tower.layout, values: values), budget: budget)
    let found = try prepared.encode(batch, budget: budget)
    #expect([found.rows, found.columns] == output.shape)
    let isNear = zip(found.values, output.values).allSatisfy { abs($0 - $1) < 2e-5 }
    #expect(isNear)
  }

  @Test("tensors have torchvision's names, shapes and order")
  func names() {
    let layout = ResNet(depth: .eighteen).layout
    #expect(
      layout.tensors.prefix(6).map(\.name) == [
        "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
        "layer1.0.conv1.weight",
      ])
    let second = layout.tensors.map(\.name).filter { $0.hasPrefix("layer2.0.") && $0.hasSuffix("weight") }
    #expect(
      second
        == ["conv1", "bn1", "conv2", "bn2", "downsample.0", "downsample.1"].map { "layer2.0.\($0).weight" })
    // torchvision's counts without the classifier, and with the batch norms' statistics.
    let counts = { (tower: ResNet) in
      [TensorSpec.Role.weight, .statistic].map { role in
        tower.layout.tensors.filter { $0.role == role }.reduce(0) { $0 + $1.count }
      }
    }
    #expect(counts(ResNet(depth: .eighteen)) == [11_689_512 - 513_000, 9_600])
    #expect(counts(ResNet(depth: .fifty)) == [25_557_032 - 2_049_000, 53_120])
  }

  @Test("embeddings are the features, or as many numbers as the projection has")
  func sizes() {
    #expect(ResNet(depth: .eighteen).embedding == 512)
    #expect(ResNet(depth: .fifty).embedding == 2048)
    #expect(ResNet(depth: .eighteen, width: 8).embedding == 64)
    let projected = ResNet(depth: .fifty, width: 8, projection: 33)
    #expect(projected.embedding == 33)
    #expect(
      projected.layout.tensors.last == TensorSpec("projection", [256, 33], .normal(std: 1.0 / 16)))
  }

  @Test("the projection is a linear map of the features")
  func projection() throws {
    let (plain, projected) = (
      ResNet(depth: .eighteen, width: 5), ResNet(depth: .eighteen, width: 5, projection: 3)
    )
    let batch = try pictures(2, 20, 31)
    let features = try plain.prepare(try weights(plain), budget: budget).encode(batch, budget: budget)
    let values = try weights(projected)
    let found = try projected.prepare(values, budget: budget).encode(batch, budget: budget)
    let map = Array(values["projection"])
    for image in 0..<2 {
      for column in 0..<3 {
        let sum = (0..<40).reduce(0.0) { $0 + Double(features[image, $1]) * Double(map[$1 * 3 + column]) }
        #expect(abs(Double(found[image, column]) - sum) < 1e-5)
      }
    }
  }

  @Test("what batch norms add to the variance: as if the variance were larger by what more is added")
  func normEpsilon() throws {
    let (usual, other) = (
      ResNet(depth: .eighteen, width: 5), ResNet(depth: .eighteen, width: 5, normEpsilon: 0.02)
    )
    var values = try weights(usual)
    let batch = try pictures(2, 40, 31)
    let found = try other.prepare(values, budget: budget).encode(batch, budget: budget)
    let unmoved = try usual.prepare(values, budget: budget).encode(batch, budget: budget)
    for (tensor, offset) in zip(usual.layout.tensors, usual.layout.offsets)
    where tensor.name.hasSuffix("running_var") {
      for index in 0..<tensor.count { values.values[offset + index] += 0.02 - 1e-5 }
    }
    let expected = try usual.prepare(values, budget: budget).encode(batch, budget: budget)
    let scale = expected.values.map(abs).max() ?? 0
    #expect(zip(found.values, expected.values).allSatisfy { abs($0 - $1) <= 1e-4 * scale })
    #expect(zip(found.values, unmoved.values).contains { abs($0 - $1) > 1e-2 * scale })
  }

  @Test("an item is the same bytes in any batch, at any number of threads", arguments: ResNet.Depth.allCases)
  func independent(_ depth: ResNet.Depth) throws {
    let tower = ResNet(depth: depth, width: 16, projection: 24)
    let prepared = try tower.prepare(try weights(tower), budget: budget)
    let all = try pictures(37, 61, 44)
    let together = try prepared.encode(all, budget: budget)
    for jobs in [2, 4] {
      let isSame = try prepared.encode(all, budget: ThreadBudget(jobs: jobs)) == together
      #expect(isSame, "\(jobs) jobs")
    }
    for part in [0..<1, 7..<8, 36..<37, 3..<8, 20..<37] {
      let numbers = Matrix(
        rows: part.count, columns: all.numbers.columns, values: part.flatMap { Array(all.numbers.row($0)) })
      let found = try prepared.encode(TowerBatch(numbers: numbers, shape: all.shape), budget: budget)
      let isSame = found.values == part.flatMap { Array(together.row($0)) }
      #expect(isSame, "pictures \(part)")
    }
  }

  @Test("pictures of a single pixel and no pictures are encoded; other shapes are refused")
  func shapes() throws {
    let tower = ResNet(depth: .eighteen, width: 5)
    let prepared = try tower.prepare(try weights(tower), budget: budget)
    let single = try prepared.encode(try pictures(3, 1, 1), budget: budget)
    #expect(single.rows == 3 && single.values.allSatisfy(\.isFinite))
    #expect(
      try prepared.encode(TowerBatch(numbers: Matrix(zeros: 0, 12), shape: [3, 2, 2]), budget: budget).rows
        == 0)
    for shape in [[3, 0, 5], [3, 5, 0]] {
      let empty = TowerBatch(numbers: Matrix(zeros: 2, 0), shape: shape)
      #expect(throws: TowerFailure.tooSmall(shape: shape, least: 1)) {
        try prepared.encode(empty, budget: budget)
      }
    }
    for shape in [[12], [1, 2, 6], [4, 3, 1], [3, -2, -2], [3, 3, 3], [1, 3, 2, 2]] {
      let wrong = TowerBatch(numbers: Matrix(zeros: 2, 12), shape: shape)
      #expect(throws: TowerFailure.self) { try prepared.encode(wrong, budget: budget) }
    }
    let tokens = TowerBatch(tokens: [1, 2, 3, 4], context: 4)
    #expect(throws: TowerFailure.wrongShape(expected: .images(side: nil), found: [4], areTokens: true)) {
      try prepared.encode(tokens, budget: budget)
    }
  }

  @Test("tensors of files that have no place here")
  func ignored() {
    #expect(["fc.weight", "fc.bias", "bn1.num_batches_tracked"].allSatisfy(ResNet.ignores))
    #expect(!["conv1.weight", "layer1.0.bn1.running_mean", "fc2.weight"].contains(where: ResNet.ignores))
  }
}
