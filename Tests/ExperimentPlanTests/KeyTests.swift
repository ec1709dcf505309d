import ConfigSupport
import Contracts
import ExperimentConfig
import ExperimentPlan
import Foundation
import Testing

private let plain = #"""
  {"name": "t", "seed": 4, "stages": [
    {"id": "s", "stage": "init", "kind": "sphere"},
    {"id": "m", "stage": "shift", "kind": "gap", "from": "s", "with": {"delta": {"from": 0, "to": 1, "by": 0.25}}},
    {"id": "l", "stage": "evaluate", "kind": "contrastive-loss", "from": "m", "with": {"temperature": 1}},
    {"id": "g", "stage": "evaluate", "kind": "gap", "from": ["m", "s"]},
    {"id": "mlp", "stage": "init", "kind": "mlp", "with": {"activation": "relu"}},
    {"id": "dots", "stage": "evaluate", "kind": "cosine-similarity", "from": "mlp"}]}
  """#

/// The same experiment, said otherwise in every way that must not matter.
private let otherwise = #"""
  {"claims": [], "$schema": "x", "stages": [
    {"with": {"temperature": [1.0e0], "objective": "symmetric", "batch": 5e1, "$comment": {"a": 1}},
     "kind": "contrastive-loss", "from": ["m"], "stage": "evaluate", "id": "l"},
    {"kind": "cosine-similarity", "stage": "evaluate", "id": "dots", "from": "mlp",
     "with": {"bins": 200.0, "diagonal": false}},
    {"id": "s", "kind": "sphere", "keep": false, "stage": "init", "optional": true,
     "with": {"mismatched": true, "pairs": 6.0}},
    {"id": "g", "stage": "evaluate", "kind": "gap", "from": ["m", "s"], "with": {}},
    {"with": {"inputs": "noise", "depth": 25, "activation": "relu", "width": 5.12e2},
     "id": "mlp", "stage": "init", "kind": "mlp"},
    {"id": "m", "with": {"renormalize": true, "sides": "both", "delta": [0, 0.25, 0.5, 0.75, 1.0], "direction": "own"},
     "from": "s", "stage": "shift", "kind": "gap"}],
   "figures": [{"name": "f", "kind": "lines", "table": "l", "x": "delta", "y": "loss"}],
   "data": {"noise": {"kind": "gaussian"}, "unused": {"kind": "gaussian", "count": 5}},
   "name": "another", "title": "other", "seed": 4.0, "$comment": "nothing"}
  """#

@Suite struct KeyTests {
  @Test func spellingIsNotInTheKey() throws {
    let keys = try plan(plain).keys()
    #expect(keys.count == 6)
    #expect(try plan(otherwise).keys() == keys)
  }

  /// What is edited, and the stages whose keys then change: those downstream and no others.
  static let edits: [(set: String, changes: Set<String>)] = [
    ("name=u", []), ("title=x", []), ("seed=4.0", []), ("stages.s.keep=false", []),
    ("stages.s.optional=true", []), ("stages.m.with.sides=both", []), ("matrix.unused=[1]", []),
    ("seed=5", ["mlp", "dots"]), ("stages.s.with.pairs=7", ["s", "m", "l", "g"]),
    ("stages.m.with.delta.to=2", ["m", "l", "g"]), ("stages.m.with.direction=s", ["m", "l", "g"]),
    ("stages.l.with.batch=10", ["l"]), ("stages.l.with.temperature=1.0000000000000002", ["l"]),
    ("stages.mlp.with.depth=2", ["mlp", "dots"]), ("stages.dots.with.bins=3", ["dots"]),
    ("stages.g.from=[\"s\", \"m\"]", ["g"]), ("stages.g.from=s", ["g"]), ("stages.l.from=s", ["l"]),
  ]

  @Test(arguments: edits) func editingChangesWhatIsDownstream(_ set: String, _ changes: Set<String>) throws {
    let before = try plan(plain).keys()
    let after = try plan(plain, sets: [set]).keys()
    #expect(Set(before.keys.filter { after[$0] != before[$0] }) == changes)
  }

  @Test func whatChangesNoByteIsNotInTheKey() throws {
    func key(_ more: String) throws -> String {
      let text = #"""
        {"name": "t", "stages": [
          {"id": "clip", "stage": "init", "kind": "clip", "with": {"preset": "mini", "data": {"kind": "shapes", "size": 32}}},
          {"id": "t", "stage": "train", "kind": "contrastive", "from": "clip",
           "with": {"temperature": 1, "steps": 9\#(more)}}]}
        """#
      return try #require(try plan(text).keys()["t"])
    }
    let usual = try key("")
    #expect(try key(#", "checkpoint_every": 7, "recompute": true"#) == usual)
    #expect(try key(#", "log_every": 7"#) != usual)
  }

  /// A key that came later, and that may be written as a word: what it means counts, and what does nothing does not.
  @Test func normalisationHasOneKeyHoweverItIsWritten() throws {
    func key(_ more: String) throws -> String {
      let text = #"""
        {"name": "t", "stages": [{"id": "m", "stage": "init", "kind": "mlp", "with": {"activation": "relu"\#(more)}}]}
        """#
      return try #require(try plan(text).keys()["m"])
    }
    let usual = try key("")
    #expect(try key(#", "normalization": "none""#) == usual)
    #expect(try key(#", "normalization": {"kind": "none"}"#) == usual)
    let layer = try key(#", "normalization": "layer""#)
    #expect(layer != usual)
    #expect(try key(#", "normalization": {"kind": "layer", "place": "before", "epsilon": 1e-5}"#) == layer)
    #expect(try key(#", "normalization": {"kind": "layer"}"#) == layer)
    #expect(try key(#", "normalization": {"kind": "layer", "place": "after"}"#) != layer)
    #expect(try key(#", "normalization": "rms""#) != layer)
    #expect(try key(#", "inputs": {"kind": "gaussian", "seed": 0}"#) != usual)
  }

  @Test func aStageThatGivesTheSameLeavesItsDependantsValid() throws {
    func keys(_ sets: [String]) throws -> [String: String] {
      try plan(plain, sets: sets).keys { task, key in task.stage == "m" ? "the same bytes" : key }
    }
    let before = try keys([])
    let after = try keys(["stages.s.with.pairs=7"])
    #expect(before["m"] != after["m"])
    #expect(before["l"] == after["l"], "early cut-off")
    #expect(before["g"] != after["g"], "it reads s itself")
  }

  /// Streams are keyed by the stage, so a random stage's id counts; no other's does.
  @Test func idsCountWhereNumbersAreDrawn() throws {
    func keys(_ id: String) throws -> [String] {
      let text = #"""
        {"name": "t", "stages": [{"id": "\#(id)1", "stage": "init", "kind": "sphere"},
          {"id": "\#(id)2", "stage": "init", "kind": "mlp", "with": {"activation": "relu"}}]}
        """#
      let keys = try plan(text).keys()
      return ["\(id)1", "\(id)2"].compactMap { keys[$0] }
    }
    let (a, b) = (try keys("a"), try keys("b"))
    #expect(a[0] == b[0] && a[1] != b[1])
  }

  @Test func filesCountByContent() throws {
    func key(path: String, content: String) throws -> String {
      let folder = try ConfigFolder()
      try folder.write(content, to: "\(path.split(separator: ":")[0])")
      try folder.write(
        #"""
        {"name": "t", "stages": [{"id": "e", "stage": "init", "kind": "embeddings", "with": {"path": "\#(path)"}}]}
        """#)
      var planner = Planner(try folder.load(), grammar: grammar)
      return try #require(try planner.plan().keys()["e"])
    }
    let original = try key(path: "a.npy", content: "1")
    #expect(try key(path: "deep/er/b.npy", content: "1") == original)
    #expect(try key(path: "a.npy", content: "2") != original)
    #expect(try key(path: "a.h5:/x", content: "1") != key(path: "a.h5:/y", content: "1"))
  }

  @Test func anAxisValueAndTheSameWrittenOutShareAKey() throws {
    let named = plain.replacing(#""temperature": 1"#, with: #""temperature": "${t}""#)
    let keys = try plan(named, sets: ["matrix.t=[2, 1.0]"]).keys()
    #expect(keys["l@t=1"] == (try plan(plain).keys()["l"]))
    #expect(keys["l@t=2"] != keys["l@t=1"])
  }
}
