/// The functions and operators of the language: how each is called, what it is for, what it does.
///
/// Source: "List of Standard Definitions" in the CEL language definition. Left out: `matches` and
/// timestamps. Added: sets of integers (`int_set`), and `==` across number types.
public enum Library {
  /// Everything that an expression can call, macros first.
  public static let reference: [FunctionReference] =
    [FunctionReference("has", ["has(a.b) -> bool"], "Whether the field or key exists.")]
    + Macro.allCases.map(\.reference) + functions.map(\.reference)

  static let byName: [String: Function] = Dictionary(
    uniqueKeysWithValues: functions.map { ($0.name, $0) })

  private static let a = Type.parameter("A")
  private static let b = Type.parameter("B")

  static let functions: [Function] = [
    // Logic
    operators(
      "&&", [([.bool, .bool], .bool)],
      "Whether both hold; false wins over unknown, and unknown over an error.", .special),
    operators(
      "||", [([.bool, .bool], .bool)],
      "Whether one holds; true wins over unknown, and unknown over an error.", .special),
    operators(
      "?:", [([.bool, a, a], a)], "The second if the first holds, else the third.", .special),
    operators("!_", [([.bool], .bool)], "Whether it does not hold.") { value, _ in
      if case .bool(let bool) = value { .bool(!bool) } else { nil }
    },

    // Comparison
    operators("==", equality, "Whether they are equal; numbers of any type by their value.") {
      Equality($0, $1, work: &$2).value
    },
    operators("!=", equality, "Whether they differ.") { Equality($0, $1, work: &$2).negated },
    operators("<", ordered, "Whether the first is less; strings by Unicode scalars.") {
      Order($0, $1, work: &$2).map { .bool($0 == .less) }
    },
    operators("<=", ordered, "Whether the first is less or equal.") {
      Order($0, $1, work: &$2).map { .bool($0 == .less || $0 == .equal) }
    },
    operators(">", ordered, "Whether the first is greater.") {
      Order($0, $1, work: &$2).map { .bool($0 == .greater) }
    },
    operators(">=", ordered, "Whether the first is greater or equal.") {
      Order($0, $1, work: &$2).map { .bool($0 == .greater || $0 == .equal) }
    },

    // Arithmetic
    operators(
      "+", same([.int, .uint, .double, .string, .bytes, .duration, .list(a)]),
      "The sum, or the two joined. A result that does not fit is an error.", Arithmetic.add),
    operators(
      "-", same([.int, .uint, .double, .duration]), "The difference.", Arithmetic.subtract),
    operators("*", same([.int, .uint, .double]), "The product.", Arithmetic.multiply),
    operators(
      "/", same([.int, .uint, .double]), "The quotient, of integers cut toward zero.",
      Arithmetic.divide),
    operators("%", same([.int, .uint]), "What a division leaves.", Arithmetic.remainder),
    operators("-_", [([.int], .int), ([.double], .double)], "The opposite.", Arithmetic.negate),

    // Collections
    operators(
      "[]", [([.list(a), .int], a), ([.map(a, b), a], b)],
      "The element at a place, counted from 0, or under a key; an error where there is none.",
      .special),
    operators(
      "in", [([a, .list(a)], .bool), ([a, .map(a, b)], .bool), ([.int, .intSet], .bool)],
      "Whether it is an element, a key of the map, or in the set.",
      .binary { Collections.contains($0, in: $1, work: &$2) }),
    Function(
      name: "size",
      overloads: [.string, .bytes, .list(a), .map(a, b), .intSet].flatMap { type in
        [Function.Overload.Style.function, .method].map {
          .init(style: $0, parameters: [type], result: .int)
        }
      },
      documentation: "Number of Unicode scalars, bytes, elements, entries or integers.",
      implementation: .unary(Collections.size)),

    // Strings
    string("contains", "Whether the string contains the other.", Collections.contains),
    string("startsWith", "Whether the string starts with the other.") { $0.starts(with: $1) },
    string("endsWith", "Whether the string ends with the other.") {
      $0.reversed().starts(with: $1.reversed())
    },

    // Durations
    duration("getHours", "The whole hours.", Durations.hours),
    duration("getMinutes", "The whole minutes.", Durations.minutes),
    duration("getSeconds", "The whole seconds.", Durations.seconds),
    duration(
      "getMilliseconds", "The milliseconds beyond the whole seconds.", Durations.milliseconds),

    // Conversions
    conversion("bool", .bool, from: [.bool, .string], "true, t, 1, false, f or 0 as a bool.") {
      value, _ in Conversions.toBool(value)
    },
    conversion(
      "int", .int, from: [.int, .uint, .double, .string],
      "The integer; doubles are cut toward zero."
    ) { value, _ in Conversions.toInt(value) },
    conversion(
      "uint", .uint, from: [.uint, .int, .double, .string], "The unsigned integer; doubles are cut."
    ) { value, _ in Conversions.toUInt(value) },
    conversion("double", .double, from: [.double, .int, .uint, .string], "The nearest double.") {
      value, _ in Conversions.toDouble(value)
    },
    conversion(
      "string", .string, from: [.string, .bool, .int, .uint, .double, .bytes, .duration],
      "The text of a value; bytes must be UTF-8.", Conversions.toString),
    conversion(
      "bytes", .bytes, from: [.bytes, .string], "The UTF-8 of a string.", Conversions.toBytes),
    conversion(
      "duration", .duration, from: [.duration, .string],
      "A span of time, written with the units h, m, s, ms, us and ns: '1h30m', '1.5s'."
    ) { value, _ in Conversions.toDuration(value) },
    Function(
      name: "type", overloads: [.init(style: .function, parameters: [a], result: .type(a))],
      documentation: "The type of a value, to be compared with a type such as int.",
      implementation: .unary { value, _ in .type(value.type) }),
    Function(
      name: "dyn", overloads: [.init(style: .function, parameters: [a], result: .dyn)],
      documentation: "The same value, its type checked when it is evaluated. Not in rules.",
      implementation: .unary { value, _ in value }),
  ]

