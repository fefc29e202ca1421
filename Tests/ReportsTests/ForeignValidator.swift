import Glibc
import TestSupport

/// Checks documents against the schemas of those who read them, with programs that know nothing of
/// Sockwise. `make setup-tests` installs them.
enum ForeignValidator {
  static let hasJSONSchema: Bool = {
    let python = Subprocess(program: "/usr/bin/python3", arguments: ["-c", "import jsonschema"])
    return (try? python.run())?.status == 0
  }()

  static let hasXMLLint = unsafe access("/usr/bin/xmllint", X_OK) == 0

  static let needsJSONSchema = "needs Debian's python3-jsonschema"
  static let needsXMLLint = "needs Debian's libxml2-utils"

  static func schema(_ name: String) -> String { "\(Checkout.root)/Tests/Fixtures/schemas/\(name)" }

  /// What is wrong with JSON; empty where nothing is.
  static func violations(ofJSON bytes: [UInt8], schema path: String) throws -> String {
    let program = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      checker = jsonschema.validators.validator_for(schema)
      checker.check_schema(schema)
      for problem in checker(schema).iter_errors(json.load(sys.stdin)):
          print(list(problem.path), problem.message[:300])
      """
    var python = Subprocess(program: "/usr/bin/python3", arguments: ["-c", program, path])
    python.environment = ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"]
    python.input = String(decoding: bytes, as: UTF8.self)
    let result = try python.run()
    return result.output + result.errors
  }

  /// What is wrong with XML; empty where nothing is.
  static func violations(ofXML bytes: [UInt8], schema path: String? = nil) throws -> String {
    var arguments = ["--noout", "--nonet"]
    if let path { arguments += ["--schema", path] }
    var lint = Subprocess(program: "/usr/bin/xmllint", arguments: arguments + ["-"])
    lint.input = String(decoding: bytes, as: UTF8.self)
    let result = try lint.run()
    return result.errors == "- validates\n" ? result.output : result.output + result.errors
  }
}
