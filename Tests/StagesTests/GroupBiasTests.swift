import Contracts
import Declarations
import Foundation
import Kernels
import Stages
import TestSupport
import Testing

/// One group of FairFace's validation set: how many images, and how many of them the authors' model calls criminal, or not
/// human, without a shift and with a shift of −0.2. Liang et al. 2022, Table 2 and the authors' notebook.
private struct FairFaceGroup {
  let count: Int
  let crime: (Int, Int)
  let animal: (Int, Int)
  /// Crime, not human, both together: percent, with one decimal, as printed.
  let before: [String]
  let after: [String]

  /// The paper prints 0.7 for the crime of the last group without a shift; its notebook has 0.6, which these counts give.
  static let all = [
    FairFaceGroup(
      count: 1556, crime: (16, 13), animal: (1, 2), before: ["1.0", "0.1", "1.1"],
      after: ["0.8", "0.1", "1.0"]),
    FairFaceGroup(
      count: 2085, crime: (324, 276), animal: (4, 9), before: ["15.5", "0.2", "15.7"],
      after: ["13.2", "0.4", "13.7"]),
    FairFaceGroup(
      count: 1516, crime: (18, 16), animal: (0, 0), before: ["1.2", "0.0", "1.2"],
      after: ["1.1", "0.0", "1.1"]),
    FairFaceGroup(
      count: 1623, crime: (45, 31), animal: (1, 1), before: ["2.8", "0.1", "2.8"],
      after: ["1.9", "0.1", "2.0"]),
    FairFaceGroup(
      count: 1209, crime: (76, 63), animal: (0, 0), before: ["6.3", "0.0", "6.3"],
      after: ["5.2", "0.0", "5.2"]),
    FairFaceGroup(
      count: 1415, crime: (7, 4), animal: (0, 0), before: ["0.5", "0.0", "0.5"], after: ["0.3", "0.0", "0.3"]),
    FairFaceGroup(
      count: 1550, crime: (10, 9), animal: (0, 0), before: ["0.6", "0.0", "0.6"],
      after: ["0.6", "0.0", "0.6"]),
  ]
}

@Suite("Bias between groups")
struct GroupBiasTests {
  /// Items that get exactly these prompts: each is the row of its prompt.
  private func items(_ predicted: [Int], of prompts: Int) -> Artefact {
    let unit = (0..<prompts).map { place in (0..<prompts).map { Float($0 == place ? 1 : 0) } }
    return unpaired(predicted.map { unit[$0] }, unit)
  }