  // MARK: Overloads

  private typealias Signature = (parameters: [Type], result: Type)
  private typealias Unary = @Sendable (Value, inout Work) -> Value?
  private typealias Binary = @Sendable (Value, Value, inout Work) -> Value?

  /// Numbers of different types can be compared, though not added.
  private static let mixedNumbers: [Signature] = [Type.int, .uint, .double].flatMap { left in
    [Type.int, .uint, .double].filter { $0 != left }.map { ([left, $0], .bool) }
  }
  private static let equality: [Signature] = [([a, a], .bool)] + mixedNumbers
  private static let ordered: [Signature] =
    [Type.bool, .int, .uint, .double, .string, .bytes, .duration].map { ([$0, $0], .bool) }
    + mixedNumbers

  private static func same(_ types: [Type]) -> [Signature] { types.map { ([$0, $0], $0) } }

  // MARK: Entries

  private static func operators(
    _ name: String, _ signatures: [Signature], _ documentation: String,
    _ implementation: Function.Implementation
  ) -> Function {
    Function(
      name: name,
      overloads: signatures.map {
        .init(style: .operator, parameters: $0.parameters, result: $0.result)
      },
      documentation: documentation, implementation: implementation)
  }

  private static func operators(
    _ name: String, _ signatures: [Signature], _ documentation: String, _ body: @escaping Binary
  ) -> Function { operators(name, signatures, documentation, .binary(body)) }

  private static func operators(
    _ name: String, _ signatures: [Signature], _ documentation: String, _ body: @escaping Unary
  ) -> Function { operators(name, signatures, documentation, .unary(body)) }

  private static func string(
    _ name: String, _ documentation: String, _ test: @escaping @Sendable ([UInt8], [UInt8]) -> Bool
  ) -> Function {
    Function(
      name: name,
      overloads: [.init(style: .method, parameters: [.string, .string], result: .bool)],
      documentation: documentation,
      implementation: .binary { Collections.string($0, $1, work: &$2, test) })
  }

  private static func duration(
    _ name: String, _ documentation: String, _ part: @escaping @Sendable (Duration) -> Int64
  ) -> Function {
    Function(
      name: name, overloads: [.init(style: .method, parameters: [.duration], result: .int)],
      documentation: documentation,
      implementation: .unary { value, _ in
        if case .duration(let duration) = value { .int(part(duration)) } else { nil }
      })
  }

  private static func conversion(
    _ name: String, _ result: Type, from types: [Type], _ documentation: String,
    _ body: @escaping Unary
  ) -> Function {
    Function(
      name: name,
      overloads: types.map { .init(style: .function, parameters: [$0], result: result) },
      documentation: documentation, implementation: .unary(body))
  }
}
