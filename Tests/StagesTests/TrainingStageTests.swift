import Contracts
import Declarations
import Kernels
import Stages
import TestSupport
import Testing

@Suite("Contrastive training")
struct TrainingStageTests: TinyTraining {
  // MARK: - The reference

  private static let decays = [("adam", "l2"), ("adamw", "decoupled")]

  @Test(
    "loss and gap of every step are PyTorch's", .enabled(if: SharedData.isPresent, "\(SharedData.missing)"),
    arguments: ["openai", "hf"], [0.01, 0.1, 1.0])
  func reference(_ naming: String, _ temperature: Double) throws {
    let data = SharedData.golden("tiny_clip.training_data.safetensors")
    let start = try run(
      .`init`, "clip",
      [
        "vision": .object(["image": 32, "patch": 8, "width": 48, "layers": 2, "heads": 3]),
        "text": .object(["vocabulary": 64, "context": 12, "width": 32, "layers": 2, "heads": 2]),
        "embedding": 24,
        "weights": .string(SharedData.golden("tiny_clip.\(naming).safetensors")),
        "data": .object([
          "kind": "tensors", "images": .string("\(data):images"), "tokens": .string("\(data):tokens"),
        ]),
      ])
    let golden = try GoldenTable("tiny_clip.training.csv").rows.filter {
      $0.number("temperature") == temperature
    }
    for (kind, name) in Self.decays {
      let expected = golden.filter { $0["weight_decay_kind"] == name }
      let found = try log(
        train(
          start,
          [
            "temperature": .number(temperature), "batch": 8, "steps": 20, "shuffle": false, "held_out": 0,
            "log_every": 1, "optimizer": .object(["kind": .string(kind), "lr": 0.001, "weight_decay": 0.2]),
          ]))
      #expect(found.rowCount == expected.count && found.rowCount == 20)
      #expect(found.numbers("temperature").allSatisfy { $0 == temperature })
      for (row, (loss, gap)) in zip(expected, zip(found.numbers("loss"), found.numbers("gap"))) {
        #expect(abs(loss / row.number("loss") - 1) < 1e-4)
        #expect(abs(gap / row.number("gap_after") - 1) < 1e-4)
      }
    }
  }

  // MARK: - The log

