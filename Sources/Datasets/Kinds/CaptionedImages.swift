import Declarations
import Files
import Foundation

/// `captioned-images`: a CSV file whose rows name an image and its caption.
enum CaptionedImages {
  private static let largestTable = 1 << 30

  static let kind = DatasetKind(
    "captioned-images", "images and captions that a CSV file lists",
    [
      .required("path", .file, "a CSV file with a header; paths of images are relative to it"),
      .defaulted("image", .string, "path", "the column of the images' paths"),
      .defaulted("caption", .string, "caption", "the column of the captions"), .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, listsFiles: true, version: 2,
    worsensCaptions: true, sides: DeclaredSides.captionedPictures
  ) { parameters in
    let path = try parameters.text("path")
    let table = try read(path, try parameters.text("image"), try parameters.text("caption"))
    let count = try parameters.count(of: table.pictures.count, in: path)
    let pictures = Array(table.pictures.prefix(count))
    return PairedData(
      count: count, x: .numbers(ImageFiles(paths: pictures, transform: try parameters.transform())),
      y: try parameters.texts(table.captions), files: [path] + pictures + parameters.vocabularyFiles)
  }

  private static func read(_ path: String, _ image: String, _ caption: String) throws -> (
    pictures: [String], captions: TextArena
  ) {
    var records = try NamedRecords(path, [image, caption], limit: largestTable)
    let folder = (path as NSString).deletingLastPathComponent
    var pictures: [String] = []
    var captions = TextArena()
    while let fields = try records.next() {
      pictures.append(NamedRecords.path(String(decoding: fields[0], as: UTF8.self), in: folder))
      captions.append(fields[1])
    }
    guard !pictures.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "row") }
    return (pictures, captions)
  }
}
