import Contracts
import Datasets
import Declarations
import Encoders

extension TowerInput {
  /// Why such a tower cannot be fed the items; nil where it can. Texts may have fewer tokens than the tower takes.
  func misfit(_ inputKind: InputKind) -> TowerFailure? {
    switch (self, inputKind) {
    case (.images(let side), .numbers(let shape)):
      let fits = shape.count == 3 && shape[0] == 3 && (side.map { shape == [3, $0, $0] } ?? true)
      return fits ? nil : .wrongShape(expected: self, found: shape, areTokens: false)
    case (.clips(let frames, let side), .numbers(let shape)):
      return shape == [frames, 3, side, side]
        ? nil : .wrongShape(expected: self, found: shape, areTokens: false)
    case (.tokens(let context, let vocabulary), .tokens(let length, let tokens)):
      if length > context { return .wrongShape(expected: self, found: [length], areTokens: true) }
      return tokens > vocabulary ? .vocabularyTooSmall(found: vocabulary, needed: tokens) : nil
    case (.tokens, .numbers(let shape)): return .wrongShape(expected: self, found: shape, areTokens: false)
    case (_, .tokens(let length, _)): return .wrongShape(expected: self, found: [length], areTokens: true)
    }
  }
}

extension DeclaredSides.Side {
  /// What a tower is made for and fed; a vocabulary that a file decides counts as one token, as nothing is known of
  /// it.
  var inputKind: InputKind {
    switch self {
    case .numbers(let shape): .numbers(shape: shape)
    case .tokens(let context, let vocabulary): .tokens(context: context, vocabulary: vocabulary ?? 1)
    }
  }
}

extension DeclaredSides {
  /// Of the object that a stage's parameters hold.
  init?(_ data: JSONValue?) {
    guard let data, let kind = data["kind"]?.string,
      let declared = DatasetCatalog.declared(kind, with: data.object ?? [:])
    else { return nil }
    self = declared
  }

  /// Those that there may be.
  var sides: [Side] {
    switch y {
    case .none: [x]
    case .side(let other), .perhaps(let other): [x, other]
    }
  }
}

/// Finds what a stage of towers would refuse at its start, by the same rules, for the config's keys to be named.
struct TowerInspection {
  /// The keys that lead to the tower below `with`.
  let path: [String]
  /// The keys that the config gives it.
  let given: JSONValue
  /// Of a later stage whose data are looked at.
  let blamed: String?

  func misfits(_ tower: TowerParameters, for side: DeclaredSides.Side?, embedding: Int?) -> [ParameterMisfit]
  {
    var tower = tower
    var found: [ParameterMisfit] = []
    let inputKind = side?.inputKind ?? tower.architecture.items
    // What does not fit is set aside, so that the next size is looked at as well.
    for _ in 0..<5 {
      do {
        let built = try tower.make(inputKind, embedding: embedding)
        guard side != nil, let failure = built.tower.input.misfit(inputKind) else { return found }
        found.append(misfit(failure))
        guard tower.setAside(failure) else { return found }
      } catch StageFailure.badTower(_, let size) {
        tower.given[size.part] = 1
        if blamed == nil, size.whole != "image" || knowsImage(inputKind, side) { found.append(misfit(size)) }
      } catch {
        return found
      }
    }
    return found
  }

  /// Whether the config says how large the tower's images are, or its data do.
  private func knowsImage(_ inputKind: InputKind, _ side: DeclaredSides.Side?) -> Bool {
    if given["image"] != nil || given["preset"] != nil { return true }
    guard side != nil, case .numbers(let shape) = inputKind else { return false }
    return shape.count > 2
  }

  private func misfit(_ size: SizeMisfit) -> ParameterMisfit {
    if given[size.part] == nil, given[size.whole] != nil {
      return ParameterMisfit(
        path: path + [size.whole], found: "\(size.wholeValue)",
        expected: "a multiple of `\(size.part)`, which is \(size.partValue)")
    }
    return ParameterMisfit(
      path: path + [size.part], found: "\(size.partValue)",
      expected: "a divisor of `\(size.whole)`, which is \(size.wholeValue)")
  }

