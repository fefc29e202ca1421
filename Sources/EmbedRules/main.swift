// embed-rules: writes every rules/**/*.yaml as StaticString literals into one Swift file.
//
// StaticString literals compile in a tenth of a second and are read without a copy; array
// literals of bytes take half a minute. The generator checks only that a file is UTF-8: the
// rule reader judges everything else, and a test runs it over the embedded rules.
import Glibc

func fail(_ message: String) -> Never {
  let line = Array((message + "\n").utf8)
  _ = unsafe write(2, line, line.count)
  exit(1)
}

func bytes(ofFileAt path: String) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { fail("\(path): error: cannot be opened (errno \(errno))") }
  defer { close(descriptor) }
  var content: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = unsafe read(descriptor, &buffer, buffer.count)
    if count < 0 { fail("\(path): error: cannot be read (errno \(errno))") }
    if count == 0 { return content }
    content.append(contentsOf: buffer[0..<count])
  }
}

/// Names of the YAML files below `root`, relative to it.
func ruleFiles(below root: String, in relative: String = "") -> [String] {
  guard let directory = unsafe opendir(relative.isEmpty ? root : root + "/" + relative) else {
    fail("\(root)/\(relative): error: cannot be listed (errno \(errno))")
  }
  defer { unsafe closedir(directory) }
  var found: [String] = []
  while let entry = unsafe readdir(directory) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if name.hasPrefix(".") { continue }
    let path = relative.isEmpty ? name : relative + "/" + name
    if unsafe isDirectory(entry, root + "/" + path) {
      found += ruleFiles(below: root, in: path)
    } else if name.hasSuffix(".yaml") {
      found.append(path)
    }
  }
  return found
}

/// Whether an entry is a directory; some file systems leave that to stat(2).
func isDirectory(_ entry: UnsafeMutablePointer<dirent>, _ path: String) -> Bool {
  let type = unsafe entry.pointee.d_type
  guard type == UInt8(DT_UNKNOWN) else { return type == UInt8(DT_DIR) }
  var status = stat()
  return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
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
var source = """
  // Generated from rules/ by EmbedRules. Do not edit.
  let embeddedRules: [(path: StaticString, text: StaticString)] = [

  """
let paths = ruleFiles(below: root).sorted()
if paths.isEmpty { fail("\(root): error: no rule files; the binary would have no rules") }
for path in paths {
  guard let text = String(validating: bytes(ofFileAt: root + "/" + path), as: UTF8.self) else {
    fail("\(root)/\(path):1:1: error: not UTF-8")
  }
  source += "  (\(literal(path)), \(literal(text))),\n"
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
