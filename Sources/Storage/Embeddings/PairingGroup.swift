import Contracts
import Declarations
import Files
import HDF5

/// A pairing as parts of an HDF5 group: nothing where row i of y belongs with row i of x, else
///
/// ```
/// pairing   JSON: {"kind":"none"}, {"kind":"grouped","size":5}, {"kind":"map"}
/// partner   int64 (rows of y): for each row of y its row of x
/// ```
enum PairingGroup {
  static func write(_ pairing: Pairing, to group: HDF5Group) throws {
    guard let json = json(pairing) else { return }
    try group.write("pairing", [json.canonical], shape: []) { try $0.setEncoding("string", "0.2.0") }
    if case .map(let rows) = pairing { try write(partner: rows, to: group) }
  }

  /// For readers of a run's file: the row of x of every row of y, however the pairing was given.
  static func writeWithPartners(_ embeddings: Embeddings, to group: HDF5Group) throws {
    try write(embeddings.pairing, to: group)
    guard let y = embeddings.y, case .grouped = embeddings.pairing else { return }
    let partners = try Partners(embeddings.pairing, xRows: embeddings.x.rows, yRows: y.rows)
    try write(partner: partners.rowOfX, to: group)
  }

  private static func write(partner rows: [Int], to group: HDF5Group) throws {
    try group.write("partner", rows, shape: [rows.count]) { try $0.setEncoding("array", "0.2.0") }
  }

  private static func json(_ pairing: Pairing) -> JSONValue? {
    switch pairing {
    case .identity: nil
    case .unpaired: .object(["kind": .string("none")])
    case .grouped(let size): .object(["kind": .string("grouped"), "size": .number(Double(size))])
    case .map: .object(["kind": .string("map")])
    }
  }

  /// - Throws: `HDF5Failure`; `FamilyFile.Problem` where the group says something else.
  static func read(_ group: HDF5StoredGroup) throws -> Pairing {
    guard group.contains("pairing") else { return .identity }
    let json = try JSONReader.value(Array(try group.text("pairing").utf8))
    switch json["kind"]?.string {
    case "none": return .unpaired
    case "grouped":
      if let size = json["size"]?.integer, size >= 1 { return .grouped(size: size) }
    case "map": return .map(try group.doubles("partner").map { Int(exactly: $0) ?? -1 })
    default: break
    }
    throw FamilyFile.Problem(description: "an unknown pairing `\(json.canonical)`")
  }
}