  private func misfit(_ failure: TowerFailure) -> ParameterMisfit {
    switch failure {
    case .vocabularyTooSmall(let has, let needed):
      return size("vocabulary", has, "at least \(needed), the number of tokens of the data's tokenizer")
        ?? data(
          "data with \(needed) different tokens", "a tokenizer with at most \(has), the tower's `vocabulary`")
    case .wrongShape(.tokens(let context, _), let found, areTokens: true):
      let length = found.first ?? 0
      return size("context", context, "at least \(length), the number of tokens per item of the data")
        ?? data("data with \(length) tokens per item", "at most \(context), the tower's `context`")
    case .wrongShape(.images(let side?), let found, areTokens: false) where found.count == 3:
      return size("image", side, "\(found[2]), the size of the data's images in pixels")
        ?? data("images of \(found[2]) × \(found[2]) pixels", "\(side), the tower's `image`")
    case .wrongShape(.clips(let frames, let side), let found, areTokens: false) where found.count == 4:
      let own =
        found[0] == frames
        ? nil : size("frames", frames, "\(found[0]), the number of frames of the data's videos")
      return own ?? size("image", side, "\(found[3]), the size of the data's videos in pixels")
        ?? data("videos \(found)", TowerInput.clips(frames: frames, side: side).described)
    case .wrongShape(let expected, let found, let areTokens):
      return data(areTokens ? "data of tokens" : "data with items \(found)", expected.described)
    default: return data("data that do not fit", "other data: \(failure.message)")
    }
  }

  /// Nil where the config does not give this size, or is not to be blamed for it.
  private func size(_ key: String, _ value: Int, _ expected: String) -> ParameterMisfit? {
    guard blamed == nil, given[key] != nil else { return nil }
    return ParameterMisfit(path: path + [key], found: "\(value)", expected: expected)
  }

  private func data(_ found: String, _ expected: String) -> ParameterMisfit {
    let tower = path.last.map { " for `\($0)`" } ?? ""
    return ParameterMisfit(path: [blamed ?? "data"], found: found, expected: expected + tower)
  }
}

extension TowerParameters {
  /// Takes over the length or the frames that the data have.
  ///
  /// - Returns: whether other sizes may be looked at then.
  fileprivate mutating func setAside(_ failure: TowerFailure) -> Bool {
    switch failure {
    case .wrongShape(.tokens(let most, _), let found, areTokens: true)
    where found.count == 1 && found[0] > most:
      given["context"] = .number(Double(found[0]))
    case .wrongShape(.clips(let count, _), let found, areTokens: false)
    where found.count == 4 && found[0] != count:
      given["frames"] = .number(Double(found[0]))
    default: return false
    }
    return true
  }
}

extension ParameterMisfit {
  /// Images are resized by their data: of random weights, `preprocessing` cannot say otherwise.
  ///
  /// - Parameters:
  ///   - tower: the parameters beside `weights` and `preprocessing`.
  ///   - path: the keys that lead to them below `with`.
  static func preprocessing(
    _ tower: JSONValue, _ data: JSONValue?, _ path: [String], _ blamed: String?
  ) -> [ParameterMisfit] {
    let weights = tower["weights"]?.string ?? TowerParameters.random
    guard blamed == nil, weights == TowerParameters.random, let said = tower["preprocessing"],
      let used = data?.object.flatMap({ Preprocessing(of: DataDescription($0)) })?.json
    else { return [] }
    return [("interpolation", "resize"), ("size", "size")].compactMap { key, ofData in
      guard let found = said[key], let value = used[key], found != value else { return nil }
      return ParameterMisfit(
        path: path + ["preprocessing", key], found: found.canonical,
        expected: "\(value.canonical), the data's `\(ofData)`, because this key has no effect without a file "
          + "as weights")
    }
  }

  /// Two towers need pairs.
  static func pairs(_ sides: DeclaredSides?, _ blamed: String?) -> [ParameterMisfit] {
    guard let sides, sides.y == .none else { return [] }
    return [
      ParameterMisfit(
        path: [blamed ?? "data"], found: "data with one side",
        expected: "pairs, such as images with captions; for a single tower, use `encoder`")
    ]
  }
}
