import Declarations

/// What a server says of the file that it sends: the headers of its last answer, those of redirects left out.
struct ResponseHeaders: Equatable {
  private(set) var status = 0
  /// Of the whole file; nil where the server does not say.
  private(set) var length: Int?
  /// A strong entity tag, else the date of the last change: what tells one version of the file from another.
  private(set) var validator: String?

  init(_ bytes: [UInt8]) {
    var tag: String?
    var date: String?
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      if line.hasPrefix("HTTP/") {
        self = ResponseHeaders()
        (tag, date) = (nil, nil)
        status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        continue
      }
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      switch line[..<colon].lowercased() {
      case "content-length": length = length ?? Int(value)
      case "content-range": length = value.split(separator: "/").last.flatMap { Int($0) }
      // A weak tag says that two versions mean the same, not that they have the same bytes.
      case "etag": tag = value.hasPrefix("\"") ? String(value) : nil
      case "last-modified": date = String(value)
      default: break
      }
    }
    validator = tag ?? date
  }

  private init() {}
}
