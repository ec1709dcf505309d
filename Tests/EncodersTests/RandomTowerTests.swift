import Encoders
import Kernels
import Testing

@Suite("Towers of drawn sizes, forward and backward")
struct RandomTowerTests {
  @Test("embeddings are the formulas', and an item's bytes those it has alone", arguments: RandomTower.all)
  func embeddings(example: RandomTower) throws {
    let (tower, weights) = (example.tower, try drawn(example.tower))
    let all = try encode(tower, weights, example.batch, jobs: 1 + example.seed % 3)
    for jobs in 1...3 { #expect(try encode(tower, weights, example.batch, jobs: jobs) == all) }
    let prepared = try tower.prepare(weights, budget: ownBudget(1))
    for item in example.watched + [0, example.batch.count - 1] {
      let alone = try prepared.encode(example.pick([item]), budget: ownBudget(1))
      #expect(alone.row(0).elementsEqual(all.row(item)), "item \(item)")
    }
    let expected = example.watched.map { example.twin(weights, $0) }
    #expect(difference(example.watched.flatMap { all.row($0) }, expected.flatMap { $0 }) < 1e-4)
  }

  /// Gradients of a batch are the sums of its items' own, and along drawn directions they are the slopes of
  /// the formulas.
  @Test("gradients are the sums of each item's own, and the formulas' slopes", arguments: RandomTower.all)
  func gradients(example: RandomTower) throws {
    let (tower, weights) = (example.tower, try drawn(example.tower))
    let items = Array(Set(example.watched)).sorted() + [example.watched[0]]
    let (batch, embedding) = (example.pick(items), tower.embedding)
    let change = noise(items.count * embedding, "change")
    let trainer = try tower.trainer(capacity: items.count + example.seed % 2)
    let found = try trainer.step(batch, weights, change, ownBudget(1))
    for jobs in 2...3 {
      #expect(try trainer.step(batch, weights, change, ownBudget(jobs)).gradients == found.gradients)
    }
    let recomputed = try tower.trainer(capacity: items.count, recomputes: true)
    #expect(try recomputed.step(batch, weights, change, ownBudget(2)).gradients == found.gradients)
    let expected = items.flatMap { example.twin(weights, $0) }
    #expect(difference(found.embeddings, expected) < 1e-4)

    var sums = [Double](repeating: 0, count: tower.layout.count)
    for (row, item) in items.enumerated() {
      let own = try trainer.step(
        example.pick([item]), weights, Array(change[row * embedding..<(row + 1) * embedding]), ownBudget(1))
      for place in sums.indices { sums[place] += Double(own.gradients[place]) }
    }
    let size = length(found.gradients[...])
    for tensor in tower.layout.tensors {
      let range = tower.layout.range(of: tensor.name)
      let gap = zip(found.gradients[range], sums[range]).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
      #expect(gap <= 1e-4 * length(found.gradients[range]) + 1e-5 * size, "\(tensor.name)")
    }
    try checkSlopes(example, weights, found.gradients, items, change)
  }

  /// In each tensor of a small tower; in all of them at once where the twin would take too long.
  private func checkSlopes(
    _ example: RandomTower, _ weights: NetworkWeights, _ gradients: [Float], _ items: [Int], _ change: [Float]
  ) throws {
    func loss(_ weights: NetworkWeights) -> Double {
      zip(items.flatMap { example.twin(weights, $0) }, change).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let tensors = example.tower.layout.tensors.map(\.name)
    let groups = example.width > 40 ? [tensors] : tensors.map { [$0] }
    let size = length(gradients[...])
    for names in groups {
      var (above, below) = (weights, weights)
      for name in names {
        let range = weights.layout.range(of: name)
        for (place, direction) in zip(range, noise(range.count, "direction \(name)")) {
          above.values[place] += direction * 0x1p-14
          below.values[place] -= direction * 0x1p-14
        }
      }
      let slope = loss(above) - loss(below)
      var (along, own) = (0.0, 0.0)
      for place in gradients.indices where above.values[place] != below.values[place] {
        let gradient = Double(gradients[place])
        along += gradient * Double(above.values[place] - below.values[place])
        own += gradient * gradient
      }
      #expect(abs(slope - along) <= 0x1p-13 * (5e-4 * own.squareRoot() + 1e-5 * size), "\(names)")
    }
  }

  private func length(_ values: ArraySlice<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}

@Suite("ResNets of drawn sizes, forward and backward")
struct RandomResNetTests {
  /// Pictures whose last layer has pixels enough for its norms.
  private func example(_ seed: Int, widest: Int) -> (ResNetCase, jobs: Int) {
    var draw = Draws(seed, "ResNet")
    return (
      ResNetCase(
        .eighteen, draw(1...widest), draw(0...1) == 0 ? nil : draw(1...9), draw(3...5), draw(33...50),
        draw(33...50)), draw(1...3)
    )
  }

  @Test("embeddings are the formulas', and a picture's bytes are those it has alone", arguments: 0...4)
  func embeddings(seed: Int) throws {
    let (example, jobs) = example(seed, widest: 20)
    let (tower, batch, weights) = (example.tower, example.batch, try drawn(example.tower))
    let all = try encode(tower, weights, batch, jobs: jobs)
    for other in 1...3 { #expect(try encode(tower, weights, batch, jobs: other) == all) }
    for item in 0..<batch.count {
      let own = Matrix(rows: 1, columns: batch.numbers.columns, values: Array(batch.numbers.row(item)))
      let alone = try encode(tower, weights, TowerBatch(numbers: own, shape: batch.shape))
      #expect(alone.row(0).elementsEqual(all.row(item)))
    }
    let twin = ResNetTwin(tower.layout, weights.values.map(Double.init), isEvaluation: true)
    #expect(difference(all.values, twin.features(tower, batch).values) < 1e-4)
  }

  @Test("every weight's gradient", arguments: 0...2)
  func gradients(seed: Int) throws {
    let (example, jobs) = example(seed, widest: 6)
    let (tower, weights, change) = (example.tower, try drawn(example.tower), example.change)
    let twin = ResNetTwin(tower.layout, weights.values.map(Double.init))
    let expected = twin.features(tower, example.batch)
    let slopes = twin.gradients(expected, change)
    let trainer = try tower.trainer(capacity: example.count + seed % 2)
    let found = try trainer.step(example.batch, weights, change, ownBudget(jobs))
    #expect(difference(found.embeddings, expected.values) < 1e-4)
    for tensor in tower.layout.tensors {
      let range = tower.layout.range(of: tensor.name)
      #expect(difference(found.gradients[range], slopes[range]) < 1e-3, "\(tensor.name)")
    }
  }
}
