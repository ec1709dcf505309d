import Kernels

/// What a ResNet in training keeps of a batch of pictures of one size: the results of all convolutions, and
/// of all ReLUs but the stem's.
final class ResNetRecords: @unchecked Sendable {
  /// Of one picture.
  let size: PixelRows.Extent
  let picture: PixelRows
  let stem: LinkTrainer
  let pooling: StemPooling
  let blocks: [ResidualTrainer]
  let output: PixelRows
  /// Gradients by what goes into blocks or comes out of them, and by what is between.
  let outer: UnsafeMutablePointer<Float>
  let inner: UnsafeMutablePointer<Float>
  /// Room for the gradient by the stem's norm, while `outer` has that by the pool's result.
  let spread: UnsafeMutablePointer<Float>
  let links: [LinkTrainer]
  private let memory: TrainingMemory

  /// - Parameter capacity: the most pictures of a batch.
  init(_ tower: ResNet, _ size: PixelRows.Extent, capacity: Int) {
    let maker = RecordMaker(tower, size, capacity)
    self.size = size
    memory = maker.memory
    picture = maker.pixels(size)
    stem = maker.link(tower.blocks.stem, picture)
    let pool = Pooling.greatest
    let pooled = maker.pixels(
      PixelRows.Extent(
        height: pool.output(stem.sums.extent.height), width: pool.output(stem.sums.extent.width),
        channels: stem.sums.extent.channels))
    pooling = StemPooling(norm: stem.norm, x: stem.sums, pooled: pooled)
    var input = pooled
    blocks = tower.blocks.layers.joined().map { block in
      let trainer = maker.block(block, input)
      input = trainer.output
      return trainer
    }
    output = input
    links = [stem] + blocks.flatMap(\.links)
    let memory = memory
    func room(_ places: [PixelRows]) -> UnsafeMutablePointer<Float> {
      memory.rows(capacity, width: places.map(\.extent.count).max() ?? 0).base
    }
    outer = room([pooled] + blocks.map(\.output))
    // Whatever is between is consumed before the stem's turn.
    inner = room([stem.sums] + blocks.flatMap { $0.stages.dropLast().map(\.result) })
    spread = inner
  }

  /// Lays out all weights for a step's products.
  func pack(_ weights: UnsafePointer<Float>, _ budget: ThreadBudget) throws {
    let weights = Shared(weights)
    let pieces = links.indices.flatMap { link in
      (0..<links[link].convolution.pieces).map { (link, $0) }
    }
    try budget.forEachBlock(pieces.count) { index in
      let (link, piece) = pieces[index]
      self.links[link].pack(piece, weights.pointer)
    }
  }
}

/// Allocates, from the pictures on.
private struct RecordMaker {
  let memory = TrainingMemory()
  private let capacity: Int
  private let layout: ParameterLayout
  private let room: TrainingRoom
  private let sums: UnsafeMutablePointer<Double>
  private let convolutions: [String: any TrainedConvolution]

  init(_ tower: ResNet, _ size: PixelRows.Extent, _ capacity: Int) {
    self.capacity = capacity
    layout = tower.layout
    let memory = memory
    var convolutions: [String: any TrainedConvolution] = [:]
    var sums = 0
    tower.blocks.forEachLink(from: size) { link, input in
      convolutions[link.convolution] = ColumnTraining(link.shape, input, memory)
      let output = input.output(of: link.shape)
      sums = max(sums, NormTraining.sumsCount(rows: capacity * output.area, channels: output.channels))
    }
    self.convolutions = convolutions
    let needs = convolutions.values
    room = TrainingRoom(
      scratch: needs.map(\.scratchCount).max() ?? 0, shared: needs.map(\.sharedCount).max() ?? 0)
    self.sums = UnsafeMutableRawPointer(memory.rows(1, width: 2 * sums).base)
      .bindMemory(to: Double.self, capacity: sums)
  }

  func pixels(_ extent: PixelRows.Extent) -> PixelRows {
    PixelRows(extent, at: memory.rows(capacity, width: extent.count).base)
  }

  func link(_ link: ResidualBlocks.Link, _ input: PixelRows) -> LinkTrainer {
    let output = input.extent.output(of: link.shape)
    let convolution =
      convolutions[link.convolution] ?? ColumnTraining(link.shape, input.extent, memory)
    return LinkTrainer(
      link, convolution, NormTraining(channels: output.channels, sums: sums, memory), from: input,
      to: pixels(output), layout, room)
  }

  func block(_ block: ResidualBlocks.Block, _ input: PixelRows) -> ResidualTrainer {
    var current = input
    let stages = block.links.map { link in
      let link = self.link(link, current)
      current = pixels(link.sums.extent)
      return ResidualTrainer.Stage(link: link, result: current)
    }
    return ResidualTrainer(
      stages: stages, downsample: block.downsample.map { link($0, input) }, input: input, output: current)
  }
}

extension ResidualBlocks {
  /// Every convolution with the size of what goes into it.
  fileprivate func forEachLink(from size: PixelRows.Extent, _ body: (Link, PixelRows.Extent) -> Void) {
    body(stem, size)
    let (sums, pool) = (size.output(of: stem.shape), Pooling.greatest)
    var input = PixelRows.Extent(
      height: pool.output(sums.height), width: pool.output(sums.width), channels: sums.channels)
    for block in layers.joined() {
      block.downsample.map { body($0, input) }
      for link in block.links {
        body(link, input)
        input = input.output(of: link.shape)
      }
    }
  }
}
