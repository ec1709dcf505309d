import Declarations
import Execution
import Foundation

/// A `.safetensors` file: its header read and checked, its tensors loaded one by one.
package struct SafetensorsFile: Sendable {
  package struct Entry: Sendable, Equatable {
    package let name: String
    /// As the file spells it: `F32`.
    package let type: String
    package let shape: [Int]
    package let range: Range<Int>
  }

  package let path: String
  /// In the order of their bytes.
  package let entries: [Entry]
  /// The free text under `__metadata__`.
  package let metadata: [String: String]
  private let dataStart: Int

  package var names: [String] { entries.map(\.name) }

  /// Reads the header alone.
  ///
  /// - Throws: `FileFailure`; `DataFileFailure` where the header is malformed, or tensors overlap, leave
  ///   holes, or reach beyond the file.
  package init(_ path: String) throws {
    let file = try InputFile(path)
    let header = try Self.readHeader(file)
    self.path = path
    dataStart = header.dataStart
    metadata = header.metadata
    entries = try Self.checked(header.tensors, dataBytes: file.size - header.dataStart, path)
  }

  /// Loads one tensor as float32: from F16, BF16, F32, F64 and the integer types.
  ///
  /// - Throws: `DataFileFailure` where there is none of this name, its type is another, or its bytes and
  ///   its shape disagree.
  package func load(_ name: String) throws -> Tensor {
    guard let entry = entries.first(where: { $0.name.isExactly(name) }) else {
      throw DataFileFailure.noSuchTensor(path: path, name: name, existing: names.sortedByBytes())
    }
    let place = "\(path):\(name)"
    guard let number = Self.numbers[entry.type] else {
      throw DataFileFailure.unsupportedType(
        path: place, found: "`\(entry.type.prefix(40))`", expected: "F16, BF16, F32, F64 or integers")
    }
    let type = ElementType(number)
    let shape = try CheckedShape(entry.shape, width: type.width, path: place)
    guard shape.bytes == entry.range.count else {
      throw DataFileFailure.wrongSize(
        path: place, shape: entry.shape, expected: shape.bytes, found: entry.range.count)
    }
    let file = try InputFile(path)
    let (values, losses) = try file.floats(
      type, at: dataStart + entry.range.lowerBound, count: shape.count)
    return Tensor(
      shape: entry.shape, values: values, isInteger: !type.isFloat, isFloat16: type.number == .float16,
      vanished: losses.vanished, subnormal: losses.subnormal)
  }

  private static let numbers: [String: ElementType.Number] = [
    "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8, "I16": .int16,
    "I32": .int32, "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64,
    "BOOL": .uint8,
  ]
}

// MARK: - The header

extension SafetensorsFile {
  private struct RawTensor: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    private enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private enum RawMember: Decodable {
    case tensor(RawTensor)
    case metadata([String: String])

    init(from decoder: any Decoder) throws {
      self =
        if decoder.codingPath.last?.stringValue == "__metadata__" {
          .metadata(try [String: String](from: decoder))
        } else {
          .tensor(try RawTensor(from: decoder))
        }
    }
  }

  private struct Header {
    var tensors: [ExactString: RawTensor] = [:]
    var metadata: [String: String] = [:]
    let dataStart: Int
  }

  /// The longest header that the format's own library reads.
  private static let longestHeader = 100_000_000

  private static func readHeader(_ file: InputFile) throws -> Header {
    let prefix = try file.bytes(at: 0, count: 8)
    guard prefix.count == 8 else { throw bad(file.path, "it has fewer than 8 bytes") }
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(longestHeader, file.size - 8)) else {
      throw bad(file.path, "its header of \(length) bytes goes beyond the file of \(file.size)")
    }
    // As JSON it takes some thirty times its bytes.
    try ProcessMemory.require(
      Double(length) * 32, for: "the header of \(file.path)", advice: InputBudget.advice)
    let text = try file.bytes(at: 8, count: Int(length))
    if let fault = UTF8Check.fault(in: text) {
      throw bad(file.path, "its header is not UTF-8 from byte \(8 + fault.offset) of the file on")
    }
    guard text.first == UInt8(ascii: "{") else { throw bad(file.path, "its header is not a JSON object") }
    let members: [ExactString: RawMember]
    do {
      members = try self.members(text)
    } catch {
      throw bad(file.path, "its header is not the JSON that the format requires (\(brief(error)))")
    }
    var header = Header(dataStart: 8 + text.count)
    for (name, member) in members {
      switch member {
      case .tensor(let tensor): header.tensors[name] = tensor
      case .metadata(let metadata): header.metadata = metadata
      }
    }
    return header
  }

  /// A dictionary of strings has one place for names that are canonically equal, and the file one for each.
  private static func members(_ text: [UInt8]) throws -> [ExactString: RawMember] {
    let decoder = JSONDecoder()
    let found = try decoder.decode([String: RawMember].self, from: Data(text))
    var ranges: [ExactString: Range<Int>] = [:]
    var reader = JSONReader(text)
    try reader.members { name, _, reader in
      let range = try reader.pass()
      guard ranges.updateValue(range, forKey: ExactString(name)) == nil else {
        throw RepeatedName(name: name)
      }
    }
    guard ranges.count > found.count else {
      return Dictionary(found.map { (ExactString($0), $1) }, uniquingKeysWith: { first, _ in first })
    }
    return try Dictionary(
      ranges.map { name, range in
        let isMetadata = name == ExactString("__metadata__")
        let value = Data(text[range])
        return (
          name,
          isMetadata
            ? .metadata(try decoder.decode([String: String].self, from: value))
            : .tensor(try decoder.decode(RawTensor.self, from: value))
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Which of the two is meant would be a guess, and readers differ in it.
  private struct RepeatedName: Error {
    let name: String
  }

  private static func brief(_ error: any Error) -> String {
    if let repeated = error as? RepeatedName { return "`\(repeated.name.prefix(80))` is there twice" }
    guard let error = error as? DecodingError else { return "unreadable" }
    switch error {
    case .keyNotFound(let key, let context):
      return "`\(path(context))` lacks `\(key.stringValue)`"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "broken JSON, or a dimension or an offset that is not an integer"
        : "`\(path(context))` has a value of the wrong type"
    @unknown default: return "unreadable"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    String(context.codingPath.map(\.stringValue).joined(separator: ".").prefix(100))
  }

  private static func checked(
    _ tensors: [ExactString: RawTensor], dataBytes: Int, _ path: String
  ) throws -> [Entry] {
    let entries = try tensors.map { key, tensor in
      let name = key.text
      let offsets = tensor.offsets
      guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= dataBytes else {
        throw bad(path, "the offsets of `\(name.prefix(80))` are outside its \(dataBytes) bytes of values")
      }
      return Entry(name: name, type: tensor.dtype, shape: tensor.shape, range: offsets[0]..<offsets[1])
    }.sorted {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < (
        $1.range.lowerBound, $1.range.upperBound, $1.name
      )
    }
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        let what =
          entry.range.lowerBound < end ? "overlaps another tensor" : "leaves a gap before it"
        throw bad(path, "`\(entry.name.prefix(80))` \(what)")
      }
      end = entry.range.upperBound
    }
    guard end == dataBytes else { throw bad(path, "\(dataBytes - end) bytes at its end belong to no tensor") }
    return entries
  }

  private static func bad(_ path: String, _ detail: String) -> DataFileFailure {
    DataFileFailure.badHeader(path: path, format: ".safetensors", detail: detail)
  }
}
