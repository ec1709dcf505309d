import Declarations
import ExperimentConfig
import Figures
import Statistics

/// Two views of 2,000 pairs, with all that a page has.
func pairs() -> AnalysisPage.Contents {
  let sample = SamplePoints(count: 2000, clusters: 5)
  var points = AnalysisPage.Points(
    sides: ["image", "text"], ids: (0..<2000).map { "item-\($0)" },
    views: [
      sample.view("As given", isCentred: false),
      sample.view("After centre: each side's mean is 0", isCentred: true),
    ])
  (points.labels, points.ranks, points.neighbours) = (sample.labels, sample.ranks(), sample.neighbours(10))
  return contents(points, text: "Image and text embeddings")
}

/// Every text is made to break the page, and some coordinates are none.
func hostile() -> AnalysisPage.Contents {
  let sample = SamplePoints(count: 60, clusters: 30)
  let view = sample.view(nasty, isCentred: false)
  var places = view.coordinates
  (places[0][0], places[1][7], places[1][8]) = (.nan, .infinity, -.infinity)
  var points = AnalysisPage.Points(
    sides: [nasty, "y"],
    ids: ["=1+1", "a,b", "\"quoted\"", "two\nlines", "\r\n", "", "\u{FEFF}", nasty]
      + (8..<60).map { "\($0 % 3 == 0 ? nasty : "same")" },
    views: [
      AnalysisPage.View(name: nasty, axes: [nasty, nasty], coordinates: places),
      sample.view("b", isCentred: true),
    ])
  // The most frequent are not the first by name.
  points.labels = (0..<60).map { item in
    let number = item < 30 ? item : 20 + item % 7
    return number % 10 == 7 ? "\(nasty)\(number)" : number % 10 == 8 ? "" : "cluster \(number)"
  }
  (points.ranks, points.neighbours) = (sample.ranks(), sample.neighbours(5))
  return contents(points, text: nasty)
}

/// X without Y.
func single() -> AnalysisPage.Contents {
  let sample = SamplePoints(count: 300, clusters: 12)
  let whole = sample.view("PCA", isCentred: true)
  var points = AnalysisPage.Points(
    sides: ["embeddings"], ids: (0..<300).map { "row-\($0)" },
    views: [AnalysisPage.View(name: whole.name, axes: ["PC 1", "PC 2"], coordinates: [whole.coordinates[0]])])
  let near = sample.neighbours(3)
  points.neighbours = AnalysisPage.Neighbours(count: 3, lists: [[near.lists[0][0]]])
  points.labels = sample.labels
  return contents(points, text: "One matrix")
}

func onePair() -> AnalysisPage.Contents {
  let sample = SamplePoints(count: 1, clusters: 1)
  var points = AnalysisPage.Points(
    sides: ["x", "y"], ids: ["only"], views: [sample.view("As given", isCentred: false)])
  (points.ranks, points.neighbours) = (sample.ranks(), sample.neighbours(1))
  return contents(points, text: "One pair")
}

/// 100,000 pairs; what would take long to compute is made up.
func large() -> AnalysisPage.Contents {
  let count = 100_000
  let sample = SamplePoints(count: count, clusters: 40)
  var points = AnalysisPage.Points(
    sides: ["image", "text"], ids: (0..<count).map { "img_emb/\($0)" },
    views: [sample.view("As given", isCentred: false), sample.view("Centred", isCentred: true)])
  points.labels = sample.labels
  points.ranks = [0, 1].map { side in
    (0..<count).map { item -> Int in
      let draw = item * (7919 + side)
      return 1 + draw % (item % 9 == 0 ? count : 1 + item % 90)
    }
  }
  let list = AnalysisPage.Neighbours.List(
    items: (0..<10 * count).map { Int32(($0 / 10 + 1 + $0 % 10) % count) },
    cosines: (0..<10 * count).map { 1 - Float($0 % 10) / 100 })
  points.neighbours = AnalysisPage.Neighbours(count: 10, lists: [[list, list], [list, list]])
  points.total = 1_000_000
  return contents(points, text: "A large set")
}

private let nasty =
  "<b>&amp; </script></template><script>window.hacked = 1</script> \u{202E}\u{05D0} é\u{301} ' \" =1"

private func contents(_ points: AnalysisPage.Points, text: String) -> AnalysisPage.Contents {
  var contents = AnalysisPage.Contents(
    title: text,
    sentences: [
      "\(text): the gap is 1.234 (95% interval 1.22 to 1.25), 41% of the mean squared distance of pairs.",
      "A linear classifier tells the sides apart in 99.8% of cases; recall at 1 is 0.31 one way and 0.02 in a mixed corpus; `centre` makes it 0.33 and 0.30.",
    ])
  contents.warnings = [
    AnalysisPage.Warning(
      name: "norms", score: "0.3% of the rows are off 1", isRaised: true, remedy: "Normalise: \(text)."),
    AnalysisPage.Warning(
      name: "row order", score: "recall is 300 times that by chance", isRaised: false, remedy: ""),
  ]
  contents.metrics = ["l2m", "rmg", "gap-share", "anisotropy"].enumerated().map { index, name in
    var metric = AnalysisPage.Metric(
      name: name, side: index < 3 ? "both" : "x", value: 1.5 / Double(index + 1))
    metric.interval = Interval(low: 1.4 / Double(index + 1), high: 1.6 / Double(index + 1))
    (metric.null, metric.p) = (index < 2 ? 0.125 : nil, index == 0 ? 0.005 : nil)
    metric.references = [AnalysisPage.Reference(name: "CLIP", band: Interval(low: 0.8, high: 0.83))]
    if index == 1 {
      metric.references.append(
        AnalysisPage.Reference(name: "random CLIP", band: Interval(low: 1.1, high: 1.2)))
    }
    metric.direction = "0 means no gap"
    metric.citation = "Author et al. 2022, doi:10.1000/\(text)"
    metric.note = index == 2 ? "5,000 of 100,000 pairs: \(text)" : ""
    metric.command = ShellCommand(["modgap", "analyze", text])
    return metric
  }
  contents.points = points
  contents.notes = ["Intervals are of 200 bootstrap samples of pairs."]
  contents.pictures =
    InlineSVG(Array(picture.utf8), prefix: "p1-").map {
      [AnalysisPage.Picture(title: "Sorted parts of Δ: \(text)", image: $0)]
    } ?? []
  contents.config = ConfigListing(source: .object(["title": .string(text)]), name: "analysis.json")
  contents.command = ShellCommand(["modgap", "analyze", "x.npy", text])
  contents.facts = [Report.Fact("Program", "modgap"), Report.Fact("x", text)]
  return contents
}

private let picture = """
  <svg viewBox="0 0 600 300" xmlns="http://www.w3.org/2000/svg"><g id="a" fill="none" stroke="black">
  <path d="M40 260H560M40 260V20M40 40L120 180L240 230L400 250L560 256"/></g></svg>
  """
