import Encoders
import Execution
import Kernels
import Testing

/// A convolution on generated values, by the kernels and by its definition in float64.
private struct Specimen {
  let shape: ConvolutionShape
  let height: Int
  let width: Int
  let images: Int
  let input: [Float]
  let folded: FoldedConvolution
  let residual: [Float]?

  init(_ shape: ConvolutionShape, _ height: Int, _ width: Int, images: Int = 1, residual: Bool = false) throws
  {
    self.shape = shape
    (self.height, self.width, self.images) = (height, width, images)
    input = try gaussians("input", images * shape.inputs * height * width)
    let scale = Float(1 / Double(shape.inputs * shape.kernel * shape.kernel).squareRoot())
    folded = FoldedConvolution(
      shape, weights: try gaussians("weights", shape.weightCount).map { $0 * scale },
      bias: try gaussians("bias", shape.outputs))
    let area = shape.output(height) * shape.output(width)
    self.residual = residual ? try gaussians("residual", images * shape.outputs * area) : nil
  }

  /// (images, outputs, height, width)
  func naive(isRectified: Bool) -> [Double] {
    let (rows, columns) = (shape.output(height), shape.output(width))
    return (0..<images * shape.outputs * rows * columns).map { index in
      let (x, y) = (index % columns, index / columns % rows)
      let (output, image) = (
        index / (columns * rows) % shape.outputs, index / (columns * rows * shape.outputs)
      )
      var sum = Double(folded.bias[output]) + (residual.map { Double($0[index]) } ?? 0)
      for channel in 0..<shape.inputs {
        for u in 0..<shape.kernel {
          for v in 0..<shape.kernel {
            let (line, place) = (y * shape.stride + u - shape.padding, x * shape.stride + v - shape.padding)
            guard (0..<height).contains(line), (0..<width).contains(place) else { continue }
            let pixel = ((image * shape.inputs + channel) * height + line) * width + place
            let weight = ((output * shape.inputs + channel) * shape.kernel + u) * shape.kernel + v
            sum += Double(input[pixel]) * Double(folded.weights[weight])
          }
        }
      }
      return isRectified ? max(0, sum) : sum
    }
  }

  /// The same through the packed kernel, in memory that holds rubbish wherever it may.
  func packed(_ method: PackedConvolution.Method?, isRectified: Bool, slots: Int) throws -> [Float] {
    let layer = try PackedConvolution(folded, method: method, budget: ThreadBudget(jobs: 1))
    let from = PlaneShape(
      height: height, width: width, channels: PlaneShape.lanes(shape.inputs), before: 3, below: 6, after: 6)
    let to = layer.output(of: from)
    var planes = [Float](repeating: 0, count: slots * (from.count + 2 * to.count))
    var scratch = [Float](repeating: .nan, count: layer.scratch(output: to, slots: slots))
    let (middle, end) = (slots * from.count, slots * (from.count + to.count))
    return planes.withSlice { planes in
      scratch.withSlice { scratch in
        let source = Planes(from, in: planes[0..<middle])
        let (target, added) = (Planes(to, in: planes[middle..<end]), Planes(to, in: planes.from(end)))
        source.fill(input, images: images, channels: shape.inputs)
        if let residual { added.fill(residual, images: images, channels: shape.outputs) }
        layer.apply(
          ConvolutionCall(
            source, target, residual: residual == nil ? nil : added, isRectified: isRectified,
            present: images, slots: slots, scratch: scratch))
        return target.values(images: images, channels: shape.outputs)
      }
    }
  }
}

func gaussians(_ name: String, _ count: Int) throws -> [Float] {
  let budget = ThreadBudget(jobs: 1)
  return try RandomStream(seed: 5, stage: "convolution", name: name).gaussianMatrix(
    rows: 1, columns: count, budget: budget
  ).values
}

extension Planes {
  func fill(_ values: [Float], images: Int, channels: Int) {
    let each = channels * shape.height * shape.width
    values.withReadSlice { values in
      for image in 0..<images {
        fill(image, from: values[image * each..<(image + 1) * each], count: channels)
      }
    }
  }

  /// (images, channels, height, width)
  func values(images: Int, channels: Int) -> [Float] {
    (0..<images).flatMap { image in
      (0..<channels).flatMap { channel in
        (0..<shape.height).flatMap { y in (0..<shape.width).map { pixel(image, y, $0)[channel] } }
      }
    }
  }
}

private func worst(_ values: [Float], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  return zip(values, expected).reduce(0) { worst, pair in
    let difference = abs(Double(pair.0) - pair.1)
    return difference <= worst ? worst : difference
  }
}

