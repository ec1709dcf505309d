import Declarations

/// `proteins`: amino-acid sequences and what they are, from a FASTA file or made by the program.
enum Proteins {
  static let kind = DatasetKind(
    "proteins", "amino-acid sequences with their descriptions, from a FASTA file, or generated with motifs",
    [
      .optional("path", .file, "a FASTA file with UniProt's headers; without it, sequences are generated"),
      .optional(
        "count", .integer(1...100_000_000),
        "the number of sequences; by default all of the file, or \(Parameter.usualCount) generated ones"),
      .defaulted("length", .integer(2...65536), 512, "tokens per sequence, start and end included"),
    ] + Parameter.texts, source: .drawnUnless("path"), readsTexts: true,
    sides: { parameters in
      let residues = DeclaredSides.Side.tokens(
        context: try parameters.integer("length"), vocabulary: ResidueTokenizer().vocabularySize)
      return DeclaredSides(x: residues, y: .side(try parameters.declaredTexts()))
    },
    make: { parameters in
      let (count, residues, captions) = try sources(parameters)
      return PairedData(
        count: count, x: .texts(residues, ResidueTokenizer(), context: try parameters.integer("length")),
        y: try parameters.texts(captions),
        files: [parameters.optionalText("path")].compactMap { $0 } + parameters.vocabularyFiles)
    })

  private static func sources(_ parameters: DataParameters) throws -> (
    count: Int, residues: any TextSource, captions: any TextSource
  ) {
    guard let path = parameters.optionalText("path") else {
      let proteins = GeneratedProteins(seed: try parameters.seed())
      return (
        try parameters.optionalInteger("count") ?? Parameter.usualCount,
        GeneratedResidues(proteins: proteins),
        GeneratedCaptions(proteins: proteins)
      )
    }
    let file = try FASTAFile(path)
    return (
      try parameters.count(of: file.count, in: path), FASTAResidues(file: file), FASTADescriptions(file: file)
    )
  }
}
