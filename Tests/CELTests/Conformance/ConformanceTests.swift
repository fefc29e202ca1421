import CEL
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The test suite of the language's specification. Its files are not ours to distribute: they are
/// read from `$CEL_CONFORMANCE`, or from beside the checkout.
@Suite struct ConformanceTests {
  static let directory: String = {
    if let path = unsafe getenv("CEL_CONFORMANCE") { return unsafe String(cString: path) }
    return Checkout.root + "/../shared/cel-conformance"
  }()

  static let isThere = unsafe access(directory, R_OK) == 0

  /// Files whose tests must pass.
  static let core = [
    "basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists", "logic",
    "macros", "namespace", "parse", "plumbing", "string", "type_deduction",
  ]
  /// Extensions and what needs them; counted only.
  static let optional = [
    "bindings_ext", "block_ext", "encoders_ext", "macros2", "math_ext", "network_ext",
    "optionals", "string_ext", "timestamps",
  ]

  /// Core tests that fail, and why. One that passes must leave the list.
  static let failing: [String: String] = {
    var failing: [String: String] = [:]
    for (reason, names) in [
      "regular expressions are not in the language": [
        "string/matches/empty_target", "string/matches/empty_arg", "string/matches/empty_empty",
        "string/matches/re_concat", "string/matches/re_alt", "string/matches/re_rep",
        "string/matches/unicode",
      ],
      "optionals are not in the language": [
        "type_deduction/flexible_type_parameter_assignment/optional_none",
        "type_deduction/flexible_type_parameter_assignment/optional_none_2",
        "type_deduction/flexible_type_parameter_assignment/optional_dyn_promotion",
        "type_deduction/flexible_type_parameter_assignment/optional_dyn_promotion_2",
        "type_deduction/flexible_type_parameter_assignment/optional_in_ternary",
        "type_deduction/legacy_nullable_types/null_assignable_to_abstract_parameter_candidate",
      ],
      "the expected value has a backslash that the expression has not": [
        "parse/bytes_literals/triple_single_quoted_unescaped_punctuation"
      ],
      "timestamps are not in the language": [
        "comparisons/eq_literal/not_eq_dyn_timestamp_null", "conversions/identity/timestamp",
      ],
    ] {
      for name in names { failing[name] = reason }
    }
    return failing
  }()

  @Test(
    .enabled(
      if: isThere, "the specification's tests are not at \(directory); set CEL_CONFORMANCE"))
  func coreFilesPass() throws {
    var total = 0
    var passed = 0
    for file in Self.core {
      let cases = try Self.cases(of: file)
      var passedHere = 0
      for test in cases {
        let reason = Self.failing[test.name]
        do throws(ConformanceCase.Failure) {
          try test.run()
          passedHere += 1
          #expect(reason == nil, "\(test.name) passes: take it off the list of failing tests")
        } catch {
          #expect(reason != nil, "\(test.name): \(test.json["expr"]?.string ?? ""): \(error.text)")
        }
      }
      print("conformance: \(file) \(passedHere)/\(cases.count)")
      total += cases.count
      passed += passedHere
    }
    for file in Self.optional {
      // One of these may be missing.
      guard let cases = try? Self.cases(of: file) else { continue }
      let passedHere = cases.count { (try? $0.run()) != nil }
      print("conformance: \(file) \(passedHere)/\(cases.count)")
    }
    print("conformance: core \(passed)/\(total)")
    #expect(total > 0)
  }

  private static func cases(of file: String) throws -> [ConformanceCase] {
    let data = try Data(contentsOf: URL(filePath: "\(directory)/\(file).jsonl"))
    return try data.split(separator: UInt8(ascii: "\n")).map {
      ConformanceCase(json: try JSONDecoder().decode(JSON.self, from: $0), file: file)
    }
  }
}
