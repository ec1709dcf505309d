import ConfigSupport
import Contracts
import ExperimentConfig
import Testing

/// `--set`: what its values are, and what it makes longer.
@Suite struct SetTests {
  private static let config = """
    {"name": "t", "matrix": {"seed": [0, 1]}, "stages": [
      {"id": "s", "stage": "init", "kind": "sphere", "with": {"pairs": 4}},
      {"id": "g", "stage": "evaluate", "kind": "gap", "from": ["s"]}],
     "figures": [{"name": "f", "kind": "lines", "table": "g", "x": "distance", "y": "l2i", "series": "seed"}]}
    """

  @Test(arguments: ["2024", "1e5", "true", "1.50", "-1", "007", "1e999"])
  func whereATextIsWantedTheSpellingIsIt(spelling: String) throws {
    let loaded = try experiment(Self.config, sets: ["name=\(spelling)", "title=\(spelling)"])
    #expect(loaded.name == spelling && loaded.title == spelling)
    #expect(loaded.source["name"] == .string(spelling) && loaded.source["title"] == .string(spelling))
    let quoted = try experiment(Self.config, sets: ["name=\"\(spelling)\"", "title=\"\(spelling)\""])
    #expect(quoted == loaded || quoted.path != loaded.path && quoted.source == loaded.source)
  }

  @Test func deepInside() throws {
    let loaded = try experiment(
      Self.config,
      sets: [
        "figures.f.titles=[2024, true,1e5 ]", "figures.f.order=[1, 0]", "stages.s.id=12",
        "stages.g.from=[12]",
        #"figures.f.references=[{"title": 10, "x": [1], "y": [2]}]"#,
      ])
    let parameters = loaded.figures[0].parameters
    #expect(parameters["titles"] == ["2024", "true", "1e5"])
    #expect(parameters["order"] == [1, 0], "numbers where numbers may stand")
    #expect(parameters["references"]?.array?.first?["title"] == "10")
    #expect(loaded.stages[0].id == "12" && loaded.stages[1].from == ["12"])
    #expect(loaded.source["stages"]?.array?[0]["id"] == "12")
  }

  /// An id may be digits; in brackets they are a place of the list.
  @Test func anIdOfDigitsComesBeforeAPlace() throws {
    let config = Self.config.replacing("\"s\"", with: "\"1\"")
    let byId = try experiment(config, sets: ["stages.1.with.pairs=12"])
    #expect(byId.stages[0].with["pairs"] == 12)
    let byPlace = try experiment(
      config, sets: ["stages[1].id=h", "figures.f.table=h", "stages.1.with.pairs=9"])
    #expect(byPlace.stages[0].with["pairs"] == 9 && byPlace.stages[1].id == "h")
    #expect(try experiment(config, sets: ["stages[0].with.pairs=8"]).stages[0].with["pairs"] == 8)
    let seven = Self.config.replacing("\"s\"", with: "\"07\"")
    #expect(try experiment(seven, sets: ["stages.07.with.pairs=9"]).stages[0].with["pairs"] == 9)
    #expect(try experiment(Self.config, sets: ["stages.0.with.pairs=8"]).stages[0].with["pairs"] == 8)
  }

  @Test func whereANumberIsWantedItStaysOne() throws {
    let loaded = try experiment(Self.config, sets: ["stages.s.with.pairs=1e1", "matrix.year=[2024, 2025]"])
    #expect(loaded.stages[0].with["pairs"] == 10)
    #expect(loaded.axes.last == Axis(name: "year", values: [2024, 2025]))
  }

  @Test func nullIsNoText() throws {
    let folder = try ConfigFolder()
    try folder.write(Self.config)
    #expect(try folder.problems(sets: ["name=null"]).contains("found null"))
  }

  @Test func listsGrow() throws {
    let loaded = try experiment(
      Self.config,
      sets: [
        "matrix.seed+=[3,4]", "matrix.seed+=7", "stages.g.from+=s2",
        #"stages+={"id": "s2", "stage": "init", "kind": "sphere"}"#,
        #"figures+=[{"name": "2", "kind": "sphere"}, {"name": "3", "kind": "sphere"}]"#,
      ])
    #expect(loaded.axes == [Axis(name: "seed", values: [0, 1, 3, 4, 7])])
    #expect(loaded.stages.map(\.id) == ["s", "g", "s2"] && loaded.stages[1].from == ["s", "s2"])
    #expect(loaded.figures.map(\.name) == ["f", "2", "3"])
  }

  @Test func theyGrowInTheOrderOfTheArguments() throws {
    let first = try experiment(Self.config, sets: ["matrix.seed=[5]", "matrix.seed+=6"])
    #expect(first.axes[0].values == [5, 6])
    let last = try experiment(Self.config, sets: ["matrix.seed+=6", "matrix.seed=[5]"])
    #expect(last.axes[0].values == [5])
  }
}
