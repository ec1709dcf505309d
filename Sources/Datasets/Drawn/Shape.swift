/// The shapes of the drawn world, each within the unit circle.
enum Shape: String, CaseIterable, Sendable {
  case circle, square, triangle, diamond, pentagon, star, cross, ring

  /// How far a point lies outside the shape, whose `corners` are given; negative inside. `y` grows
  /// downwards.
  func distance(_ x: Float, _ y: Float, corners: [SIMD2<Float>]) -> Float {
    switch self {
    case .circle: (x * x + y * y).squareRoot() - 1
    case .ring: abs((x * x + y * y).squareRoot() - 0.78) - 0.22
    default: Self.distance(x, y, to: corners)
    }
  }

  /// None where the shape is round.
  var corners: [SIMD2<Float>] { Self.polygons[self] ?? [] }

  private static let polygons: [Shape: [SIMD2<Float>]] = [
    .square: [SIMD2(-0.8, -0.8), SIMD2(0.8, -0.8), SIMD2(0.8, 0.8), SIMD2(-0.8, 0.8)],
    .triangle: [SIMD2(0, -1), SIMD2(0.866_025_4, 0.5), SIMD2(-0.866_025_4, 0.5)],
    .diamond: [SIMD2(0, -1), SIMD2(0.65, 0), SIMD2(0, 1), SIMD2(-0.65, 0)],
    .pentagon: rays,
    .star: zip(rays, inner).flatMap { [$0, $1] },
    .cross: [
      SIMD2(-0.3, -0.95), SIMD2(0.3, -0.95), SIMD2(0.3, -0.3), SIMD2(0.95, -0.3), SIMD2(0.95, 0.3),
      SIMD2(0.3, 0.3), SIMD2(0.3, 0.95), SIMD2(-0.3, 0.95), SIMD2(-0.3, 0.3), SIMD2(-0.95, 0.3),
      SIMD2(-0.95, -0.3), SIMD2(-0.3, -0.3),
    ],
  ]

  /// Five points of the unit circle, from the top on.
  private static let rays: [SIMD2<Float>] = [
    SIMD2(0, -1), SIMD2(0.951_056_5, -0.309_017), SIMD2(0.587_785_25, 0.809_017),
    SIMD2(-0.587_785_25, 0.809_017), SIMD2(-0.951_056_5, -0.309_017),
  ]

  /// The inner corners of the star, between the rays.
  private static let inner = [3, 4, 0, 1, 2].map { rays[$0] * -0.4 }

  /// The signed distance to a polygon: the nearest edge, with the sign of the crossings of a ray.
  private static func distance(_ x: Float, _ y: Float, to corners: [SIMD2<Float>]) -> Float {
    guard var previous = corners.last else { return 1 }
    let point = SIMD2(x, y)
    var nearest = Float.greatestFiniteMagnitude
    var isInside = false
    for corner in corners {
      let edge = previous - corner
      let offset = point - corner
      let along = min(1, max(0, (offset * edge).sum() / (edge * edge).sum()))
      let gap = offset - edge * along
      nearest = min(nearest, (gap * gap).sum())
      if (corner.y > y) != (previous.y > y), x < edge.x * (y - corner.y) / edge.y + corner.x {
        isInside.toggle()
      }
      previous = corner
    }
    return isInside ? -nearest.squareRoot() : nearest.squareRoot()
  }
}
