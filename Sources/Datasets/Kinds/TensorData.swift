import Contracts
import Files

/// `tensors`: arrays of files, used as they are; held in memory.
enum TensorData {
  private struct Pictures: NumberSource {
    let tensor: Tensor
    var shape: [Int] { Array(tensor.shape.dropFirst()) }

    func write(_ index: Int, into out: UnsafeMutablePointer<Float>) {
      let size = shape.reduce(1, *)
      tensor.values.withUnsafeBufferPointer { values in
        values.baseAddress.map { out.update(from: $0 + index * size, count: size) }
      }
    }
  }

  private struct Tokens: TokenSource {
    let context: Int
    let vocabularySize: Int
    let ids: [Int32]
    func tokens(_ index: Int) -> [Int32] { Array(ids[index * context..<(index + 1) * context]) }
  }

  static let kind = DatasetKind(
    "tensors", "arrays of .safetensors, .h5 or .npy files, used as they are",
    [
      .optional(
        "images", .file,
        "an array (n, 3, h, w) or (n, frames, 3, h, w) that is already normalised, as in file.safetensors:name"
      ),
      .optional("tokens", .file, "integers (n, context)"),
      .optional("labels", .file, "integers (n)"), .readCount, .choiceSeed,
    ], source: .read, sides: { _ in nil },
    make: { parameters in
      let images = try images(parameters)
      let tokens = try load(parameters, "tokens", "(n, context) with no side 0") { $0.count == 2 }
      let labels = try load(parameters, "labels", "(n) with n above 0") { $0.count == 1 }
      let sides = [
        images.map { PairedData.Side.numbers(Pictures(tensor: $0)) },
        try tokens.map { .tokens(try tokenSource($0, try parameters.text("tokens"))) },
      ].compactMap { $0 }
      guard let x = sides.first else {
        throw DatasetFailure.badParameter(kind: "tensors", name: "images", expected: "given, or `tokens`")
      }
      let parts = [("images", images), ("tokens", tokens), ("labels", labels)].compactMap { name, tensor in
        tensor.map { (name: "`\(name)`", count: $0.shape[0]) }
      }
      guard parts.allSatisfy({ $0.count == parts[0].count }) else { throw DatasetFailure.countsDiffer(parts) }
      let files = ["images", "tokens", "labels"].compactMap(parameters.optionalText).map {
        TensorFile.split($0).file
      }
      let count = try parameters.count(of: parts[0].count, in: files[0])
      let classes = try labels.map { try integers($0, try parameters.text("labels")) } ?? []
      return PairedData(
        count: count, x: x, y: sides.dropFirst().first, labels: Array(classes.prefix(count)), files: files,
        remarks: { [remark = images.flatMap { $0.remark(on: parameters.optionalText("images") ?? "") }] in
          remark.map { [$0] } ?? []
        })
    })

  private static func images(_ parameters: DataParameters) throws -> Tensor? {
    let shape = "(n, 3, h, w) with no side 0, or (n, frames, 3, h, w)"
    let fits = { (sides: [Int]) in (4...5).contains(sides.count) && sides[sides.count - 3] == 3 }
    guard let images = try load(parameters, "images", shape, fits) else { return nil }
    guard let place = images.values.firstIndex(where: { !$0.isFinite }) else { return images }
    throw DatasetFailure.badItem(
      path: try parameters.text("images"), index: place / images.shape.dropFirst().reduce(1, *),
      detail:
        "has a pixel value of \(images.values[place]), which is not finite; write the images again, or remove this one"
    )
  }

  private static func load(
    _ parameters: DataParameters, _ name: String, _ expected: String, _ fits: ([Int]) -> Bool
  ) throws -> Tensor? {
    guard let path = parameters.optionalText(name) else { return nil }
    let tensor = try TensorFile.load(path)
    guard fits(tensor.shape), !tensor.shape.contains(0) else {
      throw DataFileFailure.wrongShape(path: path, shape: tensor.shape, expected: expected)
    }
    return tensor
  }

  private static func tokenSource(_ tensor: Tensor, _ path: String) throws -> Tokens {
    let ids = try integers(tensor, path)
    return Tokens(context: tensor.shape[1], vocabularySize: Int(ids.max() ?? 0) + 1, ids: ids)
  }

  /// Whole numbers that a float32 holds exactly.
  private static func integers(_ tensor: Tensor, _ path: String) throws -> [Int32] {
    try tensor.values.enumerated().map { index, value in
      guard value >= 0, value < 16_777_216, value == value.rounded() else {
        throw DatasetFailure.badItem(
          path: path, index: index, detail: "is \(value), not an integer from 0 to 16777215")
      }
      return Int32(value)
    }
  }
}
