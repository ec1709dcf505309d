import Datasets
import Declarations
import Foundation
import TestSupport
import Testing

/// Pictures whose pixels are known, and files that lie.
@Suite(.serialized) struct ImageTests {
  @Test(arguments: [SamplePictures.gradientPNG, SamplePictures.webp])
  func withoutLossAPictureIsDecodedExactly(bytes: [UInt8]) throws {
    try withFolder { folder in
      let path = try write(bytes, folder + "/a.png")
      let image = try ImageFile(path).decode()
      #expect(image.width == 16 && image.height == 12)
      for y in 0..<12 {
        for x in 0..<16 { #expect(image[x, y] == SIMD3(UInt8(x * 16), UInt8(y * 20), 128)) }
      }
    }
  }

  @Test func alphaLiesOverWhite() throws {
    try withFolder { folder in
      let rows: [UInt8] = [0, 10, 20, 30, 0, 10, 20, 30, 255, 100, 100, 100, 128]
      let path = try write(SamplePictures.png(3, 1, type: 6, rows: rows), folder + "/a.png")
      let image = try ImageFile(path).decode()
      #expect(image[0, 0] == SIMD3(255, 255, 255))
      #expect(image[1, 0] == SIMD3(10, 20, 30))
      #expect(image[2, 0] == SIMD3(177, 177, 177))
    }
  }

  @Test(arguments: [SamplePictures.jpeg, SamplePictures.progressiveJPEG, SamplePictures.lossyWebP])
  func withLossAPictureIsDecodedClosely(bytes: [UInt8]) throws {
    try withFolder { folder in
      let image = try ImageFile(write(bytes, folder + "/a.jpg")).decode()
      #expect(image.width == 16 && image.height == 12)
      for (x, y) in [(0, 0), (15, 0), (0, 11), (15, 11), (8, 6)] {
        #expect(abs(Int(image[x, y].x) - x * 16) < 48)
        #expect(abs(Int(image[x, y].y) - y * 20) < 48)
      }
    }
  }

  /// What Pillow 12 makes of the samples, the shorter side at `size` and the centre cut out: four pixels of
  /// the row `y`.
  static let resized: [Resized] = [
    Resized(SamplePictures.rough, 4, .bicubic, 0, [47, 95, 140, 148, 138, 106, 122, 157, 95, 135, 121, 126]),
    Resized(
      SamplePictures.rough, 4, .bilinear, 0, [56, 100, 138, 143, 136, 109, 124, 153, 100, 135, 124, 125]),
    Resized(SamplePictures.rough, 20, .bicubic, 7, [204, 59, 109, 177, 10, 60, 52, 81, 131, 92, 158, 208]),
    Resized(SamplePictures.rough, 20, .bilinear, 7, [187, 69, 119, 166, 29, 79, 62, 83, 133, 94, 144, 194]),
    Resized(SamplePictures.jpeg, 4, .bicubic, 0, [18, 23, 124, 68, 22, 129, 119, 23, 127, 170, 23, 123]),
    Resized(
      SamplePictures.progressiveJPEG, 4, .bicubic, 0, [18, 23, 124, 68, 22, 129, 119, 23, 127, 170, 23, 123]),
  ]

  struct Resized: Sendable {
    let file: [UInt8]
    let size: Int
    let filter: ResizeFilter
    let y: Int
    let pixels: [UInt8]

    init(_ file: [UInt8], _ size: Int, _ filter: ResizeFilter, _ y: Int, _ pixels: [UInt8]) {
      self.file = file
      self.size = size
      self.filter = filter
      self.y = y
      self.pixels = pixels
    }
  }

  @Test(arguments: resized) func picturesAreResizedAsPillowDoes(_ one: Resized) throws {
    try withFolder { folder in
      let file = try ImageFile(write(one.file, folder + "/a"))
      let image = try file.pixels(ImageTransform(size: one.size, filter: one.filter))
      let found = (0..<4).flatMap { x in (0..<3).map { image[x, one.y][$0] } }
      #expect(found == one.pixels)
    }
  }

  @Test func theEndingOfTheNameMeansNothing() throws {
    try withFolder { folder in
      let path = try write(SamplePictures.jpeg, folder + "/a.png")
      #expect(try ImageFile(path).width == 16)
    }
  }

  @Test func numbersAreNormalised() throws {
    try withFolder { folder in
      let path = try write(SamplePictures.gradientPNG, folder + "/a.png")
      for normalization in PixelNormalization.allCases {
        for layout in [ImageLayout.channelsFirst, .channelsLast] {
          let transform = ImageTransform(size: 12, normalization: normalization, layout: layout)
          var numbers = [Float](repeating: .nan, count: transform.count)
          try ImageFile.load(path, transform, into: &numbers)
          let blue = (128 / 255 - normalization.mean[2]) / normalization.deviation[2]
          let place = layout == .channelsFirst ? 2 * 144 + 5 : 3 * 5 + 2
          #expect(abs(numbers[place] - blue) < 1e-6)
          #expect(!numbers.contains { !$0.isFinite })
        }
      }
    }
  }

  // MARK: - Files that lie

  @Test func bombsAreRefusedByTheirHeader() throws {
    try withFolder { folder in
      let bomb = SamplePictures.png(60000, 60000, type: 2, rows: [0])
      let says = failure { _ = try ImageFile(write(bomb, folder + "/bomb.png")) }
      #expect(says.contains("\(folder)/bomb.png") && says.contains("60000 × 60000"), "\(says)")
      var jpeg = SamplePictures.jpeg
      let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xFF, 0xC0]) })
      jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
      let tall = failure { _ = try ImageFile(write(jpeg, folder + "/bomb.jpg")) }
      #expect(tall.contains("65500 × 65500"), "\(tall)")
      let wide = failure {
        _ = try ImageFile(write(SamplePictures.animation(60000, 60000), folder + "/bomb.webp"))
      }
      #expect(wide.contains("/bomb.webp") && wide.contains("60000 × 60000"), "\(wide)")
    }
  }

  @Test func memoryIsBounded() throws {
    try withFolder { folder in
      let rows = [UInt8](repeating: 0, count: 1001 * 1000 * 3)
      let plain = SamplePictures.png(1000, 1000, type: 2, rows: rows)
      let limits = ImageLimits(memory: 1 << 20)
      let transform = ImageTransform(size: 32)
      _ = try ImageFile(write(plain, folder + "/plain.png"), limits: limits).pixels(transform)
      let laced = SamplePictures.png(1000, 1000, type: 2, interlace: 1, rows: rows)
      let path = try write(laced, folder + "/laced.png")
      let says = failure { _ = try ImageFile(path, limits: limits).pixels(transform) }
      #expect(says.contains(path) && says.contains("interlaced"), "\(says)")
      // A WebP without loss is held twice: as decoded, and as rows.
      let webp = try write(SamplePictures.animation(400, 400), folder + "/a.webp")
      _ = try ImageFile(webp, limits: ImageLimits(memory: 1_400_000)).pixels(transform)
      let sentence = failure {
        _ = try ImageFile(webp, limits: ImageLimits(memory: 1_200_000)).pixels(transform)
      }
      #expect(sentence.contains(webp) && sentence.contains("400 × 400"), "\(sentence)")
    }
  }

  @Test(arguments: [
    SamplePictures.gradientPNG, SamplePictures.jpeg, SamplePictures.progressiveJPEG, SamplePictures.webp,
    SamplePictures.lossyWebP, SamplePictures.clearWebP,
  ])
  func everyCutOfAFileIsAnError(bytes: [UInt8]) throws {
    try withFolder { folder in
      let path = folder + "/cut"
      // The last two bytes of a JPEG end it after all pixels; bytes before may be padding of the last code.
      for count in 0..<bytes.count - 4 {
        try write(Array(bytes.prefix(count)), path)
        let says = failure { _ = try ImageFile(path).decode() }
        #expect(says.hasPrefix(path), "\(count) of \(bytes.count): \(says)")
      }
    }
  }

  @Test func aFolderOrNothingIsAnError() throws {
    try withFolder { folder in
      #expect(failure { _ = try ImageFile(folder) }.contains("it is a folder"))
      #expect(failure { _ = try ImageFile(folder + "/none.png") }.contains("no such file"))
      #expect(
        failure { _ = try ImageFile(write("GIF89a", folder + "/a.gif")) }.contains("this file is a GIF"))
      #expect(
        failure { _ = try ImageFile(write("text", folder + "/a.png")) }.contains("this file is not an image"))
    }
  }

  // MARK: - Mutations

  @Test(arguments: [
    SamplePictures.gradientPNG, SamplePictures.png(16, 12, type: 2, interlace: 1, rows: adam7),
    SamplePictures.jpeg, SamplePictures.progressiveJPEG, SamplePictures.webp, SamplePictures.lossyWebP,
    SamplePictures.clearWebP, SamplePictures.animation(20, 14),
  ])
  func mutatedPicturesGivePixelsOrAFailure(bytes: [UInt8]) throws {
    try withFolder { folder in
      var numbers = TestNumbers(UInt64(bytes.count))
      let path = folder + "/mutant"
      let transform = ImageTransform(size: 8)
      let limits = ImageLimits(pixels: 4_000_000, memory: 64 << 20)
      var failures = 0
      for _ in 0..<2500 {
        try write(mutate(bytes, &numbers), path)
        do {
          let image = try ImageFile(path, limits: limits).pixels(transform)
          #expect(image.width == 8 && image.height == 8)
        } catch let failure as any Failure {
          failures += 1
          #expect(failure.kind == .invalidInput)
          #expect(failure.message.hasPrefix(path), "\(failure.message)")
        }
      }
      #expect(failures > 250, "the mutations hardly hurt")
    }
  }

  /// The rows of seven passes, all of the same grey.
  private static let adam7: [UInt8] = {
    let passes = [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]
    var rows: [UInt8] = []
    for (x, y, across, down) in passes {
      let columns = stride(from: x, to: 16, by: across).reduce(0) { count, _ in count + 1 }
      for _ in stride(from: y, to: 12, by: down) {
        rows += [0] + [UInt8](repeating: 99, count: 3 * columns)
      }
    }
    return rows
  }()
}
