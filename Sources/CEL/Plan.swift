/// An expression as it is evaluated: names resolved, functions found, chains of fields flat.
indirect enum Plan: Sendable {
  case constant(Value)
  /// A fact, or a part of a value.
  case access(Access)
  /// Whether the last field of the chain exists.
  case has(Access)
  case unary(Function, Unary, Plan)
  case binary(Function, Binary, Plan, Plan)
  /// `&&` and `||`: the operand that decides is false and true.
  case logical([Plan], decidedBy: Bool)
  case conditional(Plan, Plan, Plan)
  case list([Plan])
  case map([(key: Plan, value: Plan)])
  case comprehension(Comprehension)
  /// Something that was not checked and cannot be evaluated.
  case failure(String)

  typealias Unary = @Sendable (Value, inout Work) -> Value?
  typealias Binary = @Sendable (Value, Value, inout Work) -> Value?

  struct Comprehension: Sendable {
    var macro: Macro
    var range: Plan
    /// The variable's place among those of the macros around it.
    var slot: Int
    var variable: String
    var condition: Plan?
    var transform: Plan?
  }
}

/// A chain such as `sockets.listeners[0].port`.
struct Access: Sendable {
  enum Root: Sendable {
    /// A variable of the activation; of several names the first that it has.
    case variable([Candidate])
    /// The variable of a macro.
    case local(slot: Int)
    /// Anything else, and how it is written.
    case computed(Plan, text: String)
  }

  struct Candidate: Sendable {
    var name: String
    /// How many of the steps belong to the name.
    var steps: Int
    /// The type of this name, if it is not a variable.
    var type: Type?
  }

  enum Step: Sendable {
    case field(String)
    case index(Plan)
  }

  var root: Root
  var steps: [Step]
  /// All steps as they are spelled in a path; nil where one of them is an index.
  var suffix: String?

  init(root: Root, steps: [Step], suffix: String?) {
    self.root = root
    self.steps = steps
    self.suffix = suffix
  }

  init(root: Root, steps: [Step]) {
    self.root = root
    self.steps = steps
    var suffix: String? = ""
    for step in steps {
      if case .field(let name) = step {
        suffix? += FactPath.spelling(ofField: name)
      } else {
        suffix = nil
      }
    }
    self.suffix = suffix
  }
}

/// The path of a fact; its text is made only where it is wanted.
indirect enum FactPath: Sendable {
  case name(String)
  case suffix(FactPath, String)
  case element(FactPath, Int)

  var text: String {
    switch self {
    case .name(let name): name
    case .suffix(let path, let suffix): path.text + suffix
    case .element(let path, let index): "\(path.text)[\(index)]"
    }
  }

  static func spelling(ofField name: String) -> String {
    let isPlain =
      name.unicodeScalars.first?.isIdentifierStart == true
      && name.unicodeScalars.allSatisfy(\.isIdentifierPart)
    return isPlain ? ".\(name)" : ".`\(name)`"
  }
}
