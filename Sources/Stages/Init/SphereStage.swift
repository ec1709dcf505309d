import Contracts
import Declarations
import Foundation
import Kernels

/// The simulation of mismatched pairs on the 3D unit sphere.
///
/// Image k lies on the equator at azimuth φ = (k − 1)·spacing, its text at the same azimuth and an
/// elevation θ: (cos θ cos φ, cos θ sin φ, sin θ). A mismatch swaps the first two texts.
/// Source: Liang et al. 2022, Sec. 4.3, Fig. 3(e).
package struct SphereStage: Stage {
  package struct Parameters: Decodable, Sendable {
    var pairs: Int
    var spacing: Double
    var mismatched: Bool
    var elevation: Double

    enum CodingKeys: String, CodingKey {
      case pairs, mismatched
      case spacing = "spacing_degrees"
      case elevation = "elevation_degrees"
    }
  }

  package static let signature = StageSignature(
    phase: .`init`, kind: "sphere",
    summary: "Pairs of points on the 3D unit sphere: images on the equator, texts above them.",
    parameters: [
      .defaulted("pairs", .integer(2...100_000), .number(6), "Number of pairs of an image and a text."),
      .defaulted(
        "spacing_degrees", .number(-360...360), .number(20),
        "Degrees between neighbouring azimuths: 20 in the authors' code, 15 in the paper's text."),
      .defaulted("mismatched", .boolean, .bool(true), "Swaps the first two texts."),
      .defaulted(
        "elevation_degrees", .number(-90...90), .number(45),
        "Elevation of the texts above the equator in degrees, before any rotation."),
    ],
    output: .sphere)

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let pairs = parameters.pairs
    guard pairs >= 2 else { throw StageFailure.mismatchNeedsTwoPairs(found: pairs) }
    let spacing = parameters.spacing * .pi / 180
    let azimuths = (0..<pairs).map { Double($0 - 1) * spacing }
    var texts = azimuths
    if parameters.mismatched { texts.swapAt(0, 1) }
    let elevation = parameters.elevation * .pi / 180
    let embeddings = Embeddings(
      x: Self.points(azimuths, elevation: 0), y: Self.points(texts, elevation: elevation), isNormalized: true)
    context.noticeRepeats(in: embeddings) { _ in
      "choose `spacing_degrees` and `pairs` so that no two azimuths are equal"
    }
    return .embeddings(EmbeddingFamily(embeddings))
  }

  private static func points(_ azimuths: [Double], elevation: Double) -> Matrix {
    let values = azimuths.flatMap { azimuth in
      [cos(elevation) * cos(azimuth), cos(elevation) * sin(azimuth), sin(elevation)].map { Float($0) }
    }
    return Matrix(rows: azimuths.count, columns: 3, values: values)
  }
}
