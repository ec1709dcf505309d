import Declarations

/// Why items cannot be classified.
package enum ClassFailure: Failure, Equatable {
  case noLabels
  case noClasses
  case dataWithoutLabels(kind: String)
  case noAttribute(String, kind: String)
  case repeatedClass(String, first: Int, second: Int)
  case emptyClass(Int)
  case tooFewClasses(found: Int)
  case notTwoClasses(found: Int)
  case oneClassOnly(name: String, items: Int)
  case labelCount(labels: Int, rows: Int)
  case labelRange(item: Int, found: Int, classes: Int)
  case rowCount(classes: Int, rows: Int)
  case promptWithoutClass(String)
  case promptsNeedModel
  case noModel(id: String)
  case noTexts
  case noSuchPrompt(category: String, prompt: String)
  case promptRange(category: String, found: Int, prompts: Int)
  case groupCount(groups: Int, rows: Int)
  case noPredictions(id: String)
  case noScores
  case modelWithoutPrompts
  case noBaseline(wanted: String)
  /// A label of the embeddings' items that names no class.
  case unknownLabel(String, item: Int, classes: [String])
  /// Labels that are names, where nothing says which row of y is which class.
  case rowsWithoutNames(label: String)
  case prototypesNeedPairs
  case noPrototype(String)
  case baselineOnly(over: String)
  case severalSweeps(over: String)

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .noLabels:
      "nothing says which class each item has; set `data` to the data set of the items, `labels` to a file with one "
        + "class number per item, or `labels` of the embeddings or data that are read"
    case .noClasses:
      "nothing says what the classes are; set `classes`, or `data` to a data set with classes"
    case .dataWithoutLabels(let kind):
      "these data of kind `\(kind)` have no classes; set `labels` to a file with one class number per item, or use "
        + "data with classes"
    case .noAttribute(let name, let kind):
      "these data of kind `\(kind)` have no labels `\(name)`; name labels that they have, or a file with one number per item"
    case .repeatedClass(let name, let first, let second):
      "classes \(first) and \(second) (counted from 0) have the same name `\(name.prefix(80))`, so no item could be classified "
        + "as the second; give each class its own name"
    case .emptyClass(let index): "class \(index) (counted from 0) has an empty name; give it a name"
    case .tooFewClasses(let found):
      "a classification needs at least 2 classes; found \(found)"
    case .notTwoClasses(let found):
      "`roc-auc` needs exactly 2 classes, the second of which is the positive one; found \(found): remove it from `metric`, "
        + "or give two classes"
    case .oneClassOnly(let name, let items):
      "`roc-auc` is not defined, because all \(items) items are of class `\(name.prefix(80))`; it needs items of both classes"
    case .labelCount(let labels, let rows):
      "there are \(labels) labels, but x has \(counted(rows, "row")); each row needs one label: use the labels, or the data, of "
        + "the items that were embedded"
    case .labelRange(let item, let found, let classes):
      "item \(item) (counted from 0) has class \(found), but there are \(classes) classes, numbered from 0"
    case .rowCount(let classes, let rows):
      "y has \(counted(rows, "row")), but there are \(classes) classes; y needs one row per class: set `prompt` and `model`, "
        + "or make y with `init` `class-prompts`"
    case .promptWithoutClass(let prompt):
      "the prompt `\(prompt.prefix(80))` does not contain `[class]`, so it would be the same text for all classes; "
        + "write `[class]` where the name of the class belongs"
    case .promptsNeedModel:
      "prompts need a text tower, but `from` does not name a dual encoder; set `model` to the stage that makes it, or leave "
        + "out the prompts if y has one row per class"
    case .noModel(let id): "`\(id)` is not a dual encoder; set `model` to a stage that makes one"
    case .noTexts:
      "the second tower of the dual encoder reads no texts, so it cannot embed prompts; use a model that was made for "
        + "captioned data"
    case .noSuchPrompt(let category, let prompt):
      "category `\(category.prefix(60))` names the prompt `\(prompt.prefix(80))`, which is not among the prompts; copy it "
        + "exactly, or give its number, counted from 0"
    case .promptRange(let category, let found, let prompts):
      "category `\(category.prefix(60))` names prompt \(found), but there are \(prompts) prompts, numbered from 0"
    case .groupCount(let groups, let rows):
      "`groups` has \(counted(groups, "number")), but x has \(counted(rows, "row")); each row needs one group"
    case .noPredictions(let id):
      "`\(id)` has no table `predictions`; name `zero-shot` stages whose `predictions` is true"
    case .noScores:
      "the predictions have no column `score`, which `roc-auc` needs; name `zero-shot` stages whose `metric` has `roc-auc`"
    case .modelWithoutPrompts:
      "`prompts` is missing; with a dual encoder it says which texts the items are compared with"
    case .unknownLabel(let label, let item, let classes):
      "item \(item) (counted from 0) has the label `\(label.prefix(80))`, which is none of the \(classes.count) classes"
        + (nearestName(to: label, among: classes).map { "; did you mean `\($0)`?" }
          ?? "; add it to `classes`, or give each item the label of a class")
    case .rowsWithoutNames(let label):
      "the items have labels such as `\(label.prefix(80))`, but nothing says which row of y is which class; set `classes` to "
        + "the names in the order of the rows of y, or `prototypes` to \"means\""
    case .prototypesNeedPairs:
      "`prototypes` are means of the rows of y that belong to the items of a class, but no row of y belongs to an item; give "
        + "`pairing`, or leave out `prototypes` if y has one row per class"
    case .noPrototype(let name):
      "no row of y belongs to an item of the class `\(name.prefix(80))`, so it has no mean; remove it from `classes`"
    case .noBaseline(let wanted):
      "there are no predictions with \(wanted), with which the shifts are compared; add this shift, or set `baseline`"
    case .baselineOnly(let over):
      "there is only one value of `\(over)`, the baseline, so there is nothing to choose from; give several shifts"
    case .severalSweeps(let over):
      "the predictions are not those of one sweep: values of `\(over)` repeat, are missing, or are of different items; name in "
        + "`by` the columns that tell the sweeps apart, such as `from`"
    }
  }
}
