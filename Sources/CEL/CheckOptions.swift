/// How strictly an expression is read, and what it may call besides the library.
public struct CheckOptions: Sendable {
  /// Whether `dyn()` and literals of mixed types are allowed. Rules do without, so that whatever
  /// is wrong with a rule is found when it is loaded.
  public var allowsDyn: Bool
  /// Where names are looked up first: in `a.b`, the name `x` means `a.b.x`, `a.x` or `x`.
  public var container: String
  /// Functions that are declared for the checker only.
  public var functions: [FunctionDeclaration]
  /// Whether `has`, `exists` and the other macros are expanded.
  public var expandsMacros: Bool

  public init(
    allowsDyn: Bool, container: String = "", functions: [FunctionDeclaration] = [],
    expandsMacros: Bool = true
  ) {
    self.allowsDyn = allowsDyn
    self.container = container
    self.functions = functions
    self.expandsMacros = expandsMacros
  }

  /// For the expressions of a rule file.
  public static let rule = CheckOptions(allowsDyn: false)
  /// The language as its specification has it.
  public static let specification = CheckOptions(allowsDyn: true)
}

/// One way to call a function: what it takes and gives.
public struct FunctionDeclaration: Hashable, Sendable {
  public var name: String
  /// Types of the arguments; of a method, the first is what it is called on.
  public var parameters: [Type]
  public var result: Type
  public var isMethod: Bool

  public init(_ name: String, _ parameters: [Type], result: Type, isMethod: Bool = false) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.isMethod = isMethod
  }
}
