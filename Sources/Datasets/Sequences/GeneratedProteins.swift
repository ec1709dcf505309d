import Kernels

/// Sequences made at random, each with one to three known motifs in it that its caption names.
struct GeneratedProteins: Sendable {
  /// A pattern of residues: a capital stands for itself, `x` for any, digits 1…9 for one of a class.
  struct Motif: Sendable {
    let name: String
    let pattern: String
  }

  static let motifs = [
    Motif(name: "a zinc finger", pattern: "CxxCxxxFxxxxxLxxHxxxH"),
    Motif(name: "a Walker A loop", pattern: "GxxxxGKT"),
    Motif(name: "a leucine zipper", pattern: "LxxxxxxLxxxxxxLxxxxxxL"),
    Motif(name: "a nuclear localisation signal", pattern: "PKKKRKV"),
    Motif(name: "a cell attachment site", pattern: "xRGDx"),
    Motif(name: "a DEAD box", pattern: "VLDEADx"),
    Motif(name: "a zinc protease site", pattern: "HExxHxxGxxH"),
    Motif(name: "a serine protease site", pattern: "GDSGGP"),
    Motif(name: "a calcium-binding loop", pattern: "DxDxDGxIxxxE"),
    Motif(name: "a membrane helix", pattern: "11111111111111111111"),
    Motif(name: "a histidine tag", pattern: "HHHHHH"),
    Motif(name: "a glutamine tract", pattern: "QQQQQQQQQQQQ"),
    Motif(name: "a proline-rich site", pattern: "RxLPPxPxx"),
    Motif(name: "a retention signal", pattern: "KDEL"),
    Motif(name: "an acidic patch", pattern: "222222222"),
    Motif(name: "a basic patch", pattern: "333333333"),
  ]

  private static let residues = Array("ACDEFGHIKLMNPQRSTVWY".utf8)
  private static let classes: [UInt8: [UInt8]] = [
    UInt8(ascii: "1"): Array("AILVFMGW".utf8), UInt8(ascii: "2"): Array("DE".utf8),
    UInt8(ascii: "3"): Array("KR".utf8),
  ]
  private static let places = ["near the start", "in the middle", "near the end"]
  private static let shortest = 90
  private static let longest = 240

  private let choices: RandomStream
  private let letters: RandomStream

  init(seed: UInt64) {
    choices = RandomStream(seed: seed, stage: "data", name: "proteins")
    letters = RandomStream(seed: seed, stage: "data", name: "proteins/residues")
  }

  private struct Layout {
    let length: Int
    /// The motif in each third of the sequence, by number; nil where there is none.
    let thirds: [Int?]
    /// Where in its third a motif begins, as a share of the room.
    let shifts: [Float]
  }

  private func layout(_ index: Int) -> Layout {
    var draws = ItemDraws(choices, index)
    let length = Self.shortest + draws.next(below: Self.longest - Self.shortest + 1)
    let count = 1 + draws.next(below: 3)
    let chosen = draws.distinct(count, below: Self.motifs.count)
    var thirds = [Int?](repeating: nil, count: 3)
    for (place, motif) in zip(draws.distinct(count, below: 3), chosen) { thirds[place] = motif }
    return Layout(length: length, thirds: thirds, shifts: (0..<3).map { _ in draws.next() })
  }

  func residues(_ index: Int) -> String {
    let layout = layout(index)
    let drawn = letters.integers(below: 1 << 20, count: layout.length, offset: index * Self.longest)
    var sequence = drawn.map { Self.residues[$0 % Self.residues.count] }
    sequence[0] = UInt8(ascii: "M")
    let room = layout.length / 3
    for (third, motif) in layout.thirds.enumerated() {
      guard let motif else { continue }
      let pattern = Array(Self.motifs[motif].pattern.utf8)
      let start = third * room + 1 + Int(layout.shifts[third] * Float(room - pattern.count - 1))
      for (offset, sign) in pattern.enumerated() where sign != UInt8(ascii: "x") {
        let choices = Self.classes[sign] ?? [sign]
        sequence[start + offset] = choices[drawn[start + offset] % choices.count]
      }
    }
    return String(decoding: sequence, as: UTF8.self)
  }

  func caption(_ index: Int) -> String {
    let named = zip(layout(index).thirds, Self.places).compactMap { motif, place in
      motif.map { "\(Self.motifs[$0].name) \(place)" }
    }
    return "a protein with " + listed(named)
  }
}

struct GeneratedResidues: TextSource {
  let proteins: GeneratedProteins
  func text(_ index: Int) -> String { proteins.residues(index) }
}

struct GeneratedCaptions: TextSource {
  let proteins: GeneratedProteins
  func text(_ index: Int) -> String { proteins.caption(index) }
}
