// EmbedRules: writes every rules/**/*.yaml into one Swift file, as its text and as what reading and
// checking it gives. A rule with an error fails the build.
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

guard CommandLine.arguments.count == 3 else { fail("usage: EmbedRules RULES_DIRECTORY OUTPUT") }
let root = CommandLine.arguments[1]
let files = RuleSource.directory(root)
if files.files.isEmpty { fail("\(root): error: no rule files; the binary would have no rules") }
let set = RuleSet.load([files], schema: Host.schema)
let errors = set.diagnostics.filter { $0.severity == .error }
if !errors.isEmpty { fail(errors.map { $0.rendered() }.joined(separator: "\n")) }
var source = """
  // Generated from rules/ by EmbedRules. Do not edit.
  let embeddedRules: [(path: StaticString, text: StaticString, compiled: StaticString)] = [

  """
for file in files.files {
  guard let rule = set.rules.first(where: { $0.path == file.path }),
    case .success(let bytes) = file.content
  else { fail("\(file.path):1:1: error: there is no rule in it") }
  do {
    let path = String(file.path.dropFirst(root.count + 1))
    let text = String(decoding: bytes, as: UTF8.self)
    source += "  (\(literal(path)), \(literal(text)), \(literal(try rule.compiled()))),\n"
  } catch {
    fail("\(file.path):1:1: error: \(error)")
  }
}
source += "]\n"
let output = unsafe open(CommandLine.arguments[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
guard output >= 0 else { fail("\(CommandLine.arguments[2]): error: cannot be written") }
var rest = Array(source.utf8)[...]
while !rest.isEmpty {
  let count = unsafe rest.withUnsafeBytes { unsafe write(output, $0.baseAddress, $0.count) }
  if count < 0 { fail("\(CommandLine.arguments[2]): error: write failed (errno \(errno))") }
  rest = rest.dropFirst(count)
}
