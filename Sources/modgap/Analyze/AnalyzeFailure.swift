import Declarations

/// Why matrices cannot be analysed.
enum AnalyzeFailure: Failure, Equatable {
  case differentRows(x: Int, y: Int)
  case differentDimensions(x: Int, y: Int)
  case hasBothSides(path: String)
  case tooFewPairs(found: Int, single: Bool)
  case mapWithoutY
  case mapLength(path: String, found: Int, expected: Int)
  case mapRange(path: String, row: Int, found: Int, most: Int)
  case wrongCount(path: String, what: String, found: Int, expected: Int)
  case severalColumns(path: String, line: Int, found: Int)
  case notWhole(path: String, row: Int)
  case noShards(folder: String)
  case severalPrefixes(folder: String, prefixes: [String])
  case shardMissing(folder: String, name: String)
  case sameShard(folder: String, first: String, second: String)
  case shardColumns(path: String, found: Int, expected: Int)
  case noMember(path: String, name: String?, existing: [String])
  case parquet(path: String)
  case notMeasured(reason: String)

  var kind: FailureKind { .invalidInput }

  var message: String {
    switch self {
    case .differentRows(let x, let y):
      "x has \(counted(x, "row")) and y has \(y), but row i of x belongs with row i of y; give --map FILE, which has the row "
        + "of x for each row of y"
        + (x > 0 && y > x && y % x == 0 ? " (y has \(y / x) rows for each row of x)" : "")
    case .differentDimensions(let x, let y):
      "x has \(counted(x, "dimension")) and y has \(y); both sides must be of one space, with equal dimensions"
    case .hasBothSides(let path):
      "\(path): the file has two matrices, so it is both sides; leave Y out, or choose a matrix as \(path):NAME"
    case .tooFewPairs(let found, let single):
      "\(counted(found, single ? "row" : "pair")) can be analysed, and at least 2 are needed: the others have numbers that "
        + "are not finite, norm zero, or no partner"
    case .mapWithoutY: "--map says which row of x each row of y belongs with, but there is no Y"
    case .mapLength(let path, let found, let expected):
      "\(path): found \(counted(found, "number")), expected one for each of the \(counted(expected, "row")) of y"
    case .mapRange(let path, let row, let found, let most):
      "\(path): row \(row) of y belongs with row \(found) of x, but x has the rows 0 to \(most)"
    case .wrongCount(let path, let what, let found, let expected):
      "\(path): found \(found) \(what), expected one for each of the \(counted(expected, "row")) of x"
    case .severalColumns(let path, let line, let found):
      "\(path):\(line): found \(counted(found, "field")), expected one; leave one column in the file, and quote texts with "
        + "commas"
    case .notWhole(let path, let row):
      "\(path): number \(row) is beyond 16777216, from which on numbers of arrays are not read exactly; give them as CSV"
    case .noShards(let folder):
      "\(folder): found no numbered shards; expected files such as img_emb_0.npy, img_emb_1.npy"
    case .severalPrefixes(let folder, let prefixes):
      "\(folder): found shards of several names (\(prefixes.prefix(5).joined(separator: ", "))); give each side a folder of its own"
    case .shardMissing(let folder, let name):
      "\(folder): \(name) is missing between the others, so all rows behind it would be shifted; get it again"
    case .sameShard(let folder, let first, let second):
      "\(folder): \(first) and \(second) have the same number; remove one"
    case .shardColumns(let path, let found, let expected):
      "\(path): found \(counted(found, "dimension")), but the shards before it have \(expected)"
    case .noMember(let path, let name, let existing):
      (name.map { "\(path): there is no array \"\($0.prefix(80))\"" }
        ?? "\(path): the file has several arrays; choose one as \(path):NAME, or name two of them x and y")
        + "; it has " + (existing.isEmpty ? "none" : existing.prefix(10).joined(separator: ", "))
    case .parquet(let path):
      "\(path): Parquet is not read; export it: python3 -c \"import pyarrow.parquet as p, numpy as n; "
        + "n.save('x.npy', n.stack(p.read_table('FILE')['COLUMN'].to_numpy()))\""
    case .notMeasured(let reason): "the metrics could not be measured: \(reason)"
    }
  }
}
