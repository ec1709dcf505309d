import Contracts
import Declarations
import Metrics

/// Embeddings that are projected together: the modalities of one member, or of the same member in all
/// the runs that are taken together.
struct ProjectionInput {
  private struct Part {
    let rows: TransformedRows
    let run: Int
    let coordinates: [Coordinate]
    /// One for each row.
    let annotations: ItemAnnotations
  }

  private let parts: [Part]
  /// What all its rows have in common.
  let coordinates: [Coordinate]
  let isGathered: Bool

  var rows: [TransformedRows] { parts.map(\.rows) }

  /// The run of each row, from 0.
  var runs: [Int] { parts.flatMap { [Int](repeating: $0.run, count: $0.rows.rows) } }

  /// - Throws: `StageFailure` where no embeddings of the modality are left, or runs differ in their members.
  static func all(_ sources: [Source], _ inputs: StageInputs, only modality: String?) throws
    -> [ProjectionInput]
  {
    guard !inputs.gathered.isEmpty else {
      return try sources.flatMap { source in
        try source.family.members.indices.map { try scene([source], member: $0, modality, isGathered: false) }
      }
    }
    var ids: [String] = []
    for source in sources where !ids.contains(source.id) { ids.append(source.id) }
    return try ids.flatMap { id in
      let runs = sources.filter { $0.id == id }
      let members = runs.map(\.family.members.count).min() ?? 0
      return try (0..<members).map { try scene(runs, member: $0, modality, isGathered: true) }
    }
  }

  private static func scene(_ runs: [Source], member: Int, _ modality: String?, isGathered: Bool) throws
    -> ProjectionInput
  {
    let parts = try runs.enumerated().flatMap { run, source in
      let family = source.family
      let modalities = family.sides(of: family.members[member]).filter {
        modality == nil || $0.rawValue == modality
      }
      return try modalities.map {
        Part(
          rows: try family.rows($0, of: family.members[member]), run: run,
          coordinates: source.coordinates(member),
          annotations: try family.bases[family.members[member].base].annotations(of: $0))
      }
    }
    guard let first = parts.first else { throw StageFailure.noSuchModality(modality ?? "x") }
    if let other = parts.first(where: { $0.rows.columns != first.rows.columns }) {
      throw StageFailure.dimensionsDiffer(first.rows.columns, other.rows.columns)
    }
    let common = first.coordinates.filter { coordinate in
      parts.allSatisfy { $0.coordinates.contains(coordinate) }
    }
    return ProjectionInput(parts: parts, coordinates: common, isGathered: isGathered)
  }

  /// Those of the texts that some of its items have.
  var texts: [ItemText] {
    ItemText.allCases.filter { text in parts.contains { !$0.annotations[text].isEmpty } }
  }

  /// Appends a row a point: its coordinates, modality, index, the texts of its item, scores, then `more`, which may depend on
  /// its run.
  func list(
    into table: inout CoordinateTable, with texts: [ItemText],
    then more: (_ run: Int) -> [(String, Cell)] = { _ in [] },
    _ scores: (Int) -> [Double]
  ) {
    var first = 0
    for part in parts {
      for index in 0..<part.rows.rows {
        let cells = scores(first + index).enumerated().map { ("c\($0 + 1)", Cell.real($1)) }
        let place = [("modality", Cell.text(part.rows.side.rawValue)), ("index", .integer(index))]
        let names = texts.map { text in
          (text.rawValue, Cell.text(part.annotations[text].isEmpty ? "" : part.annotations[text][index]))
        }
        table.append(part.coordinates, place + names + cells + more(part.run))
      }
      first += part.rows.rows
    }
  }
}
