import Execution

/// What a ResNet in training keeps of a batch of images of one size: the results of all convolutions, and
/// of all ReLUs but the stem's.
// Unchecked: calls come one after another; within one, each thread writes to slices that are its own.
final class ResNetRecords: @unchecked Sendable {
  /// Of one image.
  let size: PixelRows.Extent
  let picture: PixelRows
  let stem: LinkTrainer
  let pooling: StemPooling
  let blocks: [ResidualTrainer]
  let output: PixelRows
  /// Gradients by what goes into blocks or comes out of them, and by what is between; in the end, by what goes
  /// into the pool or comes out of it.
  let outer: FloatSlice
  let inner: FloatSlice
  let links: [LinkTrainer]
  private let memory: TrainingMemory
  private let room: TrainingRoom
  /// How many it keeps.
  var numbers: Int { memory.count }

  /// - Parameter capacity: the most images of a batch.
  init(_ tower: ResNet, _ size: PixelRows.Extent, capacity: Int) {
    let maker = RecordMaker(capacity: capacity, layout: tower.layout, normEpsilon: tower.normEpsilon)
    self.size = size
    (memory, room) = (maker.memory, maker.room)
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
    func largest(_ places: [PixelRows]) -> FloatSlice {
      memory.rows(capacity, width: places.map(\.extent.count).max() ?? 0).slice
    }
    outer = largest([pooled] + blocks.map(\.output))
    inner = largest([stem.sums] + blocks.flatMap { $0.stages.dropLast().map(\.result) })
    maker.room.allocate()
  }

  /// - Throws: `MemoryOverrun` where something wrote beyond its matrix.
  func verify() throws {
    try memory.verify()
    try room.verify()
  }

  /// Lays out all weights for a step's products.
  func pack(_ weights: FloatSlice, _ budget: ThreadBudget) throws {
    let pieces = links.indices.flatMap { link in
      (0..<links[link].convolution.pieces).map { (link, $0) }
    }
    try budget.forEachBlock(pieces.count) { index in
      let (link, piece) = pieces[index]
      self.links[link].pack(piece, weights)
    }
  }
}

/// Allocates, from the images on.
private struct RecordMaker {
  let memory = TrainingMemory()
  let room = TrainingRoom()
  let capacity: Int
  let layout: ParameterLayout
  let normEpsilon: Double

  func pixels(_ extent: PixelRows.Extent) -> PixelRows {
    PixelRows(extent, in: memory.rows(capacity, width: extent.count).slice)
  }

  func link(_ link: ResidualBlocks.Link, _ input: PixelRows) -> LinkTrainer {
    let sums = pixels(input.extent.output(of: link.shape))
    let (channels, rows) = (sums.extent.channels, capacity * sums.extent.area)
    return LinkTrainer(
      link, ColumnTraining(link.shape, input.extent, memory, room),
      NormTraining(channels: channels, rows: rows, epsilon: normEpsilon, memory, room), from: input, to: sums,
      layout, room)
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
