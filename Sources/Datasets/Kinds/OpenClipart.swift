import Declarations
import Files
import Foundation

/// `openclipart`: the images of Debian's package openclipart-png, with the titles and keywords that
/// openclipart-svg states of them.
struct OpenClipart: TextSource {
  /// Below the folder `png`, without their ending.
  private let names: [String]
  private let folder: String

  private static let largestDrawing = 64 << 20

  /// These images are no attack, and the largest has 20,990 × 29,700 pixels; none is interlaced, so that
  /// all are decoded row by row.
  static let limits = ImageLimits(pixels: 1 << 30, memory: 768 << 20)

  /// Title, keywords and the words of the file's name, each once.
  func text(_ index: Int) throws -> String {
    let name = names[index]
    let metadata = try metadata(name)
    let stem = (name as NSString).lastPathComponent.split(separator: "_").joined(separator: " ")
    var seen: Set<String> = []
    let parts = ([metadata.title] + metadata.keywords + [stem]).filter {
      !$0.isEmpty && seen.insert($0.lowercased()).inserted
    }
    return parts.joined(separator: ", ")
  }

  /// Those of the drawings that are there.
  var files: [String] { names.map(drawing).filter(Paths.exists) }

  private func drawing(_ name: String) -> String { folder + "/svg/" + name + ".svg" }

  /// Nothing where the drawing is missing.
  private func metadata(_ name: String) throws -> ClipartMetadata {
    let path = drawing(name)
    guard Paths.exists(path) else { return ClipartMetadata([]) }
    return ClipartMetadata(try TextFile.read(path, limit: Self.largestDrawing))
  }

  static let kind = DatasetKind(
    "openclipart", "the images of Debian's openclipart-png, with the titles of openclipart-svg",
    [
      .defaulted(
        "folder", .folder, "/usr/share/openclipart",
        "the folder that contains the folders `png` and `svg` of the packages"),
      .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, listsFiles: true,
    obtain: "make openclipart", version: 2,
    readsTexts: true, worsensCaptions: true, sides: DeclaredSides.captionedPictures
  ) { parameters in
    let folder = try parameters.text("folder")
    let root = folder + "/png"
    let found = try PictureListing(below: root)
    let paths = found.paths
    guard !paths.isEmpty else { throw DatasetFailure.nothingFound(path: root, expected: "picture") }
    let pictures = Array(paths.prefix(try parameters.count(of: paths.count, in: root)))
    let names = pictures.map { (PictureListing.name($0, in: root) as NSString).deletingPathExtension }
    let captions = OpenClipart(names: names, folder: folder)
    return PairedData(
      count: pictures.count,
      x: .numbers(ImageFiles(paths: pictures, transform: try parameters.transform(), limits: limits)),
      y: try parameters.texts(captions),
      files: pictures + captions.files + parameters.vocabularyFiles, remarks: { found.remarks(in: root) })
  }
}
