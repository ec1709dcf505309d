/// NumPy's `.npy` files, format versions 1 to 3.
package enum NPYFile {
  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Reads the array; Fortran order is turned into C order.
  ///
  /// - Throws: `FileFailure`; `DataFileFailure` where the header is malformed, the type is not a plain
  ///   number, or the file is shorter or longer than its shape says.
  package static func load(_ path: String) throws -> Tensor {
    let (file, header, type, shape, start) = try open(path)
    var (values, losses) = try file.floats(type, at: start, count: shape.count)
    if header.isFortranOrder {
      values = cOrder(values, shape.sides)
      losses.vanished = losses.vanished.map { cIndex($0, shape.sides) }
    }
    return Tensor(
      shape: shape.sides, values: values, isInteger: !type.isFloat, isFloat16: type.number == .float16,
      vanished: losses.vanished, subnormal: losses.subnormal)
  }

  /// Reads the header alone.
  ///
  /// - Throws: what `load` throws, `MemoryFailure` where the values do not fit into memory.
  package static func check(_ path: String) throws { _ = try open(path) }

  private static func open(_ path: String) throws -> (
    file: InputFile, header: NPYHeader, type: ElementType, shape: CheckedShape, start: Int
  ) {
    let file = try InputFile(path)
    let (header, start) = try readHeader(file)
    let type = try elementType(header.descr, path)
    let shape = try CheckedShape(header.shape, width: type.width, path: path)
    guard shape.bytes == file.size - start else {
      throw DataFileFailure.wrongSize(
        path: path, shape: shape.sides, expected: shape.bytes, found: file.size - start)
    }
    return (file, header, type, shape, start)
  }

  /// The place in C order of the number at this place in Fortran order.
  private static func cIndex(_ index: Int, _ shape: [Int]) -> Int {
    var rest = index
    var (place, stride) = (0, shape.reduce(1, *))
    for side in shape {
      stride /= side
      place += rest % side * stride
      rest /= side
    }
    return place
  }

  static func readHeader(_ file: InputFile) throws -> (header: NPYHeader, dataStart: Int) {
    func bad(_ detail: String) -> DataFileFailure {
      DataFileFailure.badHeader(path: file.path, format: ".npy", detail: detail)
    }
    let prefix = try file.bytes(at: 0, count: 12)
    guard prefix.count >= 10, Array(prefix[0..<6]) == magic else {
      throw bad("it does not begin with \\x93NUMPY")
    }
    guard (1...3).contains(prefix[6]), prefix[7] == 0 else {
      throw bad("its format version is \(prefix[6]).\(prefix[7]), but 1.0, 2.0 or 3.0 was expected")
    }
    let lengthBytes = prefix[6] == 1 ? 2 : 4
    guard prefix.count >= 8 + lengthBytes else { throw bad("it ends inside the header") }
    let length = prefix[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= 1 << 20, 8 + lengthBytes + length <= file.size else {
      throw bad("its header of \(length) bytes goes beyond the file of \(file.size)")
    }
    let text = try file.bytes(at: 8 + lengthBytes, count: length)
    var parser = NPYHeaderParser(text)
    do {
      return (try parser.parse(), 8 + lengthBytes + length)
    } catch let problem as NPYHeaderParser.Problem {
      throw bad(problem.detail)
    }
  }

  private static func elementType(_ descr: String, _ path: String) throws -> ElementType {
    let numbers: [String: ElementType.Number] = [
      "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
      "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .uint8,
    ]
    guard let order = descr.first, "<>=|".contains(order), let number = numbers[String(descr.dropFirst())]
    else {
      throw DataFileFailure.unsupportedType(
        path: path, found: "`\(descr.prefix(80))`", expected: "float16, float32, float64 or integers")
    }
    return ElementType(number, isSwapped: order == ">")
  }

  /// Values whose first index runs fastest, put so that the last one does.
  static func cOrder(_ values: [Float], _ shape: [Int]) -> [Float] {
    guard shape.count > 1, !values.isEmpty else { return values }
    var strides = [1]
    for side in shape.dropLast() { strides.append((strides.last ?? 1) * side) }
    let rows = shape[shape.count - 2]
    let columns = shape[shape.count - 1]
    let planes = shape.dropLast(2)
    return [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
      for plane in 0..<planes.reduce(1, *) {
        var rest = plane
        var origin = 0
        for axis in planes.indices.reversed() {
          origin += rest % planes[axis] * strides[axis]
          rest /= planes[axis]
        }
        let target = UnsafeMutableBufferPointer(
          rebasing: buffer[plane * rows * columns..<(plane + 1) * rows * columns])
        gather(
          values, origin: origin, steps: (strides[shape.count - 2], strides[shape.count - 1]),
          rows: rows, columns: columns, into: target)
      }
      count = values.count
    }
  }

  /// Copies a plane in tiles of 32 × 32, so that neither side misses the cache on every element.
  private static func gather(
    _ values: [Float], origin: Int, steps: (row: Int, column: Int), rows: Int, columns: Int,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    let tile = 32
    for firstRow in stride(from: 0, to: rows, by: tile) {
      for firstColumn in stride(from: 0, to: columns, by: tile) {
        for row in firstRow..<min(rows, firstRow + tile) {
          for column in firstColumn..<min(columns, firstColumn + tile) {
            target[row * columns + column] = values[origin + row * steps.row + column * steps.column]
          }
        }
      }
    }
  }
}
