import Declarations
import Files

/// `eurosat`: Sentinel-2 images of land use, RGB, in a folder for each of ten classes.
///
/// Names of classes as in CLIP's prompts. Source: Helber et al. 2019, doi 10.1109/JSTARS.2019.2918242; Radford et al. 2021.
enum EuroSAT {
  private static let classes = [
    ("AnnualCrop", "annual crop land"), ("Forest", "forest"),
    ("HerbaceousVegetation", "brushland or shrubland"),
    ("Highway", "highway or road"), ("Industrial", "industrial buildings or commercial buildings"),
    ("Pasture", "pasture land"), ("PermanentCrop", "permanent crop land"),
    ("Residential", "residential buildings or homes or apartments"), ("River", "river"),
    ("SeaLake", "lake or sea"),
  ]

  private enum Names: String, CaseIterable {
    case clip, folders
  }

  static let kind = DatasetKind(
    "eurosat", "EuroSAT: satellite images of ten kinds of land use, in a folder for each",
    [
      .required("folder", .folder, "the folder that contains AnnualCrop, Forest and the others"),
      .defaulted(
        "names", .choice(Names.allCases.map(\.rawValue)), "clip",
        "what the classes are called: as in CLIP's prompts (`annual crop land`), or by their folders (`annual crop`)"
      ),
      .prompt("a centered satellite photo of {}."), .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, listsFiles: true,
    sides: DeclaredSides.captionedPictures
  ) { parameters in
    let folder = try parameters.text("folder")
    let names = try parameters.choice("names", Names.self)
    var paths: [String] = []
    var labels: [Int32] = []
    var remarks = try others(in: folder)
    for (label, (name, _)) in classes.enumerated() {
      let path = "\(folder)/\(name)"
      guard Paths.isFolder(path) else {
        throw DatasetFailure.noFolder(
          name, in: folder, expected: "the ten folders of EuroSAT, from AnnualCrop to SeaLake")
      }
      let found = try PictureListing(below: path)
      paths += found.paths
      labels += [Int32](repeating: Int32(label), count: found.paths.count)
      remarks += found.remarks(in: path)
    }
    guard !paths.isEmpty else {
      throw DatasetFailure.nothingFound(path: folder, expected: "image (PNG, JPEG, WebP)")
    }
    let count = try parameters.count(of: paths.count, in: folder)
    let pictures = ImageFiles(paths: Array(paths.prefix(count)), transform: try parameters.transform())
    return try ClassifiedImages(
      pictures: pictures, labels: Array(labels.prefix(count)),
      classes: classes.map { names == .clip ? $0.1 : words($0.0) }, files: pictures.paths,
      remarks: { [remarks] in remarks }
    ).data(count, parameters)
  }

  /// Of what lies beside the ten folders.
  private static func others(in folder: String) throws -> [String] {
    guard Paths.isFolder(folder) else { return [] }
    let others = try FolderListing(folder).entries.filter { entry in
      !classes.contains { $0.0.isExactly(entry) }
    }
    guard !others.isEmpty else { return [] }
    return [
      "\(folder): skipped \(PictureListing.list(others)) beside the ten folders of EuroSAT, because "
        + "\(others.count == 1 ? "it is" : "they are") none of its classes"
    ]
  }

  /// `annual crop` of `AnnualCrop`.
  private static func words(_ name: String) -> String {
    name.reduce(into: "") { text, letter in
      if letter.isUppercase, !text.isEmpty { text += " " }
      text += letter.lowercased()
    }
  }
}
