import Contracts
import Declarations
import Foundation
import Stages
import TestSupport
import Testing

@Suite("Evaluations of tables")
struct TableEvaluationTests {
  /// The gaps of Section 4.4, three seeds each.
  private func seeds() throws -> Artefact {
    try run(.`init`, "published", ["path": .string(Examples.published)])
  }

  private func near(_ found: [Double], _ expected: [Double], _ reach: Double = 1e-9) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { $0 == $1 || abs($0 - $1) <= reach * max(abs($1), 1e-300) }
  }

  // MARK: - sample-summary

  /// SciPy: t(.975, 2) = 4.302652729911275; NumPy's std with ddof 0 and 1.
  @Test("a row for each group, in the order of the file")
  func summaries() throws {
    let table = try evaluate("sample-summary", ["of": "gap", "by": ["start", "training"]], of: seeds())
    #expect(table.texts("start") == ["original", "original", "amended", "amended"])
    #expect(table.texts("training") == ["before", "after", "before", "after"])
    #expect(table["n"] == .integers([3, 3, 3, 3]))
    #expect(near(table.numbers("mean"), [1.1891333333333333, 1.2991, 0.0388, 0.7457]))
    #expect(
      near(
        table.numbers("population_sd"),
        [0.0005734883511362066, 0.012779932185526865, 0.01154209686322204, 0.020806889884523005]))
    #expect(
      near(table.numbers("half_width"), [0.001744809, 0.038882, 0.035116, 0.063304], 2e-5),
      "\(table.numbers("half_width"))")
    for (low, (high, half)) in zip(
      table.numbers("low"), zip(table.numbers("high"), table.numbers("half_width")))
    {
      #expect(abs(high - low - 2 * half) < 1e-12)
    }
    #expect(near(table.numbers("min"), [1.1884, 1.2836, 0.0299, 0.7195]))
    #expect(near(table.numbers("max"), [1.1898, 1.3149, 0.0551, 0.7704]))
    #expect(near(table.numbers("total"), [3.5674, 3.8973, 0.1164, 2.2371]))
  }

  @Test("one row has a mean and no spread; `where` selects numbers and words")
  func oneRow() throws {
    let with: [String: JSONValue] = [
      "of": "gap", "where": .object(["start": "amended", "training": ["after"], "seed": 2]),
    ]
    let table = try evaluate("sample-summary", with, of: seeds())
    #expect(table.rowCount == 1 && table.columnNames.first == "n")
    #expect(
      table.numbers("mean") == [0.7195] && table.numbers("sd")[0].isNaN && table.numbers("low")[0].isNaN)
  }

  // MARK: - difference, ratio

  /// SciPy: ttest_ind(…, equal_var=False) and ttest_rel.
  @Test("the difference of two selections, unpaired and paired")
  func differences() throws {
    var with: [String: JSONValue] = [
      "of": "gap", "where": [.object(["training": "after"]), .object(["training": "before"])], "by": "start",
    ]
    let welch = try evaluate("difference", with, of: seeds())
    #expect(welch.texts("start") == ["original", "amended"])
    #expect(near([welch.numbers("t")[0]], [12.156559562216142]))
    #expect(near([welch.numbers("degrees")[0]], [2.008054717872655]))
    #expect(near([welch.numbers("p")[0]], [0.00659951276317414]))
    #expect(near(welch.numbers("difference"), [1.2991 - 1.1891333333333333, 0.7457 - 0.0388]))
    with["pair_by"] = "seed"
    let paired = try evaluate("difference", with, of: seeds())
    #expect(
      near([paired.numbers("t")[0], paired.numbers("p")[0]], [12.404622624005007, 0.006436122683213829]))
    #expect(paired.numbers("degrees") == [2, 2])
    #expect(paired.numbers("low")[0] > welch.numbers("low")[0])
  }

  @Test("of one selection the one-sample t; of one row each a difference alone")
  func constantsAndSingleRows() throws {
    let one = try evaluate(
      "difference",
      ["of": "gap", "where": [.object(["start": "amended", "training": "after"])], "against": 0.7],
      of: seeds())
    #expect(near(one.numbers("difference"), [0.0457]) && one.numbers("degrees") == [2])
    #expect(near(one.numbers("t"), [0.0457 / (0.020806889884523005 / 2.squareRoot())]))
    let single = try evaluate(
      "difference",
      [
        "of": "gap", "by": ["start", "seed"],
        "where": [.object(["training": "after"]), .object(["training": "before"])],
      ], of: seeds())
    #expect(single.rowCount == 6 && single.numbers("n_first") == Array(repeating: 1, count: 6))
    #expect(near([single.numbers("difference")[0]], [1.3149 - 1.1898]))
    #expect(single.numbers("p").allSatisfy(\.isNaN) && single.numbers("low").allSatisfy(\.isNaN))
  }

  /// One row has no spread, and is no constant either.
  @Test("one row beside several has a difference and a ratio, without interval and test")
  func oneRowBesideSeveral() throws {
    let text = "k,v\na,1\na,2\na,4\nb,3\n"
    for order in [["a", "b"], ["b", "a"]] {
      let with: [String: JSONValue] = [
        "of": "v", "where": .array(order.map { .object(["k": .string($0)]) }),
      ]
      let difference = try evaluate("difference", with, of: published(text))
      let ratio = try evaluate("ratio", with, of: published(text))
      #expect(abs(difference.numbers("difference")[0]) > 0.6 && ratio.numbers("ratio")[0] > 0.7)
      for (table, names) in [(difference, ["low", "high", "t", "degrees", "p"]), (ratio, ["low", "high"])] {
        for name in names { #expect(table.numbers(name)[0].isNaN, "\(name)") }
      }
    }
  }

  @Test("`by` that names a column twice is refused", arguments: ["sample-summary", "difference", "ratio"])
  func repeatedNames(kind: String) throws {
    var with: [String: JSONValue] = ["of": "gap", "by": ["start", "start"]]
    if kind != "sample-summary" {
      with["where"] = [.object(["training": "after"]), .object(["training": "before"])]
    }
    #expect(throws: TableFailure.repeatedName("start")) { try evaluate(kind, with, of: seeds()) }
  }

  /// NumPy and SciPy: the roots of (ā − θb̄)² = t²(v_a + θ²v_b), t with 2.489651 degrees (Satterthwaite's at the
  /// ratio).
  @Test("the ratio of two selections has Fieller's interval")
  func ratios() throws {
    let with: [String: JSONValue] = [
      "of": "gap", "where": [.object(["start": "amended"]), .object(["start": "original"])], "by": "training",
    ]
    let table = try evaluate("ratio", with, of: seeds())
    #expect(table.texts("training") == ["before", "after"])
    #expect(near([table.numbers("ratio")[1]], [0.5740127780771302]))
    #expect(
      near([table.numbers("low")[1], table.numbers("high")[1]], [0.5313007133531252, 0.6174393666943628]))
    let one = try evaluate(
      "ratio", ["of": "v", "where": [.object(["k": "a"]), .object(["k": "b"])]],
      of: published("k,v\na,1\na,2\nb,-1\nb,1.5\n"))
    #expect(one.numbers("low") == [-.infinity] && one.numbers("high") == [.infinity])
  }

  // MARK: - proportions

  /// SciPy: chi2_contingency.
  @Test("rates and counts; Holm over the groups, test by test; the best of several")
  func proportions() throws {
    let text =
      "task,gap,rate,n\nA,new,0.9104,60000\nA,old,0.9026,60000\nB,new,0.6776,60000\nB,old,0.6705,60000\n"
    var with: [String: JSONValue] = [
      "rates": "rate", "count": "n", "by": "task", "comparisons": 40,
      "where": [.object(["gap": "new"]), .object(["gap": "old"])],
    ]
    let table = try evaluate("proportions", with, of: published(text))
    #expect(
      table.texts("test") == [
        "chi-squared", "chi-squared-yates", "z", "chi-squared", "chi-squared-yates", "z",
      ])
    let p = table.numbers("p")
    #expect(
      near(
        p,
        [
          3.4755381537299504e-06, 3.646211490935591e-06, p[0], 0.008700620112545352, 0.008859202607901384,
          p[3],
        ], 1e-8))
    #expect(near(table.numbers("p_holm"), [2 * p[0], 2 * p[1], 2 * p[2], p[3], p[4], p[5]]))
    #expect(near(table.numbers("p_best_of"), p.map { min(1, 40 * $0) }))
    #expect(near(table.numbers("first"), [0.9104, 0.9104, 0.9104, 0.6776, 0.6776, 0.6776], 1e-12))
    with["by"] = nil
    let pooled = try evaluate("proportions", with, of: published(text))
    #expect(pooled.numbers("n_first") == [120_000, 120_000, 120_000])
    #expect(near([pooled.numbers("first")[0]], [(0.9104 + 0.6776) / 2], 1e-12))
  }

  /// statsmodels: mcnemar([[0, 10], [2, 0]]) exact 0.03857421875, χ² 64/12.
  @Test func mcnemar() throws {
    let table = try evaluate(
      "proportions",
      [
        "successes": "k", "count": "n", "discordant": ["b", "c"],
        "where": [.object(["v": "new"]), .object(["v": "old"])],
      ], of: published("v,k,n,b,c\nnew,58,100,10,2\nold,50,100,2,10\n"))
    #expect(table.texts("test").suffix(2) == ["mcnemar", "mcnemar-exact"])
    #expect(
      near(Array(table.numbers("p").suffix(2)), [0.02092133533779, 0.03857421875], 1e-9),
      "\(table.numbers("p"))")
  }

  // MARK: - What is read

  @Test("tables of evaluations are read, too, of several stages and of runs that are taken together")
  func chains() throws {
    let first = try run(.evaluate, "sample-summary", ["of": "gap", "by": "start"], from: [("t", seeds())])
    let again = try evaluate("sample-summary", ["of": "mean"], of: first)
    #expect(again.numbers("n") == [2])
    let two = try run(
      .evaluate, "sample-summary", ["of": "mean", "by": ["from", "start"]],
      from: [("a", first), ("b", first)])
    #expect(two.table()?.texts("from") == ["a", "a", "b", "b"])
    let variant = try #require(stageCatalog.variant(.evaluate, "sample-summary"))
    let gathered = try withBudget(jobs: 1) { budget in
      try variant.run(
        .object(["of": "mean", "by": "seed"]),
        StageInputs(
          upstream: [("a", first), ("a", first)],
          gathered: [[Coordinate("seed", .integer(3))], [Coordinate("seed", .integer(4))]]),
        StageContext(stageID: "s", seed: 0, budget: budget))
    }
    #expect(gathered.table()?["seed"] == .integers([3, 4]) && gathered.table()?["n"] == .integers([2, 2]))
  }

  private static let wrong: [(kind: String, with: [String: JSONValue], says: String)] = {
    let both: JSONValue = [.object(["k": "a"]), .object(["k": "b"])]
    return [
      ("sample-summary", ["of": "x"], "no column `x`; it has `k`, `g`, `v`, `n`"),
      ("sample-summary", ["of": "k"], "column `k` holds text"),
      ("sample-summary", ["of": "v"], "column `v` is nan or infinite in 1 row that `where` selects: row 3"),
      ("sample-summary", ["of": "n", "where": .object(["k": "c"])], "no row has k = c"),
      ("sample-summary", ["of": "n", "where": .object(["q": 1])], "no column `q`"),
      ("sample-summary", ["of": "v", "by": "n", "where": .object(["g": 1])], "`by` names the column `n`"),
      ("difference", ["of": "n", "where": both, "by": "g"], "the group g = 2 has no row with k = b"),
      ("difference", ["of": "n", "where": both, "pair_by": "g"], "no row with k = b has g = 2"),
      ("ratio", ["of": "n", "where": both, "pair_by": "k"], "several rows with k = a have k = a"),
      (
        "proportions", ["rates": "n", "count": "n", "where": both],
        "column `n` is 10.0 in row 1, but a share from 0 to 1"
      ),
      ("proportions", ["successes": "n", "count": "g", "where": both], "at most the 1.0 of column `g`"),
    ]
  }()

  @Test("what cannot be used is said with its column and row", arguments: wrong.indices)
  func refusals(_ index: Int) throws {
    let (kind, with, says) = Self.wrong[index]
    let table = try published("k,g,v,n\na,1,1,10\nb,1,2,20\na,2,,30\n")
    let failure = #expect(throws: TableFailure.self) { try evaluate(kind, with, of: table) }
    #expect(failure?.message.contains(says) ?? false, "\(failure?.message ?? "")")
  }

  @Test func embeddingsAreNoTable() throws {
    let failure = #expect(throws: StageFailure.self) {
      try evaluate("sample-summary", ["of": "x"], of: try run(.`init`, "sphere"))
    }
    #expect(failure?.message == "evaluate/sample-summary needs a table, but `up` gives something else")
  }
}
