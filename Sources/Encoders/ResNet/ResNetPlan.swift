/// Where everything lies while images of one size go through a ResNet: sizes, and offsets into the one
/// piece of memory that a block of images works in.
struct ResNetPlan: Sendable {
  /// Images of one shape, at an offset.
  struct Place: Sendable {
    let shape: PlaneShape
    let offset: Int
    let images: Int

    var range: Range<Int> { offset..<offset + images * shape.count }
  }

  struct Block: Sendable {
    /// Outputs of all convolutions but the last.
    let between: [Place]
    /// The shortcut's output, which the block's becomes; nil where the shortcut is the input itself.
    let shortcut: Place?
  }

  struct Layer: Sendable {
    let input: Place
    let blocks: [Block]
    /// Images that pass through the layer together.
    let slots: Int
  }

  let picture: Place
  let stem: Place
  let layers: [Layer]
  let output: Place
  let features: Range<Int>
  let scratch: Range<Int>
  /// Of the whole memory, which must begin as zeros for the sake of the planes' borders.
  let count: Int

  init(_ network: PreparedResNet, _ size: (height: Int, width: Int)) {
    var room = ScratchLayout()
    let convolution = network.stem
    picture = room.take(
      PlaneShape(
        height: size.height, width: size.width, channels: convolution.inputs, before: 3, below: 3, after: 3))
    stem = room.take(convolution.output(of: picture.shape, bordered: false))
    room.work(convolution, stem.shape, slots: 1)
    let pool = Pooling.greatest
    var shape = PlaneShape(
      bordered: pool.output(stem.shape.height), pool.output(stem.shape.width), channels: convolution.outputs)
    layers = network.layers.map { room.lay($0, &shape) }
    output = room.take(shape, PreparedResNet.blockImages)
    features = room.take(PreparedResNet.blockImages * network.tower.features)
    scratch = room.take(room.scratch)
    count = room.end
  }
}

/// Hands out offsets.
private struct ScratchLayout {
  private(set) var end = 0
  /// What the neediest convolution works in.
  private(set) var scratch = 0
  /// Within one layer: blocks of the same shapes share their places.
  private var shared: [Use: ResNetPlan.Place] = [:]

  private struct Use: Hashable {
    let shape: PlaneShape
    let index: Int
  }

  /// Tiles that a layer's products should have, as far as a block's images go.
  private static let aim = 128

  mutating func take(_ count: Int) -> Range<Int> {
    defer { end += PlaneShape.lanes(count) }
    return end..<end + count
  }

  mutating func take(_ shape: PlaneShape, _ slots: Int = 1) -> ResNetPlan.Place {
    ResNetPlan.Place(shape: shape, offset: take(shape.count * slots).lowerBound, images: slots)
  }

  private mutating func share(_ shape: PlaneShape, _ slots: Int, _ index: Int) -> ResNetPlan.Place {
    let use = Use(shape: shape, index: index)
    if let place = shared[use] { return place }
    let place = take(shape, slots)
    shared[use] = place
    return place
  }

  mutating func work(_ convolution: PackedConvolution, _ output: PlaneShape, slots: Int) {
    scratch = max(scratch, convolution.scratch(output: output, slots: slots))
  }

  /// Lays out one layer; `shape` is its input's, and then its output's.
  mutating func lay(_ layer: [PreparedResNet.Block], _ shape: inout PlaneShape) -> ResNetPlan.Layer {
    shared = [:]
    let output = layer.first?.output(of: shape) ?? shape
    let slots = Self.slots(output)
    let input = take(shape, slots)
    let blocks = layer.map { lay($0, &shape, slots) }
    return ResNetPlan.Layer(input: input, blocks: blocks, slots: slots)
  }

  private mutating func lay(
    _ block: PreparedResNet.Block, _ shape: inout PlaneShape, _ slots: Int
  ) -> ResNetPlan.Block {
    let input = shape
    var between: [ResNetPlan.Place] = []
    for (index, convolution) in block.convolutions.enumerated() {
      shape = convolution.output(of: shape)
      work(convolution, shape, slots: slots)
      if index < block.convolutions.count - 1 { between.append(share(shape, slots, index)) }
    }
    guard let downsample = block.downsample else { return ResNetPlan.Block(between: between, shortcut: nil) }
    work(downsample, downsample.output(of: input), slots: slots)
    return ResNetPlan.Block(between: between, shortcut: take(shape, slots))
  }

  /// A power of two, so that the images of a layer are whole passes through the one before it.
  private static func slots(_ output: PlaneShape) -> Int {
    let tiles = Winograd.tiles(output.height) * Winograd.tiles(output.width)
    var slots = 1
    while slots < PreparedResNet.blockImages, slots * tiles < aim { slots *= 2 }
    return slots
  }
}
