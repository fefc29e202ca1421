// EmbedRules: writes every rules/**/*.yaml into one Swift file, as its text and as what reading and
// checking it gives, and every topics/*.yaml as its text. One with an error fails the build.
//
// StaticString literals compile in a tenth of a second and are read without a copy; array
// literals of bytes take half a minute.
import Glibc
import HostFacts
import Rules

func fail(_ message: String) -> Never {
  let line = Array((message + "\n").utf8)
  _ = unsafe write(2, line, line.count)
  exit(1)
}

func literal(_ text: String) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\\": escaped += "\\\\"
    case "\"": escaped += "\\\""
    case "\n": escaped += "\\n"
    default:
      if scalar.value < 0x20 || scalar.value == 0x7f {
        escaped += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        escaped.unicodeScalars.append(scalar)
      }
    }
  }
  return "\"\(escaped)\""
}

func checked(_ diagnostics: [RuleDiagnostic]) {
  let errors = diagnostics.filter { $0.severity == .error }
  if !errors.isEmpty { fail(errors.map { $0.rendered() }.joined(separator: "\n")) }
}

/// The files below a directory, by their paths in it.
func files(in root: String, of kind: String) -> (source: RuleSource, named: (String) -> String) {
  let source = RuleSource.directory(root)
  if source.files.isEmpty { fail("\(root): error: no \(kind) files; the binary would have none") }
  return (source, { String($0.dropFirst(root.count + 1)) })
}

guard CommandLine.arguments.count == 4 else {
  fail("usage: EmbedRules RULES_DIRECTORY TOPICS_DIRECTORY OUTPUT")
}
let (rules, nameOfRule) = files(in: CommandLine.arguments[1], of: "rule")
let set = RuleSet.load([rules], schema: Host.schema)
checked(set.diagnostics)
var source = """
  // Generated from rules/ and topics/ by EmbedRules. Do not edit.
  let embeddedRules: [(path: StaticString, text: StaticString, compiled: StaticString)] = [

  """
for file in rules.files {
  guard let rule = set.rules.first(where: { $0.path == file.path }),
    case .success(let bytes) = file.content
  else { fail("\(file.path):1:1: error: there is no rule in it") }
  do {
    let text = String(decoding: bytes, as: UTF8.self)
    source +=
      "  (\(literal(nameOfRule(file.path))), \(literal(text)), \(literal(try rule.compiled()))),\n"
  } catch {
    fail("\(file.path):1:1: error: \(error)")
  }
}
source += "]\nlet embeddedTopics: [(path: StaticString, text: StaticString)] = [\n"
let (topics, nameOfTopic) = files(in: CommandLine.arguments[2], of: "topic")
checked(TopicSet.load(topics, rules: set.rules.map(\.id)).diagnostics)
for file in topics.files {
  guard case .success(let bytes) = file.content else { continue }
  let text = String(decoding: bytes, as: UTF8.self)
  source += "  (\(literal(nameOfTopic(file.path))), \(literal(text))),\n"
}
source += "]\n"
let path = CommandLine.arguments[3]
let output = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
guard output >= 0 else { fail("\(path): error: cannot be written") }
var rest = Array(source.utf8)[...]
while !rest.isEmpty {
  let count = unsafe rest.withUnsafeBytes { unsafe write(output, $0.baseAddress, $0.count) }
  if count < 0 { fail("\(path): error: write failed (errno \(errno))") }
  rest = rest.dropFirst(count)
}
