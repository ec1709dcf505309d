import Datasets
import Foundation
import TestSupport
import Testing

/// How pictures are turned and WebP decoded, as Pillow 11.3 and 12 do it: cases that
/// `Tests/oracles/pictures.py` wrote.
struct PictureCaseTests {
  struct Cases: Decodable {
    struct Case: Decodable {
      let name: String
      let file: Data
      let width: Int
      let height: Int
      let rgb: Data
    }
    let cases: [Case]
  }

  static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../oracles/pictures.py").standardized

  private func check(_ cases: Cases) throws {
    #expect(cases.cases.count == 129)
    try withFolder { folder in
      for (number, one) in cases.cases.enumerated() {
        let image = try ImageFile(write(Array(one.file), "\(folder)/\(number)")).decode()
        #expect(image.width == one.width && image.height == one.height, "\(one.name)")
        guard image.width == one.width, image.height == one.height else { continue }
        let pixels = (0..<one.height).flatMap { y in
          (0..<one.width).flatMap { x in (0..<3).map { image[x, y][$0] } }
        }
        #expect(pixels == Array(one.rgb), "\(one.name)")
      }
    }
  }

  @Test func picturesAreTurnedAndDecodedAsPillowDoes() throws {
    let bytes = try Data(contentsOf: Self.script.deletingPathExtension().appendingPathExtension("json"))
    try check(JSONDecoder().decode(Cases.self, from: bytes))
  }

  /// The same with what the Pillow of this machine makes of files that its own encoders wrote.
  @Test(.enabled(if: Outside.pillow != nil, "needs a Python with Pillow 11.3 to 12 (MODGAP_PYTHON)"))
  func theCasesOfThisPillow() throws {
    let made = try #require(Outside.run(Outside.pillow ?? "", [Self.script.path]))
    try #require(made.status == 0, "\(made.output)")
    try check(JSONDecoder().decode(Cases.self, from: Data(made.output.utf8)))
  }
}
