import Foundation
import Testing

@testable import Figures

/// What stands where on a contact sheet.
struct ContactSheetTests {
  private static let latin = FontCoverage.least

  private struct Box {
    let x: Int
    let y: Int
    let width: Int
    let height: Int

    func overlaps(_ other: Box) -> Bool {
      x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
    }
  }

  /// Everything that is drawn, as boxes.
  private func boxes(_ sheet: ContactSheet) -> [Box] {
    sheet.pictures.map {
      Box(x: $0.x - 1, y: $0.y - 1, width: $0.picture.width + 2, height: $0.picture.height + 2)
    }
      + sheet.labels.map {
        Box(
          x: $0.x, y: $0.y - SheetText.lineHeight / 2,
          width: Int((Double($0.text.unicodeScalars.count) * SheetText.advance).rounded(.up)),
          height: SheetText.lineHeight)
      }
  }

  private func picture(_ width: Int, _ height: Int) -> SheetPicture {
    SheetPicture(
      width: width, height: height,
      pixels: (0..<3 * width * height).map { UInt8(truncatingIfNeeded: $0 &* 7) })
  }

  @Test func nothingOverlapsAndAllLiesOnThePage() {
    var numbers = SystemRandomNumberGenerator()
    for _ in 0..<60 {
      let frames = [0, 1, 1, 3, 8].randomElement(using: &numbers) ?? 1
      let (width, height) = (Int.random(in: 1...400), Int.random(in: 1...400))
      let items = (0..<Int.random(in: 1...30)).map { index in
        let words = (0..<Int.random(in: 0...80)).map { _ in
          String(repeating: "w", count: Int.random(in: 1...30))
        }
        return SheetItem(
          title: "\(index), class 3: cat", pictures: (0..<frames).map { _ in picture(width, height) },
          texts: [words.joined(separator: " "), String(repeating: "x", count: Int.random(in: 0...3000))])
      }
      let sheet = ContactSheet(heading: ["a heading"], items: items, fonts: Self.latin)
      let boxes = boxes(sheet)
      #expect(sheet.width <= 1440 && sheet.height < 30_000)
      for (index, box) in boxes.enumerated() {
        #expect(box.x >= 0 && box.x + box.width <= sheet.width, "\(width)×\(height), \(frames)")
        #expect(box.y >= 0 && box.y + box.height <= sheet.height)
        #expect(!boxes[(index + 1)...].contains { $0.overlaps(box) }, "\(width)×\(height), \(frames)")
      }
      #expect(sheet.raster().count == 3 * sheet.width * sheet.height)
    }
  }

  @Test func picturesAreEnlargedAndMadeSmallerByWholeNumbers() {
    let small = picture(5, 3).fitted(frames: 1)
    #expect(small.width == 160 && small.height == 96)
    #expect(small.pixels[0..<3] == picture(5, 3).pixels[0..<3])
    #expect(small.pixels.suffix(3) == picture(5, 3).pixels.suffix(3))
    let large = SheetPicture(width: 641, height: 2, pixels: [UInt8](repeating: 9, count: 3 * 1282)).fitted(
      frames: 1)
    #expect(large.width == 214 && large.height == 1 && Set(large.pixels) == [9])
    for side in 1...700 {
      let once = SheetPicture(width: side, height: 1, pixels: [UInt8](repeating: 1, count: 3 * side)).fitted(
        frames: 1)
      #expect(once.fitted(frames: 1) == once && once.width <= 320)
    }
  }

  @Test func textIsWrappedAtSpacesAndItsEndIsSaid() {
    var text = SheetText(Self.latin)
    #expect(text.wrapped("one two three", width: 73, lines: 9) == ["one two", "three"])
    #expect(text.wrapped("", width: 73, lines: 9) == [])
    #expect(text.wrapped("abcdefghijklmno", width: 73, lines: 9) == ["abcdefghij", "klmno"])
    let cut = text.wrapped(String(repeating: "word ", count: 100), width: 200, lines: 3)
    #expect(cut.count == 3 && cut[2].hasSuffix("more"))
    let parts = cut[2].components(separatedBy: " … ")
    let shown = cut[0].count + 1 + cut[1].count + 1 + parts[0].count
    #expect(parts.last == "\(500 - shown) more", "\(cut)")
  }

  /// gnuplot draws a character that no font has across the whole page.
  @Test func whatNoFontHasIsShownByItsNumber() {
    var text = SheetText(FontCoverage(listing: "20-7e a0-ff\n4e00-4e01"))
    #expect(text.wrapped("a\u{4E00}\u{4E02}b", width: 400, lines: 2) == ["a\u{4E00}<4E02>b"])
    #expect(text.wrapped("a\u{0}\u{202E}\u{7}\tb\r\nc", width: 400, lines: 2) == ["a<0><202E><7> b  c"])
    #expect(text.missing == ["\u{4E02}"])
  }

  @Test func nothingInATextMeansAnythingToGnuplot() {
    let sheet = ContactSheet(
      heading: ["a `b` \"'\\1é"], items: [SheetItem(title: "", pictures: [], texts: [])], fonts: Self.latin)
    #expect(sheet.script().text.contains(#"set label 1 "a \140b\140 \042\047\134\061é" at "#))
  }
}
