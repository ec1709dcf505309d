/// `noise-images`: images whose numbers are standard normal, as `torch.randn` gives them.
enum NoiseImages {
  static let kind = DatasetKind(
    "noise-images", "images of standard normal random numbers, used as they are",
    [
      .madeCount, .size,
      .defaulted("normalize", .choice(["none"]), "none", "these numbers are already normalised"),
    ], source: .drawn, sides: { DeclaredSides(x: try $0.declaredPictures(), y: .none) },
    make: { parameters in
      let size = try parameters.integer("size")
      let source = GaussianData(shape: [3, size, size], seed: try parameters.seed(), name: "noise-images")
      return PairedData(count: try parameters.integer("count"), x: .numbers(source))
    })
}
