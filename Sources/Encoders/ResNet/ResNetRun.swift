import Execution
import Kernels

/// A block of images on its way through a ResNet, on one thread.
///
/// A layer takes as many images at a time as its products need and asks the layer before it for them, so
/// that the large planes of the first layers exist for few images only, in the cache.
struct ResNetRun {
  private let network: PreparedResNet
  private let plan: ResNetPlan
  /// `(count, 3, height, width)`.
  private let pictures: FloatSlice
  private let memory: FloatSlice
  private let cancellation: Cancellation

  init(
    _ network: PreparedResNet, _ plan: ResNetPlan, _ pictures: FloatSlice, _ workspace: PlaneMemory,
    _ cancellation: Cancellation
  ) {
    self.network = network
    self.plan = plan
    self.pictures = pictures
    self.cancellation = cancellation
    memory = workspace.memory
  }

  /// Writes `(count, embedding)`.
  func encode(_ count: Int, into out: FloatSlice) throws {
    let planes = planes(plan.output)
    try fill(planes, with: 0..<count, layer: network.layers.count - 1)
    let tower = network.tower
    let features = FloatRows(tower.projection == nil ? out : memory[plan.features], width: tower.features)
    for image in 0..<count { Pooling.mean(planes, image, into: features[image], count: tower.features) }
    if tower.projection != nil { project(features, count, into: out) }
  }

  private func planes(_ place: ResNetPlan.Place) -> Planes { Planes(place.shape, in: memory[place.range]) }

  /// Fills `output` with what layer `index` makes of `images`; layer −1 is the stem.
  private func fill(_ output: Planes, with images: Range<Int>, layer index: Int) throws {
    guard index >= 0 else {
      for image in images { stem(image, into: output, image - images.lowerBound) }
      return
    }
    let layer = plan.layers[index]
    for first in stride(from: images.lowerBound, to: images.upperBound, by: layer.slots) {
      let part = first..<min(images.upperBound, first + layer.slots)
      try fill(planes(layer.input), with: part, layer: index - 1)
      try cancellation.check()
      run(index, layer, part.count, into: output.from(first - images.lowerBound))
    }
  }

  private func stem(_ image: Int, into output: Planes, _ place: Int) {
    let picture = planes(plan.picture)
    let count = 3 * picture.shape.height * picture.shape.width
    picture.fill(0, from: pictures[image * count..<(image + 1) * count], count: 3)
    let planes = planes(plan.stem)
    apply(network.stem, picture, planes, 1, 1)
    Pooling.maximum(planes, 0, into: output, place)
  }

  private func run(_ index: Int, _ layer: ResNetPlan.Layer, _ present: Int, into output: Planes) {
    var input = planes(layer.input)
    for (number, (block, places)) in zip(network.layers[index], layer.blocks).enumerated() {
      // The output may take the place of the block's input: each value is read before it is written.
      let target = number == layer.blocks.count - 1 ? output : places.shortcut.map(planes) ?? input
      run(block, places, input, into: target, present, layer.slots)
      input = target
    }
  }

  private func run(
    _ block: PreparedResNet.Block, _ places: ResNetPlan.Block, _ input: Planes, into target: Planes,
    _ present: Int, _ slots: Int
  ) {
    if let downsample = block.downsample {
      apply(downsample, input, target, present, slots, isRectified: false)
    }
    var current = input
    for (convolution, place) in zip(block.convolutions, places.between) {
      apply(convolution, current, planes(place), present, slots)
      current = planes(place)
    }
    guard let last = block.convolutions.last else { return }
    apply(last, current, target, present, slots, residual: block.downsample == nil ? input : target)
  }

  private func apply(
    _ convolution: PackedConvolution, _ input: Planes, _ output: Planes, _ present: Int, _ slots: Int,
    residual: Planes? = nil, isRectified: Bool = true
  ) {
    convolution.apply(
      ConvolutionCall(
        input, output, residual: residual, isRectified: isRectified, present: present, slots: slots,
        scratch: memory[plan.scratch]))
  }

  /// One image a product, whose rounding then cannot depend on the others.
  private func project(_ features: FloatRows, _ count: Int, into out: FloatSlice) {
    let (columns, inner) = (network.tower.embedding, network.tower.features)
    let out = FloatRows(out, width: columns)
    network.projection.withReadSlice { weights in
      for image in 0..<count {
        BLAS.multiply(
          ProductShape(rows: 1, columns: columns, inner: inner), Operand(features[image], stride: inner),
          Operand(weights, stride: columns), into: out[image], stride: columns)
      }
    }
  }
}
