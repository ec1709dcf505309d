import CZlib
import Testing

@testable import Figures

/// A picture that a full disk has cut off is none, wherever it was cut.
@Suite("Whole pictures")
struct PictureFormatTests {
  private static let svg = Array(
    """
    <?xml version="1.0" encoding="utf-8"?>
    <!-- a > b -->
    <svg width="6" xmlns:xlink='http://www.w3.org/1999/xlink'>
    <g fill="none"><path id = 'p' d= 'M1,2 L3,4'/><use xlink:href='#p'/><text>a &lt; b &#39; ]]</text></g>
    </svg>

    """.utf8)

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    func word(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
    let checked = Array(name.utf8) + content
    let sum = checked.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
    return word(content.count) + checked + word(Int(sum))
  }

  private static let png: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", [UInt8](repeating: 1, count: 13))
    + chunk("IDAT", [1, 2, 3]) + chunk("IEND", [])
  private static let pdf = Array("%PDF-1.5\n1 0 obj\nxref\ntrailer\nstartxref\n17\n%%EOF\n".utf8)

  private static let samples: [(PictureFormat, [UInt8])] = [(.svg, svg), (.png, png), (.pdf, pdf)]

  @Test func wholeOnesPassAndTruncatedOnesDoNot() {
    for (format, bytes) in Self.samples {
      #expect(format.flaw(bytes) == nil)
      // The last line's end may lack.
      let needed = format == .png ? bytes.count : bytes.count - 1
      for count in 0..<needed {
        #expect(format.flaw(Array(bytes.prefix(count))) != nil, "\(format) \(count)")
      }
    }
  }

  @Test func aChangedByteOfAPNGIsSeen() {
    for place in Self.png.indices {
      var bytes = Self.png
      bytes[place] ^= 0x20
      #expect(PictureFormat.png.flaw(bytes) != nil, "\(place)")
    }
    #expect(PictureFormat.png.flaw(Self.png + [0]) != nil)
  }

  @Test func anyBytesAtAllAreNoTrap() {
    var random = SystemRandomNumberGenerator()
    for (format, whole) in Self.samples {
      for _ in 0..<3000 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        _ = format.flaw(bytes)
      }
    }
  }

  @Test(arguments: [
    "<svg><g style='filter:url(#textbox)' fill='url(#gpPat1)' stroke='rgb( 76, 114, 176)'/></svg>",
    "<svg>&#65;&#x42;&#x9;<!-- - --></svg>", "<svg transform='translate(1.0,2) scale(2.87)'/>",
  ])
  func whatGnuplotWrites(text: String) {
    #expect(PictureFormat.svg.flaw(Array(text.utf8)) == nil)
  }

  @Test(arguments: [
    "<svg><script>alert(1)</script></svg>", "<svg onload='alert(1)'/>",
    "<svg><a href='javascript:alert(1)'/></svg>",
    "<svg><use xlink:href='http://x/y#z'/></svg>", "<svg><foreignObject/></svg>", "<svg><g></svg></g>",
    "<svg/><svg/>", "text<svg/>", "<svg/>text", "<svg>&nope;</svg>", "<svg>]]></svg>", "<svg>\u{1}</svg>",
    "<!DOCTYPE svg><svg/>",
    "<svg xmlns:s='http://www.w3.org/2000/svg'><s:script/></svg>",
    "<svg xmlns:h='http://www.w3.org/1999/xhtml'><h:meta http-equiv='refresh' content='0'/></svg>",
    "<svg xmlns='http://www.w3.org/1999/xhtml'/>", "<svg><style>a{}</style></svg>", "<svg><image/></svg>",
    "<?xml version='1.0'?><?xml-stylesheet href='http://x/y'?><svg/>", " <?xml version='1.0'?><svg/>",
    "<svg><g fill='url(http://x/y)'/></svg>", "<svg><g style='fill:url(http://x/y)'/></svg>",
    "<svg><g fill='u&#114;l(http://x/y)'/></svg>", "<svg><g fill='ur\\6c(http://x/y)'/></svg>",
    "<svg><g fill='URL(x)'/></svg>", "<svg><g fill='url( #a)'/></svg>", "<svg><g fill='image(\"x\")'/></svg>",
    "<svg xml:base='http://x/'><use xlink:href='#a'/></svg>", "<svg><g filter='url(#a)'/></svg>",
    "<svg><g x='1' x='2'/></svg>", "<svg><!-- a -- b --></svg>", "<svg><use href='#p'/></svg>",
    "<svg>&#1;</svg>", "<svg>&#x1;</svg>", "<svg>&#x;</svg>", "<svg>&#xD800;</svg>", "<svg>&#+65;</svg>",
    "<svg>&#xFFFE;</svg>", "<svg>\u{FFFE}</svg>",
    "<html/>", "", "<svg a=b/>", "<svg a='<'/>",
  ])
  func whatIsNoPictureOrDoesThings(text: String) {
    #expect(PictureFormat.svg.flaw(Array(text.utf8)) != nil)
  }
}
