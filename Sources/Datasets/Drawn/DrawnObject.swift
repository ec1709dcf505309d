/// The colours of the drawn world.
enum Color: String, CaseIterable, Sendable {
  case red, green, blue, yellow, orange, purple, pink, brown, black, grey

  var levels: SIMD3<Float> {
    switch self {
    case .red: SIMD3(220, 30, 35)
    case .green: SIMD3(30, 150, 60)
    case .blue: SIMD3(30, 80, 210)
    case .yellow: SIMD3(245, 215, 40)
    case .orange: SIMD3(245, 135, 25)
    case .purple: SIMD3(125, 45, 165)
    case .pink: SIMD3(245, 140, 185)
    case .brown: SIMD3(120, 75, 40)
    case .black: SIMD3(20, 20, 20)
    case .grey: SIMD3(130, 130, 130)
    }
  }
}

/// The sizes of the drawn world.
enum Size: String, CaseIterable, Sendable {
  case small, medium, large

  /// The radius as a share of the image's side.
  var radius: Float {
    switch self {
    case .small: 0.055
    case .medium: 0.095
    case .large: 0.15
    }
  }
}

/// Something drawn: what it is, and where its centre lies as a share of the image's side.
struct DrawnObject: Sendable, Equatable {
  var shape: Shape
  var color: Color
  var size: Size
  var centre: SIMD2<Float>

  /// What a caption calls it: the named ones of size, colour and shape.
  func words(naming named: Set<Attribute>) -> String {
    let words = [
      named.contains(.size) ? size.rawValue : nil, named.contains(.colour) ? color.rawValue : nil,
      named.contains(.shape) ? shape.rawValue : "thing",
    ].compactMap { $0 }
    let first = words.first?.first ?? "t"
    return ("aeiou".contains(first) ? "an " : "a ") + words.joined(separator: " ")
  }
}

/// What a caption may say of an object.
enum Attribute: CaseIterable, Sendable {
  /// Its place, or where it moves.
  case shape, colour, size, place
}

/// A plain background and the objects on it, each over the ones before.
struct Scene: Sendable, Equatable {
  var background: Float
  var objects: [DrawnObject]

  /// Draws with antialiasing: an edge covers a pixel by its distance from the pixel's centre.
  func draw(side: Int) -> PixelImage {
    var image = PixelImage(width: side, height: side)
    let level = UInt8(background)
    for place in image.pixels.indices { image.pixels[place] = level }
    for object in objects { draw(object, on: &image, side) }
    return image
  }

  private func draw(_ object: DrawnObject, on image: inout PixelImage, _ side: Int) {
    let radius = object.size.radius * Float(side)
    let centre = object.centre * Float(side)
    let corners = object.shape.corners
    let columns = span(centre.x, radius, side)
    for y in span(centre.y, radius, side) {
      for x in columns {
        let offset = (SIMD2(Float(x), Float(y)) + 0.5 - centre) / radius
        let distance = object.shape.distance(offset.x, offset.y, corners: corners)
        let cover = min(1, max(0, 0.5 - distance * radius))
        if cover > 0 { mix(object.color.levels, cover, into: &image.pixels, at: 4 * (y * side + x)) }
      }
    }
  }

  private func span(_ centre: Float, _ radius: Float, _ side: Int) -> Range<Int> {
    let low = min(side, max(0, Int(centre - radius - 1)))
    return low..<max(low, min(side, Int(centre + radius + 2)))
  }

  private func mix(_ levels: SIMD3<Float>, _ cover: Float, into pixels: inout [UInt8], at place: Int) {
    for channel in 0..<3 {
      let under = Float(pixels[place + channel])
      pixels[place + channel] = UInt8(under + (levels[channel] - under) * cover + 0.5)
    }
  }
}
