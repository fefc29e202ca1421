/// A function, operator or macro, for documentation.
public struct FunctionReference: Hashable, Sendable {
  public let name: String
  /// Such as `string.startsWith(string) -> bool`.
  public let signatures: [String]
  /// One sentence.
  public let documentation: String

  init(_ name: String, _ signatures: [String], _ documentation: String) {
    self.name = name
    self.signatures = signatures
    self.documentation = documentation
  }
}

/// A function or operator of the library: how it may be called, what it is for, what it does.
struct Function: Sendable {
  /// Name in calls, or the symbol; a prefix operator ends in `_`.
  let name: String
  let overloads: [Overload]
  let documentation: String
  let implementation: Implementation

  /// One way to call it.
  struct Overload: Sendable {
    enum Style: Sendable { case `operator`, function, method }
    let style: Style
    /// Of a method, the first is what it is called on.
    let parameters: [Type]
    let result: Type
  }

  /// What is done with arguments that are neither errors nor unknowns. Nil where no overload takes
  /// values of these types.
  enum Implementation: Sendable {
    case unary(@Sendable (Value, inout Work) -> Value?)
    case binary(@Sendable (Value, Value, inout Work) -> Value?)
    /// Not evaluated like a function: `&&` does without its right side, for example.
    case special
  }

  var reference: FunctionReference {
    FunctionReference(name, overloads.map { $0.signature(of: name) }, documentation)
  }

  func takes(_ count: Int, isMethod: Bool) -> Bool {
    overloads.contains { $0.parameters.count == count && ($0.style == .method) == isMethod }
  }
}

extension Function.Overload {
  /// How a call of it is written, with types for the arguments.
  func signature(of name: String) -> String {
    let types = parameters.map(\.description)
    let call: String
    switch (style, types.count) {
    case (.method, _): call = "\(types[0]).\(name)(\(types.dropFirst().joined(separator: ", ")))"
    case (.function, _): call = "\(name)(\(types.joined(separator: ", ")))"
    case (.operator, 1): call = "\(name.dropLast())\(types[0])"
    case (.operator, _) where name == "[]": call = "\(types[0])[\(types[1])]"
    case (.operator, 3): call = "\(types[0]) ? \(types[1]) : \(types[2])"
    case (.operator, _): call = "\(types[0]) \(name) \(types[1])"
    }
    return "\(call) -> \(result)"
  }
}

/// How much work an evaluation may still do.
struct Work {
  private(set) var left: Int

  var isExhausted: Bool { left < 0 }

  init(limit: Int) { left = max(limit, 0) }

  mutating func spend(_ steps: Int) {
    // `steps` is a count of elements or bytes in memory: no overflow above Int.min.
    if left >= 0 { left -= steps }
  }
}
