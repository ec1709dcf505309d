import Execution
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
  private let cut: OutputTiling
  /// Floats of one row of columns.
  private let length: Int

  init(_ layer: PackedConvolution, _ output: PlaneShape, slots: Int) {
    self.layer = layer
    cut = OutputTiling(rows: output.height, columns: output.width, slots: slots, aim: Self.aim)
    length = layer.shape.kernel * layer.shape.kernel * layer.inputs
  }

  var scratch: Int { cut.count * (length + layer.outputs) }

  func apply(_ call: ConvolutionCall) {
    let columns = call.scratch[0..<cut.count * length]
    let sums = call.scratch[columns.count..<scratch]
    layer.weights.withReadSlice { weights in
      layer.bias.withReadSlice { bias in
        cut.forEach(present: call.present) { images, rows, count in
          gather(call, images, rows, into: columns)
          BLAS.multiply(
            ProductShape(rows: count, columns: layer.outputs, inner: length),
            Operand(columns, stride: length), Operand(weights, stride: layer.outputs), into: sums,
            stride: layer.outputs)
          finish(call, images, rows, sums, bias)
        }
      }
    }
  }

  private func gather(
    _ call: ConvolutionCall, _ images: Range<Int>, _ rows: Range<Int>, into columns: FloatSlice
  ) {
    let shape = layer.shape
    let run = shape.kernel * layer.inputs
    let each = rows.count * cut.columns * length
    for image in images {
      let first = (image - images.lowerBound) * cut.step(rows.count) * length
      let columns = columns[first..<first + each]
      var place = 0
      for y in rows {
        for x in 0..<cut.columns {
          for line in 0..<shape.kernel {
            let from = call.input.pixel(
              image, y * shape.stride + line - shape.padding, x * shape.stride - shape.padding)
            copy(from, to: columns.unchecked(from: place), run)
            place += run
          }
        }
      }
    }
  }

  private func finish(
    _ call: ConvolutionCall, _ images: Range<Int>, _ rows: Range<Int>, _ sums: FloatSlice, _ bias: FloatSlice
  ) {
    let bias = bias[0..<layer.outputs]
    for image in images {
      let first = (image - images.lowerBound) * cut.step(rows.count) * layer.outputs
      let sums = sums[first..<first + rows.count * cut.columns * layer.outputs]
      var place = 0
      for y in rows {
        for x in 0..<cut.columns {
          for channel in stride(from: 0, to: layer.outputs, by: 16) {
            call.finish(sums.lanes(place + channel) + bias.lanes(channel), image, y, x, channel)
          }
          place += layer.outputs
        }
      }
    }
  }
}

/// Copies `count` numbers in vectors; the last one overlaps its predecessor.
@inline(__always)
private func copy(_ from: FloatSlice, to target: FloatSlice, _ count: Int) {
  guard count >= 16 else { return target.update(from: from[0..<count]) }
  for start in stride(from: 0, to: count - 15, by: 16) { target.set(from.lanes(start), start) }
  target.set(from.lanes(count - 16), count - 16)
}