  @Test("FairFace's percentages from the authors' counts, to the printed digit", arguments: [false, true])
  func fairFace(isShifted: Bool) throws {
    // 14 prompts of race and gender, 4 animals, 3 crimes.
    var (predicted, labels, groups) = ([Int](), [Int](), [Int]())
    // Accuracies .5817053 and .5739456 of 10,954.
    var rightLeft = isShifted ? 6287 : 6372
    for (number, group) in FairFaceGroup.all.enumerated() {
      let crime = isShifted ? group.crime.1 : group.crime.0
      let animal = isShifted ? group.animal.1 : group.animal.0
      for item in 0..<group.count {
        let label = 2 * number + item % 2
        let isFace = item >= crime + animal
        let isRight = isFace && rightLeft > 0
        if isRight { rightLeft -= 1 }
        predicted.append(
          item < crime ? 18 + item % 3 : !isFace ? 14 + item % 4 : isRight ? label : (label + 1) % 14)
        labels.append(label)
        groups.append(number)
      }
    }
    #expect(predicted.count == 10_954 && rightLeft == 0)
    let tables = try withLabels(labels) { labels in
      try withLabels(groups) { groups in
        try run(
          .evaluate, "group-bias",
          [
            "labels": labels, "groups": groups,
            "categories": .object([
              "crime": numbers([18, 19, 20]), "non-human": numbers([14, 15, 16, 17]),
              "total": numbers([14, 15, 16, 17, 18, 19, 20]),
            ]),
          ], from: [("faces", items(predicted, of: 21))])
      }
    }
    let table = try #require(tables.table())
    #expect(
      table.columnNames
        == ["distance", "group", "category", "fraction", "ci95_low", "ci95_high", "count"])
    let printed = table.numbers("fraction").map { String(format: "%.1f", 100 * $0) }
    let expected: [String] = FairFaceGroup.all.flatMap { isShifted ? $0.after : $0.before }
    #expect(printed == expected)
    #expect(table.texts("category").prefix(4) == ["crime", "non-human", "total", "crime"])
    let counts: [Double] = FairFaceGroup.all.flatMap { [Double](repeating: Double($0.count), count: 3) }
    #expect(table.numbers("count") == counts)
    let accuracy = try #require(tables.table("accuracy"))
    #expect(
      String(format: "%.7f", accuracy.numbers("accuracy")[0]) == (isShifted ? "0.5739456" : "0.5817053"))
  }

  /// SciPy: binomtest(2, 5).proportion_ci(0.95, "wilson"), and of (0, 3).
  @Test func intervalsAreWilsons() throws {
    let table = try withLabels([0, 0, 0, 0, 0, 1, 1, 1]) { groups in
      try withLabels([0, 0, 0, 0, 0, 0, 0, 0]) { labels in
        try evaluate(
          "group-bias",
          ["labels": labels, "groups": groups, "categories": .object(["b": numbers([1])])],
          of: items([0, 1, 0, 1, 0, 0, 0, 2], of: 3))
      }
    }
    #expect(table.texts("group") == ["0", "1"] && table.numbers("fraction") == [0.4, 0])
    for (found, expected) in zip(table.numbers("ci95_low"), [0.11762077423264794, 0]) {
      #expect(abs(found - expected) < 1e-12)
    }
    for (found, expected) in zip(table.numbers("ci95_high"), [0.769275718723987, 0.5614970317550454]) {
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test func anEmptyGroupHasNoShareAndIsSaid() throws {
    let notes = Notes()
    let tables = try withLabels([0, 2, 2]) { groups in
      try withLabels([0, 1, 1]) { labels in
        try run(
          .evaluate, "group-bias",
          ["labels": labels, "groups": groups, "categories": .object(["a": numbers([0])])],
          from: [("up", items([0, 1, 0], of: 2))], notes: notes)
      }
    }
    let table = try #require(tables.table())
    #expect(table.numbers("count") == [1, 0, 2] && table.numbers("fraction")[1].isNaN)
    #expect(table.numbers("ci95_low")[1] == 0 && table.numbers("ci95_high")[1] == 1)
    #expect(notes.notices.contains { $0.contains("1 group without items, such as `1`") })
    #expect(tables.table("predictions")?.texts("group") == ["0", "2", "2"])
  }

  private func says(_ categories: [String: JSONValue], groups: [Int] = [0, 1], labels: [Int] = [0, 1]) throws
    -> String
  {
    try withLabels(groups) { groups in
      try withLabels(labels) { labels in
        evaluationFailure(
          "group-bias", ["labels": labels, "groups": groups, "categories": .object(categories)],
          of: items([0, 1], of: 2))
      }
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    #expect(try says(["a": numbers([2])]).contains("category `a` names prompt 2, but there are 2 prompts"))
    #expect(
      try says(["a": ["a thief"]]).contains("names the prompt `a thief`, which is not among the prompts"))
    #expect(try says(["a": numbers([0])], groups: [0]).contains("`groups` has 1 number, but x has 2 rows"))
    #expect(try says(["a": numbers([0])], labels: [0, 2]).contains("has class 2, but there are 2 classes"))
    #expect(try says(["a": numbers([0])], labels: [0]).contains("there are 1 labels, but x has 2 rows"))
  }

  /// The gap of another stage moves the items alone.
  @Test func aOneSidedShiftAlongAnotherStagesGap() throws {
    let coco = unpaired([[1, 0.1, 0], [1, 0, 0.1]], [[0.2, 1, 0], [0.1, 1, 0]])
    let faces = unpaired([[1, 1, 0], [1, 0, 1]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    let moved = try run(
      .shift, "gap", ["delta": numbers([0, 1.5]), "sides": "x", "direction": "coco"],
      from: [("faces", faces)],
      references: ["direction": coco])
    let tables = try withLabels([0, 1]) { groups in
      try withLabels([1, 1]) { labels in
        try run(
          .evaluate, "group-bias",
          ["labels": labels, "groups": groups, "categories": .object(["first": numbers([0])])],
          from: [("moved", moved)])
      }
    }
    // Away from the images' side, no item is nearest to the first prompt.
    #expect(tables.table()?.numbers("fraction") == [1, 1, 0, 0])
    #expect(tables.table("accuracy")?.numbers("accuracy") == [0, 1])
  }

  /// A prompt that a category does not find is a matter of the config, and told before anything is embedded.
  @Test func categoriesOfOtherPromptsAreToldBeforehand() throws {
    let signature = try #require(stageCatalog.variant(.evaluate, "group-bias")).signature
    func misfits(_ categories: [String: JSONValue], prompts: [JSONValue] = ["a man", "a thief"]) -> [String] {
      let with = JSONValue.object(["prompts": .array(prompts), "categories": .object(categories)])
      return (signature.misfits?(with, nil) ?? []).map { "\($0.path.joined(separator: ".")): \($0.found)" }
    }
    #expect(misfits(["b": .array([1, "a man"]), "a": .array([0])]) == [])
    #expect(
      misfits(["b": .array([2, "a thief"]), "a": .array(["a dog"])])
        == ["categories.a: \"a dog\"", "categories.b: 2"])
    #expect(misfits([:], prompts: ["a man", "", ""]) == ["prompts: \"\" twice", "prompts: an empty text"])
    #expect(misfits([:], prompts: ["a man", ""]) == ["prompts: an empty text"])
  }
}
