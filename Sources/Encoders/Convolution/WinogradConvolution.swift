import Execution
import Kernels

/// A 3 × 3 convolution at stride 1 by Winograd's tiles: 36 matrix products, one a point of the transform.
///
///     M_p (tiles, outputs) = V_p (tiles, inputs) · U_p (inputs, outputs),   p = 0…35
struct WinogradConvolution {
  private static let aim = 192

  private let layer: PackedConvolution
  private let cut: OutputTiling
  /// From one point's matrix to the next; not a power of two, at which the 36 would share few cache lines.
  private let inputStride: Int
  private let outputStride: Int

  init(_ layer: PackedConvolution, _ output: PlaneShape, slots: Int) {
    self.layer = layer
    cut = OutputTiling(
      rows: Winograd.tiles(output.height), columns: Winograd.tiles(output.width), slots: slots,
      aim: Self.aim)
    inputStride = cut.count * layer.inputs + 80
    outputStride = cut.count * layer.outputs + 80
  }

  private static let work = Winograd.points * 16

  var scratch: Int { Winograd.points * (inputStride + outputStride) + Self.work }

  func apply(_ call: ConvolutionCall) {
    let work = call.scratch[0..<Self.work]
    let (first, middle) = (Self.work, Self.work + Winograd.points * inputStride)
    let (inputs, outputs) = (call.scratch[first..<middle], call.scratch[middle..<scratch])
    layer.weights.withReadSlice { weights in
      layer.bias.withReadSlice { bias in
        let bias = bias[0..<layer.outputs]
        cut.forEach(present: call.present) { images, rows, count in
          forEachTile(images, rows) { tile, image, y, x in
            let first = tile * layer.inputs
            transform(call, image, y, x, into: inputs[first..<first + span(layer.inputs, inputStride)], work)
          }
          multiply(count, inputs, weights, outputs)
          forEachTile(images, rows) { tile, image, y, x in
            let first = tile * layer.outputs
            finish(
              call, image, y, x, outputs[first..<first + span(layer.outputs, outputStride)], bias, work)
          }
        }
      }
    }
  }

  /// Numbers from the first to the last of a tile's channels at all points.
  private func span(_ channels: Int, _ stride: Int) -> Int {
    extent(rows: Winograd.points, columns: channels, stride: stride)
  }

  /// Tiles in order, each with the output's pixel in its corner.
  @inline(__always)
  private func forEachTile(
    _ images: Range<Int>, _ rows: Range<Int>, _ body: (_ tile: Int, _ image: Int, _ y: Int, _ x: Int) -> Void
  ) {
    for image in images {
      var tile = (image - images.lowerBound) * cut.step(rows.count)
      for row in rows {
        for column in 0..<cut.columns {
          body(tile, image, row * Winograd.tile, column * Winograd.tile)
          tile += 1
        }
      }
    }
  }

  private func multiply(
    _ count: Int, _ inputs: FloatSlice, _ weights: FloatSlice, _ outputs: FloatSlice
  ) {
    let shape = ProductShape(rows: count, columns: layer.outputs, inner: layer.inputs)
    for point in 0..<Winograd.points {
      BLAS.multiply(
        shape, Operand(inputs.from(point * inputStride), stride: layer.inputs),
        Operand(weights.from(point * layer.inputs * layer.outputs), stride: layer.outputs),
        into: outputs.from(point * outputStride), stride: layer.outputs)
    }
  }

  /// V = Bᵀ d B of one tile, for all channels: `(36, inputs)`, rows `inputStride` apart; `work` has room for
  /// `Self.work` numbers.
  private func transform(
    _ call: ConvolutionCall, _ image: Int, _ y: Int, _ x: Int, into out: FloatSlice, _ work: FloatSlice
  ) {
    let corner = call.input.pixel(image, y - 1, x - 1)
    let (row, step) = (call.input.shape.rowStride, layer.inputs)
    for channel in stride(from: 0, to: layer.inputs, by: 16) {
      for column in 0..<Winograd.window {
        let d = corner.unchecked(from: column * step + channel)
        Winograd.input(
          d.lanes(0), d.lanes(row), d.lanes(2 * row), d.lanes(3 * row), d.lanes(4 * row), d.lanes(5 * row),
          to: work.unchecked(from: column * 16), stride: 96)
      }
      for line in 0..<Winograd.window {
        let d = work.unchecked(from: line * 96)
        Winograd.input(
          d.lanes(0), d.lanes(16), d.lanes(32), d.lanes(48), d.lanes(64), d.lanes(80),
          to: out.unchecked(from: line * Winograd.window * inputStride + channel), stride: inputStride)
      }
    }
  }

  /// Aᵀ M A of one tile and what follows, for all channels and the pixels that are in the image.
  ///
  /// `sums` is `(36, outputs)`, rows `outputStride` apart, `bias` has `outputs` numbers, and `work` room for
  /// `Self.work`.
  private func finish(
    _ call: ConvolutionCall, _ image: Int, _ y: Int, _ x: Int, _ sums: FloatSlice, _ bias: FloatSlice,
    _ work: FloatSlice
  ) {
    let shape = call.output.shape
    let (height, width) = (min(Winograd.tile, shape.height - y), min(Winograd.tile, shape.width - x))
    let step = outputStride
    for channel in stride(from: 0, to: layer.outputs, by: 16) {
      for column in 0..<Winograd.window {
        let m = sums.unchecked(from: column * step + channel)
        let values = Winograd.output(
          m.lanes(0), m.lanes(6 * step), m.lanes(12 * step), m.lanes(18 * step), m.lanes(24 * step),
          m.lanes(30 * step))
        spread(values, to: work.unchecked(from: column * 16), stride: 96)
      }
      let offset = bias.lanes(channel)
      for line in 0..<height {
        let m = work.unchecked(from: line * 96)
        let values = Winograd.output(
          m.lanes(0), m.lanes(16), m.lanes(32), m.lanes(48), m.lanes(64), m.lanes(80))
        call.finish(values.0 + offset, image, y + line, x, channel)
        if width > 1 { call.finish(values.1 + offset, image, y + line, x + 1, channel) }
        if width > 2 { call.finish(values.2 + offset, image, y + line, x + 2, channel) }
        if width > 3 { call.finish(values.3 + offset, image, y + line, x + 3, channel) }
      }
    }
  }

  /// To four places of 16 lanes, `stride` apart.
  @inline(__always)
  private func spread(
    _ values: (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>),
    to out: FloatSlice, stride: Int
  ) {
    out.set(values.0, 0)
    out.set(values.1, stride)
    out.set(values.2, 2 * stride)
    out.set(values.3, 3 * stride)
  }
}
