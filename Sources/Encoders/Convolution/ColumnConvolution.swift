import Kernels

/// Convolution as a matrix product: the pixels under the kernel become a row, as it lies over each pixel of
/// the output in turn.
///
///     Y (pixels, outputs) = columns (pixels, kernel² · inputs) · W (kernel² · inputs, outputs)
///
/// Strips of pixels are small enough that their columns stay in the cache of one core.
/// Source: Chellapilla et al. 2006.
struct ColumnConvolution {
  private static let aim = 256

  private let layer: PackedConvolution
  private let cut: RowCut
  /// Floats of one row of columns.
  private let length: Int

  init(_ layer: PackedConvolution, _ output: PlaneShape, slots: Int) {
    self.layer = layer
    cut = RowCut(rows: output.height, columns: output.width, slots: slots, aim: Self.aim)
    length = layer.shape.kernel * layer.shape.kernel * layer.inputs
  }

  var scratch: Int { cut.count * (length + layer.outputs) }

  func apply(_ call: ConvolutionCall) {
    let sums = call.scratch + cut.count * length
    layer.weights.withUnsafeBufferPointer { weights in
      layer.bias.withUnsafeBufferPointer { bias in
        guard let weights = weights.baseAddress, let bias = bias.baseAddress else { return }
        cut.forEach(present: call.present) { images, rows, count in
          gather(call, images, rows)
          BLAS.multiply(
            ProductShape(rows: count, columns: layer.outputs, inner: length),
            Operand(call.scratch, stride: length), Operand(weights, stride: layer.outputs), into: sums,
            stride: layer.outputs)
          finish(call, images, rows, sums, bias)
        }
      }
    }
  }

  private func gather(_ call: ConvolutionCall, _ images: Range<Int>, _ rows: Range<Int>) {
    let shape = layer.shape
    let run = shape.kernel * layer.inputs
    for image in images {
      var target = call.scratch + (image - images.lowerBound) * cut.step(rows.count) * length
      for y in rows {
        for x in 0..<cut.columns {
          for line in 0..<shape.kernel {
            let from = call.input.pixel(
              image, y * shape.stride + line - shape.padding, x * shape.stride - shape.padding)
            copy(from, to: target, run)
            target += run
          }
        }
      }
    }
  }

  private func finish(
    _ call: ConvolutionCall, _ images: Range<Int>, _ rows: Range<Int>, _ sums: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>
  ) {
    for image in images {
      var from = sums + (image - images.lowerBound) * cut.step(rows.count) * layer.outputs
      for y in rows {
        for x in 0..<cut.columns {
          for channel in stride(from: 0, to: layer.outputs, by: 16) {
            call.finish(load(from + channel) + load(bias + channel), image, y, x, channel)
          }
          from += layer.outputs
        }
      }
    }
  }
}

/// Copies in vectors; the last one overlaps its predecessor.
@inline(__always)
private func copy(_ from: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int) {
  guard count >= 16 else { return target.update(from: from, count: count) }
  for start in stride(from: 0, to: count - 15, by: 16) { store(load(from + start), to: target + start) }
  store(load(from + count - 16), to: target + count - 16)
}
