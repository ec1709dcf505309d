import Declarations
import Files
import Foundation

/// `fairface`: faces with race, gender and age, which a CSV file lists.
///
/// The classes are the fourteen combinations of race and gender, in the order of the authors' prompts. Source: Kärkkäinen and
/// Joo 2021, arXiv:1908.04913; Liang et al. 2022, Supp. Fig. 11.
enum FairFace {
  static let attributes = ["race", "gender", "age"]
  private static let largest = 1 << 28

  /// As the file spells them, and as the authors' prompts do.
  private static let races = [
    ("White", "white"), ("Black", "black"), ("Latino_Hispanic", "latino"), ("Indian", "indian"),
    ("Middle Eastern", "middle eastern"), ("Southeast Asian", "southeast asian"),
    ("East Asian", "east asian"),
  ]
  private static let genders = [("Male", "man"), ("Female", "woman")]
  private static let ages = [
    "0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70",
  ]

  static let kind = DatasetKind(
    "fairface", "FairFace: faces with labels of race, gender and age",
    [
      .required("path", .file, "fairface_label_val.csv or fairface_label_train.csv"),
      .optional(
        "folder", .folder,
        "the folder that the paths in the file begin in, or the one that they begin with (`val`); by default that of the file"
      ),
      .prompt, .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, listsFiles: true, attributes: attributes,
    sides: DeclaredSides.captionedPictures
  ) { parameters in
    let path = try parameters.text("path")
    let table = try Rows(path, parameters.optionalText("folder"))
    let count = try parameters.count(of: table.paths.count, in: path)
    let pictures = ImageFiles(paths: Array(table.paths.prefix(count)), transform: try parameters.transform())
    let all = [
      "race": PairedData.Attribute(classes: races.map(\.1), labels: Array(table.races.prefix(count))),
      "gender": PairedData.Attribute(classes: genders.map(\.1), labels: Array(table.genders.prefix(count))),
      "age": PairedData.Attribute(classes: ages, labels: Array(table.ages.prefix(count))),
    ]
    let labels = zip(table.races, table.genders).map { $0 * Int32(genders.count) + $1 }
    return try ClassifiedImages(
      pictures: pictures, labels: Array(labels.prefix(count)),
      classes: races.flatMap { race in genders.map { "\(race.1) \($0.1)" } }, files: [path] + pictures.paths,
      attributes: { all[$0] }
    ).data(count, parameters)
  }

  /// The columns of the file.
  private struct Rows {
    private(set) var paths: [String] = []
    private(set) var races: [Int32] = []
    private(set) var genders: [Int32] = []
    private(set) var ages: [Int32] = []

    init(_ path: String, _ folder: String?) throws {
      var records = try NamedRecords(path, ["file", "race", "gender", "age"], limit: FairFace.largest)
      while let fields = try records.next() {
        let (texts, line) = (fields.map { String(decoding: $0, as: UTF8.self) }, records.line)
        guard !texts[0].isEmpty, !texts[0].contains("\0") else {
          throw DatasetFailure.badLine(path: path, line: line, detail: "the path of the image is empty")
        }
        paths.append(
          folder.map { Self.picture(texts[0], in: $0) }
            ?? NamedRecords.path(texts[0], in: (path as NSString).deletingLastPathComponent))
        races.append(try Self.place(texts[1], FairFace.races.map(\.0), "race", path, line))
        genders.append(try Self.place(texts[2], FairFace.genders.map(\.0), "gender", path, line))
        ages.append(try Self.place(texts[3], FairFace.ages, "age", path, line))
      }
      guard !paths.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "row") }
    }

    /// `val/1.jpg` is in `val` as well as in the folder that has `val`: that one may exist without pictures.
    private static func picture(_ path: String, in folder: String) -> String {
      let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
      let isInside =
        parts.count == 2 && !path.hasPrefix("/") && (folder as NSString).lastPathComponent.isExactly(parts[0])
      return NamedRecords.path(isInside ? parts[1] : path, in: folder)
    }

    private static func place(
      _ text: String, _ known: [String], _ column: String, _ path: String, _ line: Int
    ) throws -> Int32 {
      guard let place = known.firstIndex(where: { $0.isExactly(text) }) else {
        throw DatasetFailure.badLine(
          path: path, line: line,
          detail: "the \(column) is `\(text.prefix(40))`; expected one of \(known.joined(separator: ", "))")
      }
      return Int32(place)
    }
  }
}
