import Execution

/// What follows a ResNet's first convolution and ends its last layer, in training.
///
/// The stem's batch norm, ReLU and max pool are one pass, so that its largest activations are kept once.
/// PyTorch gives the gradient of a maximum to the first of equal pixels.
struct StemPooling: Sendable {
  let norm: NormTraining
  /// What goes into the norm, and what comes out of the pool.
  let x: PixelRows
  let pooled: PixelRows

  /// pooled ← max over 3 × 3 pixels, at stride 2, of max(0, scale·x + shift).
  func forward(_ image: Int) {
    x.require(images: image + 1)
    pooled.require(images: image + 1)
    forEachWindow(image) { target, lines, places in
      forEachLanes(x.extent.channels) { start, count in
        let (scale, shift) = (norm.scale.lanes(start), norm.shift.lanes(start))
        var greatest = SIMD16<Float>(repeating: -.infinity)
        for line in lines {
          for place in places {
            let value = x.pixel(image, line, place).lanes(start, count) * scale + shift
            // Also where the value is NaN, which must not be lost.
            greatest.replace(with: value, where: .!(value .<= greatest))
          }
        }
        pooled[target].set(greatest.replacing(with: 0, where: greatest .< 0), start, count)
      }
    }
  }

  /// dy, by the norm's result, from the gradient by the pool's.
  func backward(_ image: Int, _ gradient: PixelRows, into dy: PixelRows) {
    x.require(images: image + 1)
    pooled.require(images: image + 1)
    gradient.require(images: image + 1)
    dy.clear(image..<image + 1)
    forEachWindow(image) { target, lines, places in
      forEachLanes(x.extent.channels) { start, count in
        let (scale, shift) = (norm.scale.lanes(start), norm.shift.lanes(start))
        let greatest = pooled[target].lanes(start, count)
        var change = gradient[target].lanes(start, count).replacing(with: 0, where: greatest .<= 0)
        for line in lines {
          for place in places {
            let value = x.pixel(image, line, place).lanes(start, count) * scale + shift
            let isHit = value .== greatest
            let out = dy.pixel(image, line, place)
            out.set(out.lanes(start, count) + change.replacing(with: 0, where: .!isHit), start, count)
            change.replace(with: 0, where: isHit)
          }
        }
      }
    }
  }

  @inline(__always)
  private func forEachWindow(
    _ image: Int, _ body: (_ target: Int, _ lines: Range<Int>, _ places: Range<Int>) -> Void
  ) {
    for y in 0..<pooled.extent.height {
      let lines = max(0, 2 * y - 1)..<min(x.extent.height, 2 * y + 2)
      for column in 0..<pooled.extent.width {
        let places = max(0, 2 * column - 1)..<min(x.extent.width, 2 * column + 2)
        body((image * pooled.extent.height + y) * pooled.extent.width + column, lines, places)
      }
    }
  }
}

/// The mean over an image's pixels, and its gradient.
enum MeanPooling {
  static func forward(_ x: PixelRows, _ image: Int, into out: FloatSlice) {
    x.require(images: image + 1)
    let out = out[0..<x.extent.channels]
    let scale = 1 / Float(x.extent.area)
    forEachLanes(x.extent.channels) { start, count in
      var sum = SIMD16<Float>.zero
      for pixel in 0..<x.extent.area { sum += x[image * x.extent.area + pixel].lanes(start, count) }
      out.set(sum * scale, start, count)
    }
  }

  static func backward(_ gradient: FloatSlice, _ image: Int, into dx: PixelRows) {
    dx.require(images: image + 1)
    let gradient = gradient[0..<dx.extent.channels]
    let scale = 1 / Float(dx.extent.area)
    forEachLanes(dx.extent.channels) { start, count in
      let change = gradient.lanes(start, count) * scale
      for pixel in 0..<dx.extent.area { dx[image * dx.extent.area + pixel].set(change, start, count) }
    }
  }
}
