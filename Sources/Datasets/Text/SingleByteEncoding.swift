/// An encoding of one byte a character, of those with which UTF-8 is often mistaken. The lower half is ASCII.
///
/// Bytes without a character stand for the code of their own number, as browsers have it. Where `marksLosses`, the
/// byte 0x1A stands for U+FFFD, a character that was lost before, as in ftfy's `sloppy` codecs.
struct SingleByteEncoding: Sendable {
  let marksLosses: Bool
  /// A space is never taken for the byte 0xA0: in MacRoman, a dash and a space would look like a character.
  let keepsSpaces: Bool
  /// The characters of all 256 bytes.
  private let characters: [Unicode.Scalar]
  private let bytes: [Unicode.Scalar: UInt8]

  /// - Parameter upper: the characters of the bytes 0x80…0xFF; `_` where there is none.
  private init(_ upper: String, marksLosses: Bool = false, keepsSpaces: Bool = false) {
    self.marksLosses = marksLosses
    self.keepsSpaces = keepsSpaces
    var characters = (UInt8.min...UInt8.max).map { Unicode.Scalar($0) }
    for (index, scalar) in upper.unicodeScalars.prefix(128).enumerated() where scalar != "_" {
      characters[128 + index] = scalar
    }
    if marksLosses { characters[Self.substitute] = "\u{FFFD}" }
    self.characters = characters
    bytes = Dictionary(
      characters.enumerated().map { ($1, UInt8(truncatingIfNeeded: $0)) },
      uniquingKeysWith: { first, _ in first })
  }

  private static let substitute = 0x1A

  subscript(byte: UInt8) -> Unicode.Scalar { characters[Int(byte)] }

  /// The bytes that the text would have been; nil where it has another character.
  func encode(_ text: [Unicode.Scalar]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }
}

extension SingleByteEncoding {
  static let latin1 = SingleByteEncoding("")
  static let windows1252 = SingleByteEncoding(
    """
    €_‚ƒ„…†‡ˆ‰Š‹Œ_Ž__‘’“”•–—˜™š›œ_žŸ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿\
    ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ
    """, marksLosses: true)
  static let windows1251 = SingleByteEncoding(
    """
    ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—_™љ›њќћџ\u{A0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{AD}®Ї°±Ііґµ¶·ё№є»јЅѕї\
    АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя
    """, marksLosses: true)
  static let windows1250 = SingleByteEncoding(
    """
    €_‚_„…†‡_‰Š‹ŚŤŽŹ_‘’“”•–—_™š›śťžź\u{A0}ˇ˘Ł¤Ą¦§¨©Ş«¬\u{AD}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż\
    ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙
    """, marksLosses: true)
  static let windows1253 = SingleByteEncoding(
    """
    €_‚ƒ„…†‡_‰_‹_____‘’“”•–—_™_›____\u{A0}΅Ά£¤¥¦§¨©ª«¬\u{AD}®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏ\
    ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡÒΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώÿ
    """, marksLosses: true)
  static let windows1254 = SingleByteEncoding(
    """
    €_‚ƒ„…†‡ˆ‰Š‹Œ____‘’“”•–—˜™š›œ__Ÿ\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿\
    ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ
    """, marksLosses: true)
  static let windows1257 = SingleByteEncoding(
    """
    €_‚_„…†‡_‰_‹_¨ˇ¸_‘’“”•–—_™_›_¯˛_\u{A0}¡¢£¤¥¦§Ø©Ŗ«¬\u{AD}®Æ°±²³´µ¶·ø¹ŗ»¼½¾æ\
    ĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙
    """, marksLosses: true)
  static let latin2 = SingleByteEncoding(
    """
    ________________________________\u{A0}Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u{AD}ŽŻ°ą˛ł´ľśˇ¸šşťź˝žż\
    ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙
    """)
  static let macRoman = SingleByteEncoding(
    """
    ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
    ¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ
    """, keepsSpaces: true)
  static let codePage437 = SingleByteEncoding(
    """
    ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
    └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}
    """)

  /// In the order in which they are tried.
  static let all = [
    latin1, windows1252, windows1251, windows1250, windows1253, windows1254, windows1257, latin2, macRoman,
    codePage437,
  ]
}
