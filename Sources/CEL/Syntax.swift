/// A parsed expression.
struct Syntax: Sendable {
  let kind: Kind
  /// In Unicode scalars from the start of the text.
  let range: Range<Int>
  /// Number of this node among those of its expression; the checker files its results under it.
  let id: Int
  /// Levels of nodes, this one and those below it; at most `Parser.depthLimit`.
  let depth: Int
  /// Whether parentheses enclose it: `(a.b).c` is a field of `a.b`, never the variable `a.b.c`.
  var isGrouped = false

  indirect enum Kind: Sendable {
    case literal(Value)
    /// A name; `isAbsolute` where a dot precedes it.
    case name(String, isAbsolute: Bool)
    case select(Syntax, Name)
    /// `has(operand.field)`; `field` is the `select` inside.
    case has(field: Syntax)
    case index(Syntax, Syntax)
    /// A function or operator; of a method, `target` is what it is called on.
    case call(Name, target: Syntax?, arguments: [Syntax])
    /// A chain of one operator; one node, so that long chains are not deep.
    case and([Syntax])
    case or([Syntax])
    case conditional(Syntax, Syntax, Syntax)
    case list([Syntax])
    case map([Entry])
    case comprehension(Comprehension)
  }

  /// A word with its place.
  struct Name: Sendable {
    var text: String
    var range: Range<Int>
  }

  struct Entry: Sendable {
    var key: Syntax
    var value: Syntax
  }

  /// A macro that evaluates its body once for each element of `range`.
  struct Comprehension: Sendable {
    var macro: Macro
    var name: Name
    var range: Syntax
    var variable: Name
    /// What must hold; nil for a `map` that keeps all.
    var condition: Syntax?
    /// What `map` makes of an element.
    var transform: Syntax?
  }

  /// The names of `a.b.c` in order, where the expression is nothing else.
  var qualifiedName: [Name]? {
    var names: [Name] = []
    var current = self
    while !current.isGrouped || names.isEmpty {
      switch current.kind {
      case .name(let text, _):
        names.append(Name(text: text, range: current.range))
        return names.reversed()
      case .select(let operand, let name):
        names.append(name)
        current = operand
      default: return nil
      }
    }
    return nil
  }
}

/// A macro that ranges over a list or the keys of a map.
enum Macro: String, CaseIterable, Sendable {
  case all
  case exists
  case existsOne = "exists_one"
  case map
  case filter

  /// How it is written and what it gives.
  var reference: FunctionReference {
    switch self {
    case .all:
      .init(
        "all", ["list.all(x, condition) -> bool"],
        "Whether the condition holds for every element, or key of a map.")
    case .exists:
      .init(
        "exists", ["list.exists(x, condition) -> bool"],
        "Whether the condition holds for at least one element, or key of a map.")
    case .existsOne:
      .init(
        "exists_one", ["list.exists_one(x, condition) -> bool"],
        "Whether the condition holds for exactly one element, or key of a map.")
    case .map:
      .init(
        "map", ["list.map(x, value) -> list", "list.map(x, condition, value) -> list"],
        "The values made of the elements, of those only for which the condition holds.")
    case .filter:
      .init(
        "filter", ["list.filter(x, condition) -> list"],
        "The elements for which the condition holds.")
    }
  }

  /// What it takes, for messages.
  var arguments: String {
    switch self {
    case .map: "a variable, perhaps a condition, and a value"
    default: "a variable and a condition"
    }
  }

  func takes(_ count: Int) -> Bool { count == 2 || self == .map && count == 3 }
}