@Suite("Convolutions against their definition in float64")
struct ConvolutionTests {
  @Test(
    "products with columns, at all strides and paddings",
    arguments: [
      (ConvolutionShape(3, 8, kernel: 7, stride: 2), 23, 18),
      (ConvolutionShape(5, 8, kernel: 3, stride: 2), 9, 13),
      (ConvolutionShape(8, 5, kernel: 3, padding: 0), 7, 6),
      (ConvolutionShape(16, 40, kernel: 1, stride: 2), 5, 9),
      (ConvolutionShape(17, 33, kernel: 1), 4, 31),
      (ConvolutionShape(5, 3, kernel: 5, stride: 3, padding: 1), 11, 12),
      (ConvolutionShape(8, 8, kernel: 3), 1, 1),
    ])
  func columns(_ shape: ConvolutionShape, _ height: Int, _ width: Int) throws {
    let specimen = try Specimen(shape, height, width, images: 3)
    let values = try specimen.packed(.columns, isRectified: false, slots: 4)
    #expect(worst(values, specimen.naive(isRectified: false)) < 5e-6)
  }

  @Test("Winograd's tiles, on sides that are no multiples of 4", arguments: [1, 2, 3, 5, 8, 13])
  func winograd(_ side: Int) throws {
    for (inputs, outputs) in [(5, 8), (16, 33)] {
      let shape = ConvolutionShape(inputs, outputs, kernel: 3)
      let specimen = try Specimen(shape, side, 14 - side, images: 3, residual: true)
      let values = try specimen.packed(.winograd, isRectified: true, slots: 4)
      #expect(worst(values, specimen.naive(isRectified: true)) < 1e-5)
    }
  }

  @Test("a picture larger than one product's strip")
  func strips() throws {
    for method in [PackedConvolution.Method.columns, .winograd] {
      let specimen = try Specimen(ConvolutionShape(2, 3, kernel: 3), 90, 83)
      let values = try specimen.packed(method, isRectified: true, slots: 1)
      #expect(worst(values, specimen.naive(isRectified: true)) < 1e-5)
    }
  }

  @Test("a picture's values are the same bytes alone and among others, in whichever place")
  func independent() throws {
    for (shape, side) in [
      (ConvolutionShape(32, 48, kernel: 3), 7), (ConvolutionShape(32, 48, kernel: 3, stride: 2), 13),
      (ConvolutionShape(32, 48, kernel: 1), 5), (ConvolutionShape(64, 64, kernel: 3), 27),
    ] {
      let all = try Specimen(shape, side, side, images: 8)
      let together = try all.packed(nil, isRectified: false, slots: 8)
      let each = together.count / 8
      let count = all.input.count / 8
      for image in 0..<8 {
        let alone = Specimen(all, input: Array(all.input[image * count..<(image + 1) * count]))
        let values = try alone.packed(nil, isRectified: false, slots: 8)
        let isSame = values == Array(together[image * each..<(image + 1) * each])
        #expect(isSame, "picture \(image) of \(shape)")
      }
    }
  }

  @Test("the choice of kernel")
  func methods() throws {
    let budget = ThreadBudget(jobs: 1)
    for (shape, method) in [
      (ConvolutionShape(4, 4, kernel: 3), PackedConvolution.Method.winograd),
      (ConvolutionShape(4, 4, kernel: 3, stride: 2), .columns),
      (ConvolutionShape(4, 4, kernel: 3, padding: 0), .columns),
      (ConvolutionShape(4, 4, kernel: 1), .columns),
    ] {
      let folded = FoldedConvolution(
        shape, weights: [Float](repeating: 0, count: shape.weightCount), bias: [0, 0, 0, 0])
      #expect(try PackedConvolution(folded, budget: budget).method == method)
    }
  }

  @Test("a batch norm folded into weights and bias is the batch norm after the convolution")
  func folding() throws {
    let shape = ConvolutionShape(3, 4, kernel: 3)
    let weights = try gaussians("weights", shape.weightCount)
    let norm = BatchNorm(
      weight: [1, 0.5, -2, 0], bias: [0, 1, 2, 3], mean: [0.5, -1, 0, 2], variance: [1, 0.25, 4, 0])
    let folded = FoldedConvolution(shape, weights: weights[...], norm: norm)
    let each = shape.weightCount / 4
    let input = try gaussians("input", each)
    for output in 0..<4 {
      let dot = { (w: ArraySlice<Float>) in zip(w, input).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
      let range = output * each..<(output + 1) * each
      let plain = dot(weights[range])
      let expected =
        (plain - Double(norm.mean[output])) / (Double(norm.variance[output]) + 1e-5).squareRoot()
        * Double(norm.weight[output]) + Double(norm.bias[output])
      #expect(abs(dot(folded.weights[range]) + Double(folded.bias[output]) - expected) < 1e-5)
    }
  }
}

extension Specimen {
  /// One picture of another's.
  fileprivate init(_ other: Specimen, input: [Float]) {
    shape = other.shape
    (height, width, images) = (other.height, other.width, 1)
    self.input = input
    folded = other.folded
    residual = nil
  }
}
