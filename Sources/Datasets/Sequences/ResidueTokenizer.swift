/// Amino acids by their letter, each its own token.
///
/// Ids: 0 is padding, 1…26 are A…Z, 27 starts and 28 ends a sequence; anything else counts as X.
struct ResidueTokenizer: TextTokenizer {
  let name = "residues"
  let vocabularySize = 29
  let startToken: Int32 = 27
  let endToken: Int32 = 28

  func ids(_ text: String, most: Int) -> [Int32] {
    text.utf8.prefix(most).map { byte in
      let upper = byte & 0xDF
      return (0x41...0x5A).contains(upper) && byte >= 0x41 ? Int32(upper) - 0x40 : 24
    }
  }

  func text(of ids: [Int32]) -> String {
    String(decoding: ids.compactMap { (1...26).contains($0) ? UInt8($0) + 0x40 : nil }, as: UTF8.self)
  }
}
