/// How wide a text will be, in pixels, so that no two texts overlap: the advance widths of DejaVu Sans
/// for ASCII, and a wide guess for the rest.
func textWidth(_ text: String, size: Double) -> Double {
  let hundredths = text.unicodeScalars.reduce(0) { sum, scalar in
    let index = Int(scalar.value) - 32
    return sum + (asciiWidths.indices.contains(index) ? asciiWidths[index] : wide(scalar))
  }
  return 1.04 * size * Double(hundredths) / 100
}

private func wide(_ scalar: Unicode.Scalar) -> Int { scalar.value > 0x2E80 ? 100 : 75 }

private let asciiWidths = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34,
  34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61,
  73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61,
  63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
]

/// The text in lines no wider than `width`, broken at spaces; a longer word is cut.
func wrapped(_ text: String, size: Double, width: Double) -> [String] {
  var lines: [String] = []
  var line = ""
  // By code points: a space and a combining mark behind it are one character.
  let words = text.unicodeScalars.split { $0.properties.isWhitespace }.map { Substring($0) }
  for word in words.flatMap({ pieces($0, size: size, width: width) }) {
    let longer = line.isEmpty ? word : "\(line) \(word)"
    if line.isEmpty || textWidth(longer, size: size) <= width {
      line = longer
    } else {
      lines.append(line)
      line = word
    }
  }
  return line.isEmpty ? lines : lines + [line]
}

/// A word, cut where it is wider than a line.
private func pieces(_ word: Substring, size: Double, width: Double) -> [String] {
  guard textWidth(String(word), size: size) > width else { return [String(word)] }
  var pieces: [String] = []
  var piece = ""
  for character in word {
    if !piece.isEmpty, textWidth(piece + String(character), size: size) > width {
      pieces.append(piece)
      piece = ""
    }
    piece.append(character)
  }
  return piece.isEmpty ? pieces : pieces + [piece]
}