  @Test("the log has the first step, every so many, and the last")
  func rows() throws {
    let table = try log(train(try clip(), ["steps": 11, "log_every": 4, "temperature": .number(1 / 49)]))
    #expect(table.columnNames == ["step", "epoch", "loss", "temperature", "gap", "learning_rate"])
    try requireDeclared(table, by: try #require(stageCatalog.variant(.train, "contrastive")).signature, "log")
    #expect(table.numbers("step") == [0, 3, 7, 10])
    // 13 pairs are trained on: three batches of 4 an epoch.
    #expect(table.numbers("epoch") == [0, 1, 2, 3])
    #expect(table.numbers("temperature") == [Double](repeating: 1 / 49, count: 4))
  }

  @Test("epochs are as many steps as they have whole batches")
  func epochs() throws {
    let start = try clip()
    var with = Self.usual
    with["steps"] = nil
    with["epochs"] = 4
    let variant = try #require(stageCatalog.variant(.train, "contrastive"))
    let counted = try withBudget(jobs: 2) { budget in
      try variant.run(
        .object(with), StageInputs(upstream: [("clip", start)]),
        StageContext(stageID: "trained", seed: 0, budget: budget))
    }
    #expect(try counted == train(start))
  }

  @Test("a learnt temperature moves, and a schedule changes the rate")
  func learnt() throws {
    let table = try log(
      train(
        try clip(),
        [
          "temperature": .object(["learn": true, "initial": 0.1, "max_scale": 10.5]),
          "optimizer": .object(["lr": 0.01]), "schedule": .object(["kind": "cosine", "warmup": 4]),
          "log_every": 1,
        ]))
    let temperatures = table.numbers("temperature")
    #expect(abs(temperatures[0] - 0.1) < 1e-7 && Set(temperatures).count > 1)
    #expect(temperatures.allSatisfy { $0 > 1 / 10.5 - 1e-6 })
    let risen = try log(
      train(try clip(), ["schedule": .object(["kind": "constant", "warmup": 4]), "log_every": 1]))
    #expect(Array(risen.numbers("learning_rate").prefix(5)) == [0.00025, 0.0005, 0.00075, 0.001, 0.001])
    let rates = table.numbers("learning_rate")
    #expect((rates.max() ?? 0) > 0.008 && (rates.last ?? 1) < 0.005)
  }

  @Test("where a learnt temperature begins is said, if it is not at `initial`", arguments: [0.01, 0.1, 0.25])
  func firstTemperature(initial: Double) throws {
    let notes = Notes()
    let table = try log(
      train(
        try clip(),
        [
          "temperature": .object(["initial": .number(initial), "max_scale": 10]), "steps": 1, "log_every": 1,
        ], told: { notes.add(notice: $0) }))
    #expect(abs(table.numbers("temperature")[0] - max(0.1, initial)) < 1e-6)
    let said = notes.notices.filter {
      $0.contains("the learnt temperature begins at its minimum, 1/max_scale = 0.1")
    }
    #expect(said.count == (initial < 0.1 ? 1 : 0), "\(notes.notices)")
  }

  @Test("without shuffling the seed does not matter, with it it does")
  func order() throws {
    let start = try clip()
    #expect(try train(start, ["shuffle": false], seed: 0) == train(start, ["shuffle": false], seed: 1))
    #expect(try train(start, seed: 0) != train(start, seed: 1))
  }

  @Test("other pairs may be trained on, held out and embedded")
  func pairs() throws {
    let start = try clip()
    let same = Tiny.data("shapes", count: 16)
    let other = Tiny.data("shapes", count: 10, ["seed": 2])
    let usual = try train(start)
    #expect(try train(start, ["data": same]) == usual)
    #expect(try train(start, ["recompute": true]) == usual)
    #expect(try model(train(start, ["data": other])).family.bases[0].x.rows == 10)
    // The last three are held out, and what is embedded of them is the end of all.
    let heldOut = try model(train(start, ["embed": "held-out"]))
    #expect(heldOut.tensors == (try model(usual)).tensors)
    let (all, last) = (try model(usual).family.bases[0], heldOut.family.bases[0])
    #expect(last.x.rows == 3 && last.x.values == Array(all.x.values.suffix(last.x.values.count)))
    // Those of a validation are apart: all 16 are trained on.
    let validated = try train(start, ["validation": other, "held_out": nil, "embed": "held-out"])
    #expect(try model(validated).family.bases[0].x.rows == 10)
    #expect(try train(start, ["validation": other, "batch": 16, "steps": 1]).table("log") != nil)
    let few = try train(start, ["validation": other, "held_out": 4, "embed": "held-out"])
    #expect(try model(few).family.bases[0].x.rows == 4)
    #expect(try log(few).numbers("gap") != log(usual).numbers("gap"))
    let none = failure { try train(start, ["held_out": 0, "embed": "held-out"]) }
    #expect(none.contains("`embed` asks for the held-out pairs, but there are none"))
  }

  @Test("the pace is told in pairs a second and the time that is left")
  func pace() {
    #expect(
      TrainingPace.line(step: 40, of: 100, batch: 64, secondsOfStep: 0.5, loss: 1.25)
        == "step 40 of 100: loss 1.2500, 128 pairs/s, 30 s left")
    #expect(
      TrainingPace.line(step: 1, of: 1001, batch: 64, secondsOfStep: 20, loss: 4)
        == "step 1 of 1001: loss 4.0000, 3.2 pairs/s, 6 h left")
    #expect(
      TrainingPace.line(step: 1, of: 401, batch: 64, secondsOfStep: 1, loss: 4).hasSuffix("7 min left"))
  }

  // MARK: - Models

  @Test("a training may go on from another one's model")
  func chained() throws {
    let start = try clip()
    let first = try train(start, ["steps": 3])
    let second = try train(first, ["steps": 3])
    #expect(try model(second).tensors != model(first).tensors)
    #expect(try log(second).numbers("loss")[0] != log(first).numbers("loss")[0])
    // The second goes on where the first ended: its first loss is that of the first's weights.
    let still = try train(first, ["steps": 1, "optimizer": .object(["lr": 0, "weight_decay": 0])])
    #expect(try model(still).family == model(first).family)
  }

  @Test("other stages read a trained model as pairs")
  func read() throws {
    let trained = try train(try clip())
    let gap = try evaluate("gap", of: trained)
    #expect(gap.numbers("count") == [16])
    let centred = try run(.shift, "centre", from: [("trained", trained)])
    #expect(try evaluate("gap", of: centred).numbers("l2m")[0] < gap.numbers("l2m")[0])
  }

  @Test("the Procrustes amendment is fitted at the start and stays")
  func amended() throws {
    let start = try clip(["align": "procrustes"])
    let trained = try train(start)
    let name = "procrustes"
    let before = try #require(model(start).tensors.first { $0.name == name })
    #expect(try model(trained).tensors.first { $0.name == name } == before)
    // A step that changes nothing leaves the amended embeddings.
    let still = try train(start, ["steps": 1, "optimizer": .object(["lr": 0, "weight_decay": 0])])
    #expect(try model(still).family == model(start).family)
    #expect(try log(still).numbers("gap")[0] != log(train(clip(), ["steps": 1])).numbers("gap")[0])
  }

  @Test("a training that stayed at log(batch) is pointed out, one that learnt is not")
  func notLearnt() throws {
    let start = try clip(count: 64)
    func notices(_ more: [String: JSONValue?]) throws -> [String] {
      let notes = Notes()
      let with = Self.usual.mapValues(Optional.some).merging(more) { $1 }.compactMapValues { $0 }
      _ = try run(.train, "contrastive", with, from: [("clip", start)], notes: notes)
      return notes.notices.filter { $0.contains("has not learnt") }
    }
    let stuck = try notices(["temperature": 1, "batch": 16, "optimizer": .object(["lr": 0])])
    #expect(stuck.count == 1 && stuck[0].contains("log(16)"), "\(stuck)")
    let learnt = try notices([
      "temperature": 0.2, "batch": 8, "steps": 300, "optimizer": .object(["lr": 0.0003, "weight_decay": 0]),
    ])
    #expect(learnt.isEmpty, "\(learnt)")
    #expect(
      try notices(["temperature": 1, "batch": 16, "alignment": 1, "optimizer": .object(["lr": 0])]).isEmpty)
  }

  // MARK: - What cannot be

  @Test("failures name what to change")
  func failures() throws {
    let start = try clip()
    let large = failure { try train(start, ["batch": 14]) }
    #expect(
      large
        == "with 3 of 16 pairs held out, less than one batch of 14 is left; give more pairs, or lower "
        + "`batch` or `held_out`")
    #expect(failure { try train(start, ["held_out": 1]) }.hasPrefix("only one pair is held out"))
    #expect(try log(train(start, ["held_out": nil])) == log(train(start, ["held_out": 0])))
    let adrift: [String: JSONValue] = [
      "temperature": .object(["learn": true]), "optimizer": .object(["lr": 1000]),
    ]
    #expect(failure { try train(start, adrift) }.contains("training diverged: "))
    let flat = failure {
      try train(
        start,
        ["optimizer": .object(["kind": "adamw", "lr": 1000, "weight_decay": 1000]), "log_every": 1])
    }
    #expect(flat.contains("training diverged: ") && flat.contains("had the pairs"))
    let vast = failure {
      try train(start, ["data": Tiny.data("shapes", count: 2_000_000), "batch": 1_000_000])
    }
    let step = "a step of training would need "
    let number = vast.dropFirst(step.count).prefix { $0 != "G" } + "GiB"
    #expect(MemoryWords.says(vast, step + number, "lower `batch`, or set `recompute`"), "\(vast)")
    #expect(Double(number.dropLast(4)).map { $0 > 16 } == true, "\(vast)")
    let none = failure { try train(start, ["held_out": 20]) }
    #expect(none.hasPrefix("with 20 of 16 pairs held out"))
    let points = try run(.`init`, "sphere")
    let sphere = failure { try train(points) }
    #expect(sphere == "train/contrastive needs a dual encoder, but `clip` gives something else")
    let decayed: JSONValue = .object(["kind": "adamw", "lr": 1000, "weight_decay": 1000])
    let blown = failure { try train(start, ["optimizer": decayed, "log_every": 100]) }
    #expect(blown.contains("training diverged: in step"))
    #expect(blown.contains("had the pairs") && blown.contains("lower `lr`"))
  }
}
