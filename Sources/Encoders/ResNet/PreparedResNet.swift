import Contracts
import Execution
import Kernels

/// A ResNet's convolutions, packed.
struct PreparedResNet: PreparedTower {
  struct Block: Sendable {
    let convolutions: [PackedConvolution]
    let downsample: PackedConvolution?
  }

  let tower: ResNet
  let stem: PackedConvolution
  let layers: [[Block]]
  /// (features, projection)
  let projection: [Float]
  private let workspaces = Workspaces()

  /// Images that go through the network together: the products of the last layer, where an image has
  /// few pixels, need several. With 16 they are 4 % faster, but a batch of 16 keeps one thread busy.
  static let blockImages = 8

  init(_ tower: ResNet, _ weights: NetworkWeights, _ budget: ThreadBudget) throws {
    precondition(weights.layout == tower.layout, "weights of another tower")
    self.tower = tower
    stem = try PackedConvolution(
      tower.blocks.stem.folded(weights, normEpsilon: tower.normEpsilon), inputs: 3, budget: budget)
    layers = try tower.blocks.layers.map { layer in
      try layer.map { block in
        Block(
          convolutions: try block.links.map {
            try PackedConvolution($0.folded(weights, normEpsilon: tower.normEpsilon), budget: budget)
          },
          downsample: try block.downsample.map {
            try PackedConvolution($0.folded(weights, normEpsilon: tower.normEpsilon), budget: budget)
          })
      }
    }
    projection = tower.projection == nil ? [] : Array(weights["projection"])
  }

  func encode(_ batch: TowerBatch, budget: ThreadBudget) throws -> Matrix {
    let plan = ResNetPlan(self, try tower.pictureSize(batch))
    return try Matrix(rows: batch.count, columns: tower.embedding) { out in
      let out = FloatRows(out, width: tower.embedding)
      try budget.forEachBlock(blockCount(batch.count, size: Self.blockImages)) { block in
        let images = blockRange(block, size: Self.blockImages, count: batch.count)
        try batch.numbers.withSlice { numbers in
          let pictures = FloatRows(numbers, width: batch.numbers.columns)[images]
          try workspaces.lend(count: plan.count, for: plan.picture.shape) { workspace in
            let run = ResNetRun(self, plan, pictures, workspace, budget.cancellation)
            try run.encode(images.count, into: out[images])
          }
        }
      }
    }
  }
}

extension ResNet {
  /// Of a batch that this tower can take.
  func pictureSize(_ batch: TowerBatch) throws -> (height: Int, width: Int) {
    let shape = batch.shape
    guard shape.count == 3, shape[0] == 3, batch.tokens.isEmpty else {
      throw TowerFailure.wrongShape(
        expected: input, found: shape, areTokens: !batch.tokens.isEmpty)
    }
    guard shape[1] > 0, shape[2] > 0 else { throw TowerFailure.tooSmall(shape: shape, least: 1) }
    let area = shape[1].multipliedReportingOverflow(by: shape[2])
    guard !area.overflow, batch.numbers.columns % 3 == 0, batch.numbers.columns / 3 == area.partialValue
    else {
      throw TowerFailure.wrongShape(
        expected: input, found: [batch.numbers.columns], areTokens: false)
    }
    return (shape[1], shape[2])
  }
}

extension PreparedResNet.Block {
  func output(of input: PlaneShape) -> PlaneShape {
    convolutions.reduce(input) { $1.output(of: $0) }
  }
}
