import Testing

@testable import YAML

@Suite struct YAMLDocumentTests {
  private func source(_ text: String) -> SourceText {
    SourceText(path: "x.yaml", bytes: Array(text.utf8))
  }

  private func problems(_ text: String) -> [String] {
    let source = source(text)
    return YAMLDocument(source).problems.map {
      let (line, column) = source.position(of: $0.range.lowerBound)
      return "\(line):\(column) \($0.message)"
    }
  }

  /// The document in one line, each scalar with the letter of its style.
  private func tree(_ text: String) -> String {
    func show(_ node: YAMLNode) -> String {
      switch node.content {
      case .scalar(let scalar):
        let style =
          switch scalar.style {
          case .plain: ""
          case .singleQuoted: "s"
          case .doubleQuoted: "d"
          case .literal: "l"
          case .folded: "f"
          }
        return "\(style)<\(scalar.value)>".replacing("\n", with: "⏎")
      case .sequence(let nodes): return "[\(nodes.map(show).joined(separator: " "))]"
      case .mapping(let entries):
        return "{\(entries.map { "\($0.key): \(show($0.value))" }.joined(separator: ", "))}"
      case .refused: return "!"
      }
    }
    return YAMLDocument(source(text)).root.map(show) ?? "nothing"
  }

  @Test func buildsATree() {
    #expect(
      tree("a: 1\nb: [x, 'y', \"z\"]\nc:\n  d: |\n    e\n    f\n  g: >\n    h\n    i\n")
        == "{a: <1>, b: [<x> s<y> d<z>], c: {d: l<e⏎f⏎>, g: f<h i⏎>}}")
    #expect(tree("") == "nothing")
    #expect(tree("# only a comment\n") == "nothing")
  }

  @Test func knowsWhereNodesAre() {
    let source = source("é: x\nb: 服务 # c\n")
    guard case .mapping(let entries) = YAMLDocument(source).root?.content else {
      Issue.record("no mapping")
      return
    }
    #expect(source.text(entries[1].keyRange) == "b")
    #expect(source.text(entries[1].value.range) == "服务")
    #expect(source.position(of: entries[1].value.range.lowerBound) == (2, 4))
  }

  @Test func refusesWhatRuleFilesDoWithout() {
    #expect(problems("a: &x 1\nb: *x\n").count == 2)
    #expect(
      problems("a: !!str 1\n") == ["1:4 '!!str' is a tag to YAML and not part of a value"])
    #expect(problems("a: 1\nb: 2\na: 3\n") == ["3:1 duplicate key 'a'"])
    #expect(problems("a: 1\n---\nb: 2\n") == ["2:1 a second document begins here"])
    #expect(problems("? [a]\n: b\n") == ["1:3 a key must be a name, this is a list"])
  }

  @Test func boundsDepth() {
    let brackets = String(repeating: "[", count: 100_000)
    #expect(problems(brackets) == ["1:41 not valid YAML: nested deeper than 40 levels"])
    let braces = String(repeating: "{a: ", count: 100_000)
    #expect(problems(braces).count == 1)
    let dashes = String(repeating: "- ", count: 100_000)
    #expect(problems(dashes).count == 1)
  }

  @Test(arguments: [
    ("~", YAMLScalar.Form.null), ("true", .bool(true)), ("false", .bool(false)),
    ("0", .int(0)), ("-12", .int(-12)), ("1.5", .double(1.5)), ("1e3", .double(1000)),
    ("192.0.2.1", .text), ("0.1.0", .text), ("0xyz", .text), ("32768 60999", .text),
    ("8000-8009", .text), ("5s", .text), ("::1", .text), ("-", .text), ("1-2", .text),
    ("9223372036854775807", .int(.max)),
  ])
  func resolvesPlainScalars(_ text: String, _ form: YAMLScalar.Form) {
    #expect(YAMLScalar(value: text, style: .plain).form == form)
    #expect(YAMLScalar(value: text, style: .doubleQuoted).form == .text)
  }

  @Test(arguments: [
    "yes", "No", "on", "OFF", "True", "y", "010", "0x1F", "0o17", "1_000", ".inf", "-.nan",
    "9223372036854775808",
  ])
  func callsAmbiguousWhatYAMLReadersReadDifferently(_ text: String) {
    guard case .ambiguous = YAMLScalar(value: text, style: .plain).form else {
      Issue.record("'\(text)' is not ambiguous")
      return
    }
  }

  @Test(arguments: [
    (#"a: x + y"#, 4, "1:8"),
    (#"a: 'it''s + y'"#, 5, "1:11"),
    (#"a: "\x41\u00e9\U0001F600\n+ y""#, 4, "1:27"),
    ("a: |\n  one\n    two\n\n  three\n", 6, "3:5"),
    ("a: |\n  one\n    two\n\n  three\n", 11, "5:3"),
    ("a: |2-\n    one\n", 2, "2:5"),
    ("a: |\r\n  one\r\n  two\r\n", 4, "3:3"),
    ("a: >\n  one\n  two\n", 4, "1:4"),
    ("a: one\n  two\n", 4, "1:4"),
  ])
  func findsOffsetsOfAScalarInTheFile(_ text: String, _ offset: Int, _ place: String) {
    let source = source(text)
    guard case .mapping(let entries) = YAMLDocument(source).root?.content,
      case .scalar(let scalar) = entries[0].value.content
    else {
      Issue.record("no scalar")
      return
    }
    let offsets = ScalarOffsets(of: scalar, at: entries[0].value.range, in: source)
    let (line, column) = source.position(of: offsets.range(offset..<offset + 1).lowerBound)
    #expect("\(line):\(column)" == place)
  }
}
