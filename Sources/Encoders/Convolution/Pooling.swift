import Execution

/// The pools of a ResNet.
package enum Pooling {
  /// Greatest of 3 × 3 pixels at stride 2, a pixel beyond the edge being less than any other.
  package static let greatest = ConvolutionShape(1, 1, kernel: 3, stride: 2, padding: 1)

  /// - Precondition: both have the same channels, in whole vectors.
  package static func maximum(_ input: Planes, _ image: Int, into output: Planes, _ outputImage: Int) {
    let (rows, columns) = (input.shape.height, input.shape.width)
    input.require(image + 1)
    output.require(outputImage + 1)
    for y in 0..<output.shape.height {
      let lines = max(0, 2 * y - 1)..<min(rows, 2 * y + 2)
      for x in 0..<output.shape.width {
        let places = max(0, 2 * x - 1)..<min(columns, 2 * x + 2)
        let target = output.pixel(outputImage, y, x)
        for channel in stride(from: 0, to: output.shape.channels, by: 16) {
          var greatest = input.pixel(image, lines.lowerBound, places.lowerBound).lanes(channel)
          for line in lines {
            for place in places {
              let value = input.pixel(image, line, place).lanes(channel)
              greatest.replace(with: value, where: value .> greatest)
            }
          }
          target.set(greatest, channel)
        }
      }
    }
  }

  /// The mean over all pixels, row by row, of the first `count` channels.
  package static func mean(_ input: Planes, _ image: Int, into out: FloatSlice, count: Int) {
    let shape = input.shape
    input.require(image + 1)
    let out = out[0..<count]
    let scale = 1 / Float(shape.height * shape.width)
    for channel in stride(from: 0, to: count, by: 16) {
      var total = SIMD16<Float>.zero
      for y in 0..<shape.height {
        var sum = SIMD16<Float>.zero
        for x in 0..<shape.width { sum += input.pixel(image, y, x).lanes(channel) }
        total += sum
      }
      let means = total * scale
      for lane in 0..<min(16, count - channel) { out[channel + lane] = means[lane] }
    }
  }
}
