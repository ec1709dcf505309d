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

  /// Of what stands in the file only what was nearly asked for is said: it may not be the table that is meant.
  private static func hint(_ name: String, _ header: [String]) -> String {
    nearestName(to: name, among: header).map { "; did you mean `\($0)`?" } ?? ""
  }

  private static func read(_ path: String, _ image: String, _ caption: String) throws -> (
    pictures: [String], captions: TextArena
  ) {
    var records = CSVRecords(try TextFile.read(path, limit: largestTable), path: path)
    let header = (try records.next() ?? []).map { String(decoding: $0, as: UTF8.self) }
    let columns = try [image, caption].map { name in
      guard let column = header.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) else {
        throw DatasetFailure.badLine(
          path: path, line: 1,
          detail: "there is no column `\(name)` among \(counted(header.count, "column"))" + hint(name, header)
        )
      }
      guard !header[(column + 1)...].contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
        throw DatasetFailure.badLine(
          path: path, line: 1, detail: "there are several columns `\(name)`; rename all but one of them")
      }
      return column
    }
    let folder = (path as NSString).deletingLastPathComponent
    var pictures: [String] = []
    var captions = TextArena()
    var line = records.line
    while let fields = try records.next() {
      guard fields.count == header.count else {
        throw DatasetFailure.badLine(
          path: path, line: line,
          detail: "found \(counted(fields.count, "field")), but the header has \(header.count)")
      }
      let name = String(decoding: fields[columns[0]], as: UTF8.self)
      pictures.append(name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name)
      captions.append(fields[columns[1]])
      line = records.line
    }
    guard !pictures.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "row") }
    return (pictures, captions)
  }
}
